# SPDX-License-Identifier: Apache-2.0
"""Words for what clinics see and say: answers about volumes, warnings, quarters."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from nadzor.base.quarter import Quarter
from nadzor.portal.sheets import State


def answers() -> dict[str, str]:
    """The answers a clinic may give about a quarter's volume."""
    return {
        "about_right": _("about right"),
        "fewer": _("we did fewer"),
        "more": _("we did more"),
        "not_used": _("we did not use it"),
        "unknown": _("we cannot say"),
    }


def warning_states(warnings: Sequence[str]) -> list[State]:
    """What to beware of; a status of the register has a mark of its own."""
    known = {
        "unregistered": State(_("a version that is not registered"), "alarm"),
        "silent": State(_("nothing received for more than seven days"), "warn"),
        "nothing": State(_("nothing received yet"), "warn"),
    }
    return [known[name] for name in warnings if name in known]


def quarter_name(quarter: Quarter) -> str:
    """A quarter in words."""
    roman = ("I", "II", "III", "IV")[quarter.number - 1]
    return _("quarter %(quarter)s of %(year)s") % {"quarter": roman, "year": quarter.year}


def quarter_text(text: str) -> str:
    """A quarter as it is stored, in words."""
    return quarter_name(Quarter.parse(text))
