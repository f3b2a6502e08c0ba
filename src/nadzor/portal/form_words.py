# SPDX-License-Identifier: Apache-2.0
"""Names of what a dry run and a dispute say: outcomes, fields, doubts, open questions."""

from __future__ import annotations

from django.utils.translation import gettext as _

from nadzor.law.form import forms
from nadzor.portal.sheets import State
from nadzor.portal.words import said
from nadzor.statutory.checks import checks
from nadzor.statutory.month import FORM


def outcome_state(code: str) -> State:
    """How a device fares under an edition."""
    states = {
        "passes": State(_("would pass"), "good"),
        "fails": State(_("would fail"), "alarm"),
        "nothing": State(_("nothing received"), "calm"),
    }
    return states[code]


def code_label(code: str) -> str:
    """A field or a doubt by its name; an unknown code as it is."""
    fields = forms()[FORM].fields
    if code in fields:
        return said(fields[code].label)
    return said(checks()[code].text) if code in checks() else code


def question_label(code: str) -> str:
    """What could explain a difference and has not been ruled out."""
    names = {
        "rejected": _("events rejected at intake"),
        "missing": _("events missing from the sequence"),
        "late": _("studies that became known after the month"),
        "repeated": _("events sent again"),
        "other": _("another reason, not ruled out"),
    }
    return names.get(code, code)


def outcome_labels() -> dict[str, str]:
    """How a dispute may end."""
    return {
        "declared_corrected": _("the maker corrected its number"),
        "counted_corrected": _("the platform's number was corrected"),
        "explained": _("explained: both numbers stand"),
        "withdrawn": _("the dispute was withdrawn"),
    }
