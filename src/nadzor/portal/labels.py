# SPDX-License-Identifier: Apache-2.0
"""Names of codes that appear on pages: metrics, fields of use, kinds of solution, stages, states."""

from __future__ import annotations

from django.utils.translation import gettext as _

from nadzor.measures.catalogue import catalogue
from nadzor.portal.sheets import State
from nadzor.portal.words import language
from nadzor.register.vocabulary import field_text, solution_text


def metric_label(code: str) -> str:
    """A performance measure's name."""
    names = {
        "sensitivity": _("sensitivity"),
        "specificity": _("specificity"),
        "auc": _("AUC"),
        "agreement": _("agreement with physicians"),
    }
    return names.get(code, code)


def field_label(code: str) -> str:
    """A field of use, in the register's own words."""
    return field_text(code).in_language(language())


def solution_label(code: str) -> str:
    """A kind of AI solution, in the register's own words."""
    return solution_text(code).in_language(language())


def verdict_state(code: str) -> State:
    """The verdict on a declared claim."""
    states = {
        "consistent": State(_("consistent"), "good"),
        "contradicted": State(_("contradicted"), "alarm"),
        "untestable": State(_("untestable"), "calm"),
    }
    return states.get(code, State(_plain(code)))


def reason_label(code: str) -> str:
    """Why a claim could not be tested."""
    reasons = {
        "no_labels": _("no labels"),
        "selection": _("labels were not selected fairly"),
        "few_cases": _("too few labels"),
        "interval": _("the interval holds the bound"),
    }
    return reasons.get(code, "")


def stage_label(code: str) -> str:
    """A stage at which a study failed."""
    return catalogue().stratum_label("stage", code).in_language(language())


def _plain(code: str) -> str:
    return code.replace("_", " ")
