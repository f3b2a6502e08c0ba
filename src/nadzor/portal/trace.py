# SPDX-License-Identifier: Apache-2.0
"""The way back: a measure's rows of the rollup, and behind one day's rows the events and their batches."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct
from msgspec.structs import asdict

from nadzor.base import clock
from nadzor.measures.catalogue import catalogue
from nadzor.measures.rollup import Row, rows_digest
from nadzor.portal.choices import Choice, choices
from nadzor.portal.counts import Counts
from nadzor.portal.device_frame import device_tabs, device_top
from nadzor.portal.frame import house, person_of
from nadzor.portal.sheets import Cell, Fact, Line, Table, columns, line
from nadzor.portal.words import day, language, number
from nadzor.register import queries as register
from nadzor.telemetry.store import Rollups
from nadzor.telemetry.trace import EventRef, trace

ROWS = 60
EVENTS = 60
DAYS = 30
YEARS = range(2000, 2100)  # outside them there is nothing to count, and dates run out


class Asked(Struct, frozen=True, kw_only=True):
    """The cell of the rollup that is asked for; `day` opens the events behind it."""

    measure: str = "studies"
    version: str = ""
    site: str = ""
    finding: str = ""
    first: date
    after: date
    day: date | None = None

    def where(self, device: str) -> dict[str, Any]:
        """The same as a question to the rollup."""
        named = {"device": device, "version": self.version, "site": self.site, "finding": self.finding}
        return {name: text for name, text in named.items() if text}

    def address(self, **more: Any) -> str:
        """The query of this page with something changed."""
        pairs = {**asdict(self), **more}
        return "?" + urlencode({name: str(value) for name, value in pairs.items() if value})


def page(request: HttpRequest, code: str) -> HttpResponse:
    """Rows of one measure of a device, and the events behind one day."""
    card = register.readable_device(person_of(request), code)
    asked = _asked(request, Counts(house()))
    rollups = Rollups.open(house())
    rows = rollups.rows(asked.measure, **asked.where(code), since=asked.first, until=asked.after)
    shown = device_top(card) | {
        "tabs": device_tabs(code, "trace"),
        "filters": [_measures(asked)],
        "hidden": [
            (name, str(value))
            for name, value in asdict(asked).items()
            if value and name not in ("measure", "day")
        ],
        "facts": _facts(asked, rows),
        "rows": _rows(rows, asked),
        "events": _events(code, asked),
        "opened": day(asked.day) if asked.day else "",
    }
    return render(request, "portal/trace.html", shown)


def _asked(request: HttpRequest, counts: Counts) -> Asked:
    last = counts.last_day(clock.today())
    given = request.GET
    measure = given.get("measure", "studies")
    if measure not in catalogue().measures:
        raise Http404(measure)
    return Asked(
        measure=measure,
        version=given.get("version", ""),
        site=given.get("site", ""),
        finding=given.get("finding", ""),
        first=_day(given.get("first")) or last - timedelta(days=DAYS - 1),
        after=_day(given.get("after")) or last + timedelta(days=1),
        day=_day(given.get("day")),
    )


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Http404(text) from error
    if found and found.year not in YEARS:
        raise Http404(text)
    return found


def _measures(asked: Asked) -> Choice:
    names = {key: measure.what.in_language(language()) for key, measure in catalogue().measures.items()}
    return choices("measure", _("Measure"), asked.measure, names)


def _facts(asked: Asked, rows: list[Row]) -> list[Fact]:
    measure = catalogue().measures[asked.measure]
    found = [
        Fact(_("Days"), f"{day(asked.first)} – {day(asked.after - timedelta(days=1))}"),
        Fact(_("Sum"), number(sum(row.n for row in rows)), note=measure.unit.in_language(language())),
        Fact(
            _("Rows"),
            number(len(rows)),
            note=_("the newest %(n)s are shown") % {"n": number(ROWS)} if len(rows) > ROWS else "",
        ),
        Fact(_("Digest of those rows"), rows_digest(rows), mono=True),
    ]
    narrowed = {_("Version"): asked.version, _("Site (pseudonym)"): asked.site, _("Finding"): asked.finding}
    return [Fact(label, text) for label, text in narrowed.items() if text] + found


def _rows(rows: list[Row], asked: Asked) -> Table:
    head = columns(
        _("Day"), _("Known since"), _("Version"), _("Site (pseudonym)"), _("Installation"),
        _("Finding"), _("Bin"), _("Count"),
        numbers=(6, 7),
    )  # fmt: skip
    lines = [
        line(
            Cell(day(row.day), href=asked.address(day=row.day) + "#events"),
            day(row.known),
            row.version,
            Cell(row.site, mono=True),
            Cell(row.installation, mono=True),
            row.finding,
            number(row.bin) if row.bin >= 0 else "",
            number(row.n),
            is_current=row.day == asked.day,
        )
        for row in sorted(rows, key=lambda row: (row.day, row.known), reverse=True)[:ROWS]
    ]
    return Table(_("Rows of the rollup"), head, lines)


def _events(code: str, asked: Asked) -> Table | None:
    """The events behind the opened day."""
    if asked.day is None:
        return None
    named = {name: value for name, value in asked.where(code).items() if name != "device"}
    found = trace(house(), code, asked.day, asked.measure, **named)
    head = columns(_("Batch"), _("Event"), _("Kind"), _("Installation"), _("Identifier"), numbers=(1,))
    note = _("The first %(n)s are shown.") % {"n": number(EVENTS)} if len(found) > EVENTS else ""
    return Table(_("Events behind the day"), head, [_event(each) for each in found[:EVENTS]], note=note)


def _event(each: EventRef) -> Line:
    address = reverse("batch", args=[each.index]) + f"?seq={each.seq}#events"
    batch = Cell(number(each.index), href=address)
    return line(
        batch,
        number(each.seq),
        Cell(each.kind, mono=True),
        Cell(each.installation, mono=True),
        Cell(each.id, mono=True),
    )
