# SPDX-License-Identifier: Apache-2.0
"""The head's overview: how the market is, where the team is overloaded, which devices give most concern."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.base import clock
from nadzor.people.roles import ROLE_NAMES, Role
from nadzor.portal.counts import Counts
from nadzor.portal.desks import asker
from nadzor.portal.frame import house
from nadzor.portal.scope import Scope, scope_of
from nadzor.portal.sheets import Cell, Fact, Line, Table, columns, line
from nadzor.portal.sheets import Count as Tally
from nadzor.portal.signal_words import severity_state
from nadzor.portal.words import day, language, number, share
from nadzor.register import gate
from nadzor.vigilance.concern import Concern, Desk, Load, concerns, desk, loads

MONTH: Final = 30


def page(request: HttpRequest) -> HttpResponse:
    """The head's three questions."""
    who, today = asker(request), clock.today()
    scope, counts = scope_of(request), Counts(house())
    last = counts.last_day(today)
    shown = {
        "market": _market(scope, counts, last),
        "last": day(last),
        "loads": _loads(loads(who, today=today)),
        "desk": _desk(desk()),
        "concerns": _concerns(scope, concerns(who, now=clock.now(), today=today)),
    }
    return render(request, "portal/head.html", shown)


def _market(scope: Scope, counts: Counts, last: date) -> list[Tally]:
    states = Counter(card.status for card in scope.devices.values())
    sending = len(gate.sending() & scope.devices.keys())
    now, before = (_studies(counts, last - timedelta(days=back)) for back in (0, MONTH))
    sites = {site for site, _n in counts.sums("studies", by=("site",), **_month(last))}
    failed = counts.total("failed", **_month(last))
    return [
        Tally(_("Devices in the register"), number(states["registered"]), href=reverse("devices")),
        Tally(_("Out of use"), number(states["suspended"]), href=reverse("devices"),
              is_alarm=states["suspended"] > 0),
        Tally(_("Transmit data"), number(sending), _("of %(n)s") % {"n": number(len(scope.devices))}),
        Tally(_("Studies, 30 days"), number(now), _against(now, before)),
        Tally(_("Sites at work"), number(len(sites))),
        Tally(_("Share failed"), share(failed / now if now else None, 2), number(failed)),
    ]  # fmt: skip


def _month(last: date) -> dict[str, Any]:
    return {"since": last - timedelta(days=MONTH - 1), "until": last + timedelta(days=1)}


def _studies(counts: Counts, last: date) -> int:
    return counts.total("studies", **_month(last))


def _against(now: int, before: int) -> str:
    if not before:
        return _("nothing known of the 30 days before")
    change = share((now - before) / before, 0)
    return _("%(change)s against the 30 days before") % {"change": change if now < before else f"+{change}"}


def _loads(found: tuple[Load, ...]) -> Table:
    head = columns(_("Role"), _("Filings that wait"), _("Past a last day"), numbers=(1, 2))
    return Table(_("Whose turn it is"), head, [_load(each) for each in found])


def _load(each: Load) -> Line:
    late = Cell(number(each.late), state="alarm") if each.late else Cell(number(0))
    return line(
        ROLE_NAMES[Role(each.role)][language()], Cell(number(each.filings), href=reverse("board")), late
    )


def _desk(found: Desk) -> list[Fact]:
    events, signals = reverse("events"), reverse("signals")
    return [
        Fact(
            _("Alerts nobody has acknowledged"), number(found.alerts), href=events, state=_tone(found.alerts)
        ),
        Fact(_("Signals nobody has taken up"), number(found.untaken_signals), href=f"{signals}?state=raised"),
        Fact(_("Signals being worked on"), number(found.taken_signals), href=f"{signals}?state=open"),
        Fact(_("Adverse events that wait for the desk"), number(found.events), href=events),
        Fact(_("Narratives held for redaction"), number(found.held), href=f"{events}?what=held&state=all"),
        Fact(_("Monitoring reports to review"), number(found.reports), href=reverse("monitoring")),
        Fact(_("Warnings not confirmed by a clinic"), number(found.unconfirmed_warnings),
             href=reverse("warnings") + "?which=waits"),
    ]  # fmt: skip


def _tone(n: int) -> str:
    return "alarm" if n else ""


def _concerns(scope: Scope, found: tuple[Concern, ...]) -> Table | None:
    if not found:
        return None
    head = columns(
        _("Device"), _("Death or threat, 90 days"), _("Open cases"), _("Gravest open signal"),
        _("Limits missed, 90 days"), _("Open signals"), _("Adverse events, 90 days"), numbers=(1, 2, 4, 5, 6),
    )  # fmt: skip
    note = _("In this order: deaths and threats, open cases, gravity of signals, missed limits, numbers. "
             "Counts are not rates: a device in wide use has more of everything.")  # fmt: skip
    return Table(_("Devices of most concern"), head, [_concern(scope, each) for each in found], note=note)


def _concern(scope: Scope, each: Concern) -> Line:
    of = f"?device={each.device}"
    grave = number(each.grave_events)
    severity = severity_state(each.severity) if each.severity else None
    return line(
        Cell(scope.name(each.device, language()), href=reverse("device", args=[each.device])),
        Cell(grave, state="alarm") if each.grave_events else Cell(grave),
        Cell(number(each.cases), href=reverse("filings") + f"{of}&procedure=case"),
        Cell(severity.label, state=severity.tone) if severity else Cell("—"),
        Cell(number(each.missed)),
        Cell(number(each.signals), href=reverse("signals") + of),
        Cell(number(each.events), href=reverse("events") + of),
    )
