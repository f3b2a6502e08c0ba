# SPDX-License-Identifier: Apache-2.0
"""Who read our data: counts at once, details when they may be told, readers by role number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.actions.show_readings import DayRow, Deferred, Detail, OwnReadings, Unsealed, show_readings
from nadzor.base import clock
from nadzor.portal.audit_pages import way_label
from nadzor.portal.choices import whole
from nadzor.portal.desks import asker
from nadzor.portal.frame import house
from nadzor.portal.sheets import Cell, Count, Line, Pages, Table, columns, line
from nadzor.portal.words import day, language, moment, number, said
from nadzor.records.opening_rules import FINDINGS, PURPOSES
from nadzor.records.reading import kinds

DAYS: Final = 91
HEIGHT: Final = 60
STEP: Final = 8
NOT_COUNTED: Final = "—"  # a list over everything does not tell whose its rows were
ROWS: Final = 120  # of the table of counts; the chart and the sums have all of them


class Bar(Struct, frozen=True):
    """One day of the chart."""

    x: int
    y: int
    height: int
    label: str


def page(request: HttpRequest) -> HttpResponse:
    """Everything an owner is told."""
    before = whole(request.GET.get("before", ""))
    found = show_readings(house(), asker(request), now=clock.now(), before=before)
    shown = {
        "counts": _sums(found),
        "bars": bars(found.counts, clock.today()),
        "scale": _scale(found.counts),
        "width": DAYS * STEP,
        "height": HEIGHT,
        "days": _days(found.counts),
        "cut": len(found.counts) > ROWS,
        "details": _details(found.details),
        "held": _held(found.held),
        "deferrals": [_deferred(each) for each in found.deferrals],
        "openings": _openings(found.openings) if found.openings else None,
        "pages": _pages(found, before),
        "since": day(found.since.date()),
        "is_clinic": asker(request).role == "clinic",
    }
    return render(request, "portal/reads.html", shown)


def bars(rows: Sequence[DayRow], today: date) -> list[Bar]:
    """Readings by day, the last day to the right; the highest fills the chart."""
    by_day: dict[date, int] = defaultdict(int)
    for row in rows:
        by_day[row.day] += row.times
    most = max(by_day.values(), default=0)
    days = [today - timedelta(back) for back in range(DAYS - 1, -1, -1)]
    return [_bar(at, each, by_day[each], most) for at, each in enumerate(days) if by_day.get(each)]


def _bar(at: int, each: date, times: int, most: int) -> Bar:
    height = max(HEIGHT * times // most, 1)
    return Bar(at * STEP, HEIGHT - height, height, f"{day(each)}: {number(times)}")


def _scale(rows: Sequence[DayRow]) -> str:
    by_day: dict[date, int] = defaultdict(int)
    for row in rows:
        by_day[row.day] += row.times
    told = {"n": number(max(by_day.values(), default=0)), "first": day(clock.today() - timedelta(DAYS - 1))}
    return _("A bar a day from %(first)s to today. Most readings a day: %(n)s.") % told


def _sums(found: OwnReadings) -> list[Count]:
    readers = len({row.reader for row in found.counts})
    return [
        Count(_("Readings by others"), number(sum(row.times for row in found.counts))),
        Count(_("Readers"), number(readers), _("by role number")),
        Count(_("Details held back"), number(found.held), _("of those looked through here")),
    ]


def _days(rows: Sequence[DayRow]) -> Table:
    head = columns(_("Day"), _("Reader"), _("Kind of page"), _("Readings"), _("Rows shown"), numbers=(3, 4))
    lines = [
        line(
            day(row.day),
            row.reader.said(language()),
            kind_label(row.kind),
            number(row.times),
            number(row.rows) if row.rows else NOT_COUNTED,
        )
        for row in rows[:ROWS]
    ]
    return Table(_("Readings by day, reader and kind of page"), head, lines)


def _details(rows: Sequence[Detail]) -> Table:
    head = columns(
        _("When (Moscow time)"), _("Reader"), _("Kind of page"), _("Whose"), _("Way"), _("Rows shown"),
        numbers=(5,),
    )  # fmt: skip
    return Table(_("Readings one by one"), head, [_detail(row) for row in rows])


def _detail(row: Detail) -> Line:
    affair = {
        "signal": _("for a signal that is closed"),
        "event": _("for an event that is closed"),
        "filing": _("for a filing or case that is closed"),
        "dispute": _("for a dispute that is settled"),
    }
    return line(
        moment(row.at),
        row.reader.said(language()),
        Cell(kind_label(row.kind), note=affair.get(row.affair, "")),
        Cell(row.device, href=reverse("register-card", args=[row.device])) if row.device else _("a list"),
        way_label(row.way),
        number(row.rows) if row.rows else NOT_COUNTED,
    )


def kind_label(kind: str) -> str:
    """A kind of page in the reader's language."""
    return kinds()[kind].in_language(language())


def _held(held: int) -> str:
    words = ngettext(
        "The details of %(n)s reading are told when its affair is closed or its deferral is over.",
        "The details of %(n)s readings are told when their affairs are closed or their deferral is over.",
        held,
    )
    return words % {"n": number(held)} if held else ""


def _deferred(one: Deferred) -> str:
    told = {"what": one.device or _("your site"), "until": moment(one.until)}
    return _("The head has deferred details of readings of %(what)s until %(until)s (Moscow time).") % told


def _openings(rows: Sequence[Unsealed]) -> Table:
    head = columns(_("Day"), _("When (Moscow time)"), _("By"), _("Why"), _("Finding"))
    return Table(_("Who learned that this site is yours"), head, [_opening(row) for row in rows])


def _opening(row: Unsealed) -> Line:
    if row.at is None:
        return line(day(row.on), _("told when the opening is over"), "", "", "")
    kind = {"two_person": _("opened by two people"), "break_glass": _("opened by one person, for a danger")}
    return line(
        day(row.on),
        Cell(moment(row.at), note=kind.get(row.kind, row.kind)),
        Cell(", ".join(one.said(language()) for one in row.people), wraps=True),
        Cell(
            said(PURPOSES[row.purpose]) if row.purpose in PURPOSES else row.purpose,
            note=row.because,
            wraps=True,
        ),
        said(FINDINGS[row.finding]) if row.finding else "",
    )


def _pages(found: OwnReadings, before: int | None) -> Pages:
    n = len(found.details)
    words = ngettext("%(n)s reading on this page", "%(n)s readings on this page", n) % {"n": number(n)}
    return Pages(
        words, next_href=f"?before={found.next}#details" if found.next else "",
        first_href=f"{reverse('reads')}#details" if before else "",
    )  # fmt: skip
