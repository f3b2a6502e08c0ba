# SPDX-License-Identifier: Apache-2.0
"""Last days as a calendar shows them: whose they are, a month of days, why one is off, a file of events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base.interval import Month
from nadzor.law.load import norm, norms
from nadzor.law.norm import NormMissing
from nadzor.people.queries import Person
from nadzor.portal.choices import Choice, choices
from nadzor.portal.dues import TONES, Due, role_label
from nadzor.portal.icalendar import Event
from nadzor.portal.norm_words import status_state
from nadzor.portal.sheets import Chip, State
from nadzor.portal.words import day, month, number, reference, said
from nadzor.register.filing_cards import DeadlineRow
from nadzor.register.filing_permissions import SIDE
from nadzor.vigilance.obligations import obligations
from nadzor.workdays.calendar import CalendarMissing, loaded, year_of
from nadzor.workdays.off import why_off, why_worked
from nadzor.workdays.spoken import WEEKDAYS

MINE: Final = "mine"
APPLICANT: Final = "applicant"
YEARS: Final = range(2000, 2100)  # beyond these nobody looks for a last day of ours
WEEK: Final = 7
PLACES: Final = {"filing": "filing", "event": "event", "monitoring": "monitoring-report"}
DAY_MAX: Final = 12  # last days in one cell of the month; the list has the rest


class Asked(Struct, frozen=True, kw_only=True):
    """What is shown, as the address holds it."""

    month: Month
    view: str = ""
    whose: str = ""

    def address(self, **more: str) -> str:
        """The calendar with something changed."""
        pairs = {"month": str(self.month), "view": self.view, "whose": self.whose} | more
        return reverse("calendar") + "?" + urlencode({name: text for name, text in pairs.items() if text})


class Last(Struct, frozen=True, kw_only=True):
    """One last day: of which filing, by which limit, whose; where its arithmetic is."""

    filing: str
    href: str
    title: str
    due: Due


class Day(Struct, frozen=True, kw_only=True):
    """One day of the month; `off` says why it is not worked."""

    number: int
    iso: str
    name: str
    is_today: bool
    is_off: bool
    off: str
    lasts: Sequence[Last]
    more: str = ""


class Heading(Struct, frozen=True, kw_only=True):
    """A day of the list and what ends on it."""

    day: str
    off: str
    lasts: Sequence[Last]


class Mark(Struct, frozen=True):
    """A day that is off or worked against the week, why, and where that is written."""

    day: str
    why: str
    cite: str


class Note(Struct, frozen=True, kw_only=True):
    """What the month rests on: the year's decree, its marks; or that our calendar does not reach so far."""

    cite: str
    known: State | None
    marks: Sequence[Mark]
    beyond: str = ""


def asked_of(given: QueryDict, today: date, *, whose: str = "") -> Asked:
    """What the address asks for; this month where it makes no sense."""
    try:
        wanted = Month.parse(given.get("month", ""))
    except ValueError:
        wanted = Month.of(today)
    wanted = wanted if wanted.year in YEARS else Month.of(today)
    view = "list" if given.get("view") == "list" else ""
    return Asked(month=wanted, view=view, whose=given.get("whose", whose)[:20])


def deadlines_of(who: Person, asked: Asked, *, today: date) -> list[DeadlineRow]:
    """Every last day of open clocks that is asked for, in order."""
    found = obligations(who, first=date.min, after=date.max, today=today)
    return [row for row in found if _is_asked(row, asked.whose, who)]


def whose_choice(asked: Asked) -> Choice:
    """The filter by who must act."""
    roles = ("registrar", "head", "expert", "inspector")
    values = {"": _("everybody's"), MINE: _("only mine"), APPLICANT: role_label("representative")}
    return choices(
        "whose", _("Whose clock"), asked.whose, values | {role: role_label(role) for role in roles}
    )


def neighbours(asked: Asked, today: date) -> list[tuple[str, str, str]]:
    """The months before and after, and the one we are in: what the link is, where it leads, its name."""
    before = Month.of(asked.month.first - timedelta(days=1))
    ways = (("prev", before), ("", Month.of(today)), ("next", asked.month.next()))
    return [
        (rel, asked.address(month=str(each)), month(each.year, each.month) if rel else _("This month"))
        for rel, each in ways
        if each.year in YEARS
    ]


def grid(asked: Month, rows: Sequence[DeadlineRow], today: date) -> list[list[Day | None]]:
    """The month by weeks, Monday first; days of other months are empty."""
    by_day = {on: list(found) for on, found in groupby(rows, key=lambda row: row.day)}
    cells: list[Day | None] = [None] * asked.first.weekday()
    cells += [_day(on, by_day.get(on, []), today) for on in asked.days]
    cells += [None] * (-len(cells) % WEEK)
    return [cells[place : place + WEEK] for place in range(0, len(cells), WEEK)]


