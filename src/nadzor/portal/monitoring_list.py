# SPDX-License-Identifier: Apache-2.0
"""Clinical monitoring: every yearly report one may see, missing ones on top, and the samples of the plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.actions.draft_monitoring import newest_at, progress_of
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.portal.choices import Choice, choices, whole
from nadzor.portal.counts import Counts
from nadzor.portal.dues import Due
from nadzor.portal.frame import house, person_of
from nadzor.portal.monitoring_labels import Bar, bar_of, report_due, report_marks, report_state
from nadzor.portal.sheets import Count, Pages, State
from nadzor.portal.words import language, number
from nadzor.register import queries as register
from nadzor.statutory.monitoring_progress import Progress
from nadzor.vigilance.monitoring import plan, planned, reports
from nadzor.vigilance.monitoring_cards import ReportRow

PAGE: Final = 40
REMEMBERED: Final = 256
VIEWS: Final = ("waiting", "missing", "filed", "open", "before", "all")


class Entry(Struct, frozen=True, kw_only=True):
    """One report as the list shows it."""

    href: str
    device: str
    year: int
    due: Due
    state: State
    marks: Sequence[State]


class Sample(Struct, frozen=True, kw_only=True):
    """The sample of one device's plan."""

    device: str
    href: str
    bar: Bar | None


def page(request: HttpRequest) -> HttpResponse:
    """Every report of the devices one may see."""
    who, today = person_of(request), clock.today()
    rows = reports(who, today=today)
    asked = request.GET.get("show", "")
    chosen = asked if asked in VIEWS else "waiting"
    fitting = [row for row in rows if _fits(row, chosen)]
    start = whole(request.GET.get("after", "")) or 0
    shown = fitting[start : start + PAGE]
    context = {
        "entries": [_entry(row, today) for row in shown],
        "counts": _counts(rows),
        "filters": [_choice(chosen)],
        "pages": _pages(chosen, start, len(shown), len(fitting)),
        "samples": _samples(rows),
    }
    return render(request, "portal/monitoring.html", context)


def sample_of(device: str) -> Progress | None:
    """How far the sample of a device's plan has come; none before anything was received."""
    found = register.device(device)
    try:
        asked = (device, found.changed_at, _edition(device), clock.today())
        return _remembered(str(house().root), Counts(house()).digest, asked)
    except Refusal:
        return None


def _edition(device: str) -> int:
    standing = plan(device)
    return standing.edition if standing else 0


@lru_cache(maxsize=REMEMBERED)
def _remembered(root: str, digest: str, asked: tuple[str, datetime, int, date]) -> Progress:
    """The progress, remembered for a day while rollup, device and plan stand."""
    home, device = Home.open(root), asked[0]
    return progress_of(register.device(device), plan(device), known=newest_at(home, clock.now()))


def _fits(row: ReportRow, view: str) -> bool:
    return {
        "waiting": row.is_expected,
        "missing": row.missing,
        "filed": row.filed_on is not None,
        "open": row.day.open,
        "before": row.before,
        "all": True,
    }[view]


def _entry(row: ReportRow, today: date) -> Entry:
    return Entry(
        href=reverse("monitoring-report", args=[row.device, row.day.year]),
        device=row.name(language()),
        year=row.day.year,
        due=report_due(row, today),
        state=report_state(row),
        marks=report_marks(row),
    )


def _counts(rows: Sequence[ReportRow]) -> list[Count]:
    told = Counter(view for row in rows for view in VIEWS if _fits(row, view))
    here = reverse("monitoring")
    return [
        Count(
            label,
            number(told[view]),
            href=f"{here}?show={view}",
            is_alarm=view == "missing" and told[view] > 0,
        )
        for view, label in _views().items()
        if view not in ("all", "before") or told[view]
    ]


def _choice(chosen: str) -> Choice:
    return choices("show", _("Show"), chosen, _views())


def _views() -> dict[str, str]:
    return {
        "waiting": _("expected"),
        "missing": _("not filed in time"),
        "filed": _("filed"),
        "open": _("open question"),
        "before": _("due before this platform"),
        "all": _("all"),
    }


def _pages(chosen: str, start: int, shown: int, total: int) -> Pages:
    told = ngettext("%(n)s report on this page", "%(n)s reports on this page", shown) % {"n": number(shown)}
    here, further = reverse("monitoring") + f"?show={chosen}", start + shown
    return Pages(
        told, next_href=f"{here}&after={further}" if further < total else "", first_href=here if start else ""
    )


def _samples(rows: Sequence[ReportRow]) -> list[Sample]:
    """The plans of the devices on the list, the slowest first."""
    names = {row.device: row.name(language()) for row in rows}
    found = [
        Sample(device=names[code], href=reverse("monitoring-plan", args=[code]), bar=bar_of(told))
        for code in sorted(planned() & names.keys())
        if (told := sample_of(code)) is not None
    ]
    return sorted(found, key=lambda sample: sample.bar.reached / sample.bar.target if sample.bar else 2.0)
