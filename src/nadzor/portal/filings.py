# SPDX-License-Identifier: Apache-2.0
"""The list of filings: everybody sees what they may, newest first, by procedure, stage, device, lateness."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.base import clock
from nadzor.people.queries import Person
from nadzor.portal.cases import opens_cases
from nadzor.portal.choices import Choice, choices
from nadzor.portal.dues import Due
from nadzor.portal.filing_labels import (
    KEPT,
    filing_state,
    procedure_label,
    row_due,
    stage_labels,
    turn_label,
)
from nadzor.portal.frame import person_of
from nadzor.portal.readings import listed
from nadzor.portal.scope import scope_of
from nadzor.portal.sheets import Count, Pages, State
from nadzor.portal.words import day, language, number, said
from nadzor.register import filings
from nadzor.register.filing_cards import FilingPage, FilingRow
from nadzor.register.filing_permissions import APPLICANTS
from nadzor.register.filing_words import CLOSED

PAGE = 30
ALL = "all"


class Entry(Struct, frozen=True, kw_only=True):
    """One filing as a list shows it."""

    number: str
    href: str
    title: str
    procedure: str
    maker: str
    state: State
    due: Due | None
    turn: str
    filed: str


class Asked(Struct, frozen=True):
    """The filters asked for, as the address holds them."""

    stage: str = ""
    procedure: str = ""
    device: str = ""
    late: str = ""

    def address(self, **more: str) -> str:
        """The query of this list with something changed."""
        pairs = {
            "stage": self.stage, "procedure": self.procedure, "device": self.device, "late": self.late,
        } | more  # fmt: skip
        return "?" + urlencode({name: value for name, value in pairs.items() if value})


def page(request: HttpRequest) -> HttpResponse:
    """Filings that fit the filters, a page at a time."""
    who, today, asked = person_of(request), clock.today(), _asked(request)
    after = request.GET.get("after", "")
    found = _found(who, asked, after=after, today=today)
    listed(request, [row.device for row in found.rows])
    shown = {
        "entries": [entry(row, today=today) for row in found.rows],
        "filters": _filters(request, asked),
        "counts": _counts(found),
        "pages": _pages(asked, found, after),
        "may_file": who is not None and who.role in APPLICANTS,
        "opens_cases": opens_cases(who),
    }
    template = "portal/_filing_rows.html" if request.htmx else "portal/filings.html"  # type: ignore[attr-defined]
    return render(request, template, shown)


def entry(row: FilingRow, *, today: date) -> Entry:
    """A filing for a list."""
    return Entry(
        number=row.number,
        href=reverse("filing", args=[row.number]),
        title=said(row.title),
        procedure=procedure_label(row.procedure),
        maker=row.maker.name(language()),
        state=filing_state(row.procedure, row.state),
        due=row_due(row, today=today),
        turn=turn_label(row.procedure, row.state, is_late=row.late),
        filed=day(row.filed_on) if row.filed_on else "",
    )


def _asked(request: HttpRequest) -> Asked:
    given = request.GET
    return Asked(**{name: given.get(name, "")[:80] for name in ("stage", "procedure", "device", "late")})


def _found(who: Person | None, asked: Asked, *, after: str, today: date) -> FilingPage:
    return filings.filings(
        who,
        today=today,
        procedure=asked.procedure or None,
        stage=asked.stage if asked.stage not in ("", ALL) else None,
        device=asked.device or None,
        open_only=asked.stage not in (ALL, CLOSED),
        late_only=asked.late == "yes",
        after=after or None,
        limit=PAGE,
    )


def _filters(request: HttpRequest, asked: Asked) -> list[Choice]:
    devices = {code: card.name(language()) for code, card in scope_of(request).devices.items()}
    stages = {"": _("all open")} | stage_labels() | {ALL: _("open and closed")}
    return [
        choices("stage", _("Stage"), asked.stage, stages),
        choices(
            "procedure",
            _("Procedure"),
            asked.procedure,
            {"": _("all")} | {name: procedure_label(name) for name in KEPT},
        ),
        choices("device", _("Device"), asked.device, {"": _("all")} | devices),
        choices("late", _("Last day"), asked.late, {"": _("any"), "yes": _("passed unmet")}),
    ]


def _counts(found: FilingPage) -> list[Count]:
    labels, href = stage_labels(), reverse("filings")
    return [
        Count(labels[stage], number(n), href=f"{href}?{urlencode({'stage': stage})}")
        for stage, n in found.by_stage.items()
        if n
    ]


def _pages(asked: Asked, found: FilingPage, after: str) -> Pages:
    n = len(found.rows)
    shown = ngettext("%(n)s filing on this page", "%(n)s filings on this page", n) % {"n": number(n)}
    further = asked.address(after=found.next) if found.next else ""
    return Pages(shown, next_href=further, first_href=asked.address() if after else "")
