# SPDX-License-Identifier: Apache-2.0
"""What a device is measured against: the window that stands, who set it and why, and how to set another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.register_baseline import DAYS_MIN, GROUNDS_MAX, register_baseline
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.detect.learned import BASELINE_DAYS
from nadzor.detect.window import Window
from nadzor.people.permissions import may_review_signals
from nadzor.people.queries import Person
from nadzor.portal import inputs
from nadzor.portal.counts import Counts
from nadzor.portal.fields import Wrong
from nadzor.portal.filing_deeds import told
from nadzor.portal.inputs import Input
from nadzor.portal.sheets import Cell, Fact, Line, Table, columns, line
from nadzor.portal.words import day, moment, number
from nadzor.register.baselines import BaselineCard, baselines

FIELDS: Final = ("first", "last", "because")
#: Beside which field a refusal is shown.
PLACES: Final = {
    "baseline.short": "last",
    "baseline.future": "last",
    "move.no-grounds": "because",
    "move.grounds-too-long": "because",
}


class BaselineSheet(Struct, frozen=True, kw_only=True):
    """The baseline of a device as its page shows it; `fields` only for whoever may set another."""

    facts: list[Fact]
    history: Table | None
    fields: list[Input]
    errors: list[Wrong]


def baseline_sheet(
    code: str, counts: Counts, who: Person | None, *, typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> BaselineSheet:  # fmt: skip
    """Everything of a device's baseline; `typed` and `wrong` are a refused form and what was wrong."""
    cards = baselines(code)
    fields = _fields(typed or {}, wrong or {}) if may_review_signals(who) else []
    return BaselineSheet(
        facts=_registered(cards[0]) if cards else _usual(code, counts),
        history=_history(cards) if cards else None,
        fields=fields,
        errors=inputs.summary(fields),
    )


def set_baseline(code: str, given: Mapping[str, str], *, by: Person | None) -> dict[str, str]:
    """Register the window of a form; nothing when it was done, else what is wrong by field.

    Raises: Refusal people.inspector-only, register.device-unknown.
    """
    wrong: dict[str, str] = {}
    days = {name: _day(given, name, wrong) for name in ("first", "last")}
    first, last = days["first"], days["last"]
    if first is None or last is None:
        return wrong
    window = Window(first, min(last, date.max - timedelta(days=1)) + timedelta(days=1))
    try:
        register_baseline(code, window, by=by, because=given.get("because", ""), now=clock.now())
    except Refusal as refusal:
        if refusal.code not in PLACES:
            raise
        return {PLACES[refusal.code]: told(refusal)}
    return {}


def _day(given: Mapping[str, str], name: str, wrong: dict[str, str]) -> date | None:
    text = given.get(name, "").strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong[name] = told(Refusal("baseline.day", text=text[:40])) if text else _("Name a day.")
        return None


def _registered(card: BaselineCard) -> list[Fact]:
    return [
        Fact(_("Baseline window"), _span(card), note=_("registered")),
        Fact(_("Set by"), card.by, note=moment(card.at)),
        Fact(_("Grounds"), card.because),
    ]


def _usual(code: str, counts: Counts) -> list[Fact]:
    """The window that stands when nobody set one."""
    days = [each for each, _n in counts.daily("studies", device=code)]
    first = day(min(days)) if days else _("no day yet")
    usual = _("the first %(n)s days") % {"n": BASELINE_DAYS}
    note = _("from %(first)s on; a site or version that begins later has its own") % {"first": first}
    return [
        Fact(_("Baseline window"), usual, note=note),
        Fact(_("Set by"), _("nobody: the rule for every device")),
    ]


def _history(cards: list[BaselineCard]) -> Table:
    head = columns(_("Window"), _("Set by"), _("When"), _("Grounds"))
    return Table(_("Baselines of the device, newest first"), head, list(map(_line, cards)))


def _line(card: BaselineCard) -> Line:
    return line(_span(card), card.by, moment(card.at), Cell(card.because, wraps=True))


def _span(card: BaselineCard) -> str:
    return f"{day(card.first)} – {day(card.after - timedelta(days=1))}"


def _fields(typed: Mapping[str, str], wrong: Mapping[str, str]) -> list[Input]:
    told_of = {name: {"value": typed.get(name, ""), "error": wrong.get(name, "")} for name in FIELDS}
    least = _("At least %(n)s days, all of them over.") % {"n": number(DAYS_MIN)}
    grounds = _("Why these days are usual ones. The maker and the auditor will read it.")
    return [
        inputs.day("first", _("First day"), **told_of["first"]),
        inputs.day("last", _("Last day"), hint=least, **told_of["last"]),
        inputs.prose("because", _("Grounds"), hint=grounds, longest=GROUNDS_MAX, **told_of["because"]),
    ]
