# SPDX-License-Identifier: Apache-2.0
"""The first page after signing in: what is new and urgent, how much arrives, how fresh it is."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import mean
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nadzor.base import clock
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.portal.charts import figure, order
from nadzor.portal.counts import Counts, span
from nadzor.portal.desk_rights import DESK
from nadzor.portal.door import operation
from nadzor.portal.figures import Figure
from nadzor.portal.frame import house, person_of, reads_operation, theme_of
from nadzor.portal.scope import Scope, scope_of
from nadzor.portal.sheets import Cell, Count, Table, columns, line
from nadzor.portal.signals import entry
from nadzor.portal.words import day, language, number, share
from nadzor.register import queries as register
from nadzor.vigilance import queries
from nadzor.vigilance.queries import OPEN, SignalFilter

DAYS = 90
NEWEST = 6
MEAN_DAYS = 7
HOMES = {Role.CLINIC: "clinic", Role.OPERATOR: "operation"}


def page(request: HttpRequest) -> HttpResponse:
    """The overview for those who read operation figures, their desk for experts, the register for others."""
    who = person_of(request)
    if not reads_operation(who):
        return redirect(_home_of(who))
    return operation(_overview)(request)


def _home_of(who: Person | None) -> str:
    """The first page of whoever reads no operation figures."""
    if who is None:
        return "register"
    return "desk" if who.role in DESK else HOMES.get(who.role, "register")


def _overview(request: HttpRequest) -> HttpResponse:
    scope, counts = scope_of(request), Counts(house())
    last = counts.last_day(clock.today())
    found = queries.signals(SignalFilter(state=OPEN, devices=scope.codes), limit=NEWEST)
    shown = {
        "counts": _tally(counts, scope, last, open_signals=_open(found.by_state)),
        "figure": _trend(counts, scope, last, theme=theme_of(request)) if counts.manifest else None,
        "entries": [entry(row, scope) for row in found.rows],
        "busiest": _devices(counts, scope, last),
        "last": day(last),
    }
    return render(request, "portal/overview.html", shown)


def _open(by_state: dict[str, int]) -> int:
    closed = {"explained", "dismissed", "confirmed_for_case"}
    return sum(n for state, n in by_state.items() if state not in closed)


def _tally(counts: Counts, scope: Scope, last: date, *, open_signals: int) -> list[Count]:
    month = {"since": last - timedelta(days=29), "until": last + timedelta(days=1), "device": scope.codes}
    studies, failed = counts.total("studies", **month), counts.total("failed", **month)
    gaps = counts.total("gaps", device=scope.codes)
    sites = {site for site, _n in counts.sums("studies", by=("site",), **month)}
    installations = [card for card in register.installations() if card.device in scope.devices]
    return [
        Count(_("Open signals"), number(open_signals), href=reverse("signals"), is_alarm=open_signals > 0),
        Count(
            _("Devices"),
            number(len(scope.devices)),
            ngettext("%(n)s installation", "%(n)s installations", len(installations))
            % {"n": number(len(installations))},
            reverse("devices"),
        ),
        Count(
            _("Studies, 30 days"),
            number(studies),
            ngettext("from %(n)s site", "from %(n)s sites", len(sites)) % {"n": number(len(sites))},
        ),
        Count(_("Failed, 30 days"), share(failed / studies if studies else None, 2), number(failed)),
        Count(_("Missing events"), number(gaps), _("gaps in the sequence of events"), reverse("journal")),
        Count(_("Known up to"), day(last), is_words=True),
    ]


def _trend(counts: Counts, scope: Scope, last: date, *, theme: str) -> Figure:
    rows = _days(counts, scope, last)
    table = Table(
        _("Studies and failures by day"),
        columns(_("Day"), _("Studies"), _("Failed"), _("Share failed"), numbers=(1, 2, 3)),
        [line(day(d), number(n), number(f), share(f / n if n else None, 2)) for d, n, f in reversed(rows)],
    )
    facts = {"days": [_point(rows, place) for place in range(len(rows))]}
    words = (_("Studies a day and the share that failed, %(n)s days") % {"n": DAYS}, _sentence(rows))
    whose = " ".join(sorted(scope.codes or ()))
    ordered = order("trend", facts, digest=counts.digest, device=whose)
    return figure(ordered, theme=theme, words=words, table=table, height=290)


def _days(counts: Counts, scope: Scope, last: date) -> list[tuple[date, int, int]]:
    first, after = last - timedelta(days=DAYS - 1), last + timedelta(days=1)
    window: dict[str, Any] = {"since": first, "until": after, "device": scope.codes}
    studies, failed = (dict(counts.daily(measure, **window)) for measure in ("studies", "failed"))
    return [(d, studies.get(d, 0), failed.get(d, 0)) for d in span(first, after)]


def _point(rows: list[tuple[date, int, int]], place: int) -> dict[str, Any]:
    when, n, failed = rows[place]
    week = [row[1] for row in rows[max(0, place - MEAN_DAYS + 1) : place + 1]]
    return {"day": when.isoformat(), "studies": n, "share": failed / n if n else None, "mean": mean(week)}


def _sentence(rows: list[tuple[date, int, int]]) -> str:
    """What the chart shows: the last thirty days against the thirty before."""
    recent, before = rows[-30:], rows[-60:-30]
    facts = {
        "now": number(mean(row[1] for row in recent)),
        "was": number(mean(row[1] for row in before)),
        "share": share(_rate(recent), 2),
        "old": share(_rate(before), 2),
    }
    return (
        _(
            "Over the last 30 days %(now)s studies a day arrived (%(was)s in the 30 days before), "
            "and %(share)s failed (%(old)s before)."
        )
        % facts
    )


def _rate(rows: list[tuple[date, int, int]]) -> float | None:
    studies = sum(row[1] for row in rows)
    return sum(row[2] for row in rows) / studies if studies else None


def _devices(counts: Counts, scope: Scope, last: date) -> Table:
    """Devices with open signals first, then by volume."""
    month = {"since": last - timedelta(days=29), "until": last + timedelta(days=1), "device": scope.codes}
    studies, failed = (
        dict(counts.sums(measure, by=("device",), **month)) for measure in ("studies", "failed")
    )
    signals = queries.open_by_device(devices=scope.codes)
    ranked = sorted(scope.devices, key=lambda code: (-signals.get(code, 0), -studies.get(code, 0), code))[:12]
    lines = [
        line(
            Cell(scope.name(code, language()), href=reverse("device", args=[code])),
            Cell(number(signals[code]), state="alarm") if code in signals else "0",
            number(studies.get(code, 0)),
            share(failed.get(code, 0) / studies[code] if studies.get(code) else None, 2),
        )
        for code in ranked
    ]
    head = columns(
        _("Device"), _("Open signals"), _("Studies, 30 days"), _("Share failed"), numbers=(1, 2, 3)
    )
    return Table(_("Devices to look at first"), head, lines)
