# SPDX-License-Identifier: Apache-2.0
"""The queue of signals: what could harm most first, then what is surest, then what waits longest."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.base import clock
from nadzor.people.permissions import may_review_signals
from nadzor.portal.choices import Choice, choices, whole
from nadzor.portal.quiet import quiet_sheet
from nadzor.portal.readings import listed
from nadzor.portal.scope import Scope, scope_of
from nadzor.portal.sheets import Count, Pages, State
from nadzor.portal.signal_words import (
    course_choices,
    course_state,
    denominator,
    detector_name,
    headline,
    severity_choices,
    severity_state,
    signal_state,
    state_choices,
    strength_words,
    target,
)
from nadzor.portal.words import day, language, number
from nadzor.vigilance import queries
from nadzor.vigilance.cards import SignalPage, SignalRow
from nadzor.vigilance.queries import OPEN, SignalFilter

PAGE = 30
FILTERS = ("state", "severity", "course", "detector", "device")


class Entry(Struct, frozen=True, kw_only=True):
    """One signal as the list shows it."""

    id: int
    href: str
    headline: str
    device: str
    where: str
    detector: str
    first_day: str
    raised: str
    state: State
    course: State
    severity: State
    why: str
    denominator: str
    owner: str
    target: State | None


class Asked(Struct, frozen=True):
    """The filters asked for, as the address holds them."""

    state: str = OPEN
    severity: str = ""
    course: str = ""
    detector: str = ""
    device: str = ""

    def address(self, **more: str) -> str:
        """The query of this list with something changed."""
        pairs = {name: getattr(self, name) for name in FILTERS} | more
        return "?" + urlencode({name: value for name, value in pairs.items() if value})


def listing(request: HttpRequest) -> HttpResponse:
    """Signals that fit the filters, a page at a time, in the order in which to look at them."""
    scope, asked = scope_of(request), _asked(request)
    after = request.GET.get("after", "")
    found = queries.triage(_filter(asked, scope), start=whole(after) or 0, limit=PAGE)
    listed(request, [row.device for row in found.rows])
    page = {
        "entries": [entry(row, scope) for row in found.rows],
        "filters": _filters(asked, scope),
        "counts": counts(found),
        "pages": _pages(asked, found, after),
        "quiet": quiet_sheet(scope) if may_review_signals(scope.person) else None,
    }
    template = "portal/_signal_rows.html" if request.htmx else "portal/signals.html"  # type: ignore[attr-defined]
    return render(request, template, page)


def _asked(request: HttpRequest) -> Asked:
    given = request.GET
    return Asked(given.get("state", OPEN), *(given.get(name, "") for name in FILTERS[1:]))


def entry(row: SignalRow, scope: Scope) -> Entry:
    """A signal for a list."""
    where = [
        _("version %(v)s") % {"v": row.version} if row.version else "",
        _("site %(s)s") % {"s": row.site} if row.site else "",
        row.stratum if row.dimension else "",
    ]
    return Entry(
        id=row.id,
        href=reverse("signal", args=[row.id]),
        headline=headline(row, scope.labels(row.device)),
        device=scope.name(row.device, language()),
        where=", ".join(part for part in where if part),
        detector=detector_name(row.detector),
        first_day=day(row.first_day),
        raised=day(row.raised_at.date()),
        state=signal_state(row.state),
        course=course_state(row.course),
        severity=severity_state(row.severity),
        why=strength_words(row.strength),
        denominator=denominator(row),
        owner=row.owner_role,
        target=target(row, clock.today()),
    )


def counts(found: SignalPage) -> list[Count]:
    """How many signals stand in each state; a state that nobody is in is named when others would miss it."""
    shown = {state: n for state, n in found.by_state.items() if n}
    return [
        Count(
            signal_state(state).label, number(n), href=reverse("signals") + "?" + urlencode({"state": state})
        )
        for state, n in (shown or found.by_state).items()
    ]


def _filter(asked: Asked, scope: Scope) -> SignalFilter:
    return SignalFilter(
        state=None if asked.state == "all" else asked.state,
        severity=whole(asked.severity),
        course=asked.course or None,
        detector=asked.detector or None,
        device=asked.device or None,
        devices=scope.codes,
    )


def _filters(asked: Asked, scope: Scope) -> list[Choice]:
    detectors = {
        record.detector: detector_name(record.detector) for record in queries.records(devices=scope.codes)
    }
    devices = {code: card.name(language()) for code, card in scope.devices.items()}
    return [
        choices("state", _("State"), asked.state, state_choices()),
        choices("severity", _("What it means for patients"), asked.severity, severity_choices()),
        choices("course", _("Course"), asked.course, course_choices()),
        choices("detector", _("Detector"), asked.detector, {"": _("all")} | detectors),
        choices("device", _("Device"), asked.device, {"": _("all")} | devices),
    ]


def _pages(asked: Asked, found: SignalPage, after: str) -> Pages:
    n = len(found.rows)
    shown = ngettext("%(n)s signal on this page", "%(n)s signals on this page", n) % {"n": number(n)}
    further = asked.address(after=str(found.next)) if found.next is not None else ""
    return Pages(shown, next_href=further, first_href=asked.address() if after else "")
