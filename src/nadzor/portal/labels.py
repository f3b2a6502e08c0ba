# SPDX-License-Identifier: Apache-2.0
"""Names of codes that appear on pages: metrics, fields of use, kinds of solution, stages, states."""

from __future__ import annotations

from django.utils.translation import gettext as _

from nadzor.measures.catalogue import catalogue
from nadzor.portal.sheets import State
from nadzor.portal.words import language


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
    """A field of use."""
    names = {
        "cardiology": _("cardiology"),
        "dentistry": _("dentistry"),
        "dermatology": _("dermatology"),
        "emergency": _("emergency care"),
        "endoscopy": _("endoscopy"),
        "laboratory": _("laboratory"),
        "mammography": _("mammography"),
        "neurology": _("neurology"),
        "oncology": _("oncology"),
        "ophthalmology": _("ophthalmology"),
        "pathology": _("pathology"),
        "pulmonology": _("pulmonology"),
        "radiology": _("radiology"),
        "records": _("medical records"),
    }
    return names.get(code, _plain(code))


def solution_label(code: str) -> str:
    """A kind of AI solution."""
    names = {
        "diagnostics": _("support of diagnosis"),
        "documentation": _("drafting of documents"),
        "measurement": _("measurement"),
        "prognosis": _("prognosis of disease"),
        "screening": _("screening"),
        "therapy_planning": _("support of therapy planning"),
        "triage": _("sorting of studies"),
    }
    return names.get(code, _plain(code))


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
