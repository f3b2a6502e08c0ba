# SPDX-License-Identifier: Apache-2.0
"""Norms in words: how well one is known, what it counts, what it says."""

from __future__ import annotations

from django.utils.translation import gettext as _

from nadzor.law.norm import Unit, Worth
from nadzor.law.wording import worth
from nadzor.portal.sheets import State
from nadzor.portal.words import said

SHORT = 110  # characters of a rule in a list: the page of the norm has the rest


def status_state(status: str) -> State:
    """How well a norm is known."""
    states = {
        "seed": State(_("verified by the founding text"), "good"),
        "read": State(_("read in the act"), "good"),
        "reported": State(_("reported by others"), "warn"),
        "unverified": State(_("not verified"), "warn"),
        "house": State(_("our own rule, not law"), "calm"),
    }
    return states.get(status, State(status))


def unit_label(unit: Unit) -> str:
    """The unit of a norm's value."""
    units = {
        "working_day": _("working days"),
        "calendar_day": _("calendar days"),
        "hour": _("hours"),
        "month": _("months"),
        "period": _("period"),
        "date": _("day of each year"),
        "roubles": _("roubles"),
        "organisations": _("organisations"),
        "studies": _("studies"),
        "attempts": _("attempts"),
        "percent": _("per cent"),
        "switch": _("switch"),
        "rule": _("rule"),
        "act": _("act"),
        "list": _("list"),
    }
    return units.get(unit, unit)


def value_words(value: Worth, unit: Unit) -> str:
    """A value with its unit, or the sentence it is."""
    return said(worth(value, unit))


def value_short(value: Worth, unit: Unit) -> str:
    """The beginning of what a norm says, for a list of norms."""
    text = value_words(value, unit)
    return text if len(text) <= SHORT else f"{text[:SHORT].rsplit(' ', 1)[0]} …"