def listing(rows: Iterable[DeadlineRow]) -> list[Heading]:
    """The last days, day by day."""
    return [
        Heading(
            day=f"{said(WEEKDAYS[on.weekday()])} {day(on)}", off=_off(on), lasts=[_last(row) for row in found]
        )
        for on, found in groupby(rows, key=lambda row: row.day)
    ]


def year_note(asked: Month) -> Note:
    """The decree of the month's year and the days it moves, or that we do not have it."""
    try:
        year = year_of(asked.first)
    except CalendarMissing:
        last = max(loaded())
        text = _(
            "Our production calendar ends with %(year)s: beyond it no working day is known and no date given."
        )
        return Note(cite="", known=None, marks=[], beyond=text % {"year": last})
    return Note(cite=reference(year.cite), known=status_state(year.status), marks=[*_marks(asked)])


def events(rows: Iterable[DeadlineRow], *, base: str, origin: str) -> Iterator[Event]:
    """The last days as events of a file; each keeps its name when its day moves."""
    for row in rows:
        last = _last(row)
        cite = f"{last.due.norm.text} · {last.due.note}" if last.due.note else last.due.norm.text
        yield Event(
            uid=f"{row.filing}-{row.clock}-{row.started:%Y%m%d}@{origin.partition('/')[0]}",
            on=row.day,
            summary=f"{row.filing}: {last.due.what}",
            description="\n".join((last.title, f"{_('Whose clock')}: {last.due.whose}", cite)),
            url=f"{base.rstrip('/')}{last.due.href}",
            category=last.due.whose,
        )


def _is_asked(row: DeadlineRow, whose: str, who: Person) -> bool:
    side = row.whose in SIDE
    if whose == MINE:
        return side if who.role in SIDE else row.whose == who.role.value
    if whose == APPLICANT:
        return side
    return not whose or row.whose == whose


def _last(row: DeadlineRow) -> Last:
    return Last(
        filing=row.filing.replace("/", " · "), href=place_of(row), title=said(row.title), due=row_last(row)
    )


def place_of(row: DeadlineRow) -> str:
    """The page of the affair a last day belongs to."""
    return reverse(PLACES[row.kind], args=row.filing.split("/"))


def row_last(row: DeadlineRow) -> Due:
    """A last day as pages show it: its words, its norm, where its arithmetic stands."""
    entry = norms()[row.clock][1]
    try:
        status = norm(row.clock, row.started).status
    except NormMissing:  # a transitional rule carried the date; its page says so
        status = ""
    words = {"breached": _("overdue"), "paused": _("stands still")}
    doubts = {"unverified": _("the norm is unverified: its date decides nothing by itself")}
    return Due(
        text=day(row.day),
        href=_arithmetic(row),
        norm=Chip(entry.fact or row.clock, f"{reverse('norm', args=[row.clock])}?start={row.started}",
                  is_internal=status == "house"),
        state=State(words.get(row.state, _("running")), TONES.get(row.state, "calm")),
        what=said(entry.what),
        whose=_("Maker") if row.kind != "filing" and row.whose in SIDE else role_label(row.whose),
        note=doubts.get(status, ""),
    )  # fmt: skip


def _arithmetic(row: DeadlineRow) -> str:
    if row.kind == "filing":
        return reverse("filing-clock", args=[row.filing, row.index])
    return f"{place_of(row)}#clocks"


def _day(on: date, rows: Sequence[DeadlineRow], today: date) -> Day:
    off = _off(on)
    return Day(
        number=on.day, iso=on.isoformat(), name=said(WEEKDAYS[on.weekday()]), is_today=on == today,
        is_off=bool(off), off=off, lasts=[_last(row) for row in rows[:DAY_MAX]],
        more=number(len(rows) - DAY_MAX) if len(rows) > DAY_MAX else "",
    )  # fmt: skip


def _off(on: date) -> str:
    """Why a day is not worked; nothing for a worked one and for one our calendar does not know."""
    try:
        found = why_off(on)
    except CalendarMissing:
        return ""
    return said(found.name) if found else ""


def _marks(asked: Month) -> Iterator[Mark]:
    for on in asked.days:
        off = why_off(on)
        found = off if off is not None and off.kind != "weekend" else why_worked(on)
        if found is not None:
            yield Mark(day(on), said(found.name), reference(found.cite))
