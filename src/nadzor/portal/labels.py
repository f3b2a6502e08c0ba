# SPDX-License-Identifier: Apache-2.0
"""Names of codes that appear on pages: metrics, fields of use, kinds of solution, stages, states."""

from __future__ import annotations

from django.utils.translation import gettext as _

from nadzor.portal.sheets import State


def metric_label(code: str) -> str:
    """A performance measure's name."""
    names = {
        "sensitivity": _("sensitivity"),
        "specificity": _("specificity"),
        "auc": _("area under the ROC curve"),
        "agreement": _("agreement with physicians"),
    }
    return names.get(code, code)


def field_label(code: str) -> str:
    """A field of use."""
    names = {
        "radiology": _("radiology"),
        "mammography": _("mammography"),
        "cardiology": _("cardiology"),
        "ophthalmology": _("ophthalmology"),
        "pathology": _("pathology"),
        "oncology": _("oncology"),
        "neurology": _("neurology"),
        "pulmonology": _("pulmonology"),
        "dermatology": _("dermatology"),
        "endoscopy": _("endoscopy"),
        "laboratory": _("laboratory"),
    }
    return names.get(code, _plain(code))


def solution_label(code: str) -> str:
    """A kind of AI solution."""
    names = {
        "diagnosis": _("support of diagnosis"),
        "diagnostics": _("support of diagnosis"),
        "detection": _("detection of signs"),
        "triage": _("sorting of studies"),
        "screening": _("screening"),
        "prognosis": _("prognosis of disease"),
        "monitoring": _("monitoring"),
        "therapy_planning": _("support of therapy planning"),
        "measurement": _("measurement"),
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


def _plain(code: str) -> str:
    return code.replace("_", " ")
