# SPDX-License-Identifier: Apache-2.0
"""Where the regulator's staff is overloaded, and which devices give most cause for concern, with reasons."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, Max
from msgspec import Struct

from nadzor.people.queries import Person
from nadzor.procedures.adverse_event import RECEIVED, REPORTED, UNCONFIRMED
from nadzor.procedures.monitoring import FILED
from nadzor.register.filing_tasks import waited_for
from nadzor.register.worklist import worklist
from nadzor.vigilance.models import (
    AdverseEvent,
    Alert,
    MissedLimit,
    MonitoringReport,
    Narrative,
    Signal,
    WarningCopy,
)

STAFF: Final = ("inspector", "registrar", "head", "expert")
RECENT: Final = timedelta(days=90)
SHOWN: Final = 12


class Load(Struct, frozen=True, kw_only=True):
    """What waits for one role: filings in whose state it acts, and those past a last day."""

    role: str
    filings: int
    late: int


class Desk(Struct, frozen=True, kw_only=True):
    """What waits for the inspectors besides filings, in counts."""

    untaken_signals: int
    taken_signals: int
    events: int
    held: int
    alerts: int
    reports: int
    unconfirmed_warnings: int


class Concern(Struct, frozen=True, kw_only=True):
    """One device and the reasons: counts of what is open or recent, no score that nobody could check."""

    device: str
    grave_events: int
    events: int
    severity: int
    signals: int
    cases: int
    missed: int


def loads(person: Person, *, today: date) -> tuple[Load, ...]:
    """Open filings by the role whose turn it is."""
    waits: Counter[str] = Counter()
    late: Counter[str] = Counter()
    for work in worklist(person, today=today):
        for role in waited_for(work.row.procedure, work.row.state) & set(STAFF):
            waits[role] += 1
            late[role] += bool(work.over)
    return tuple(Load(role=role, filings=waits[role], late=late[role]) for role in STAFF)


def desk() -> Desk:
    """What waits for the inspectors besides filings; history taken in from files waits for nobody."""
    waiting = Signal.objects.filter(closed_on=None, leading=None)
    events = AdverseEvent.objects.exclude(way="import")
    return Desk(
        untaken_signals=waiting.filter(state="raised").count(),
        taken_signals=waiting.exclude(state="raised").count(),
        events=events.filter(state__in=(RECEIVED, REPORTED, UNCONFIRMED)).count(),
        held=Narrative.objects.filter(held=True).count(),
        alerts=Alert.objects.filter(acknowledged_at=None).count(),
        reports=MonitoringReport.objects.filter(state=FILED).count(),
        unconfirmed_warnings=WarningCopy.objects.filter(reached=True, confirmed_at=None).count(),
    )


def concerns(person: Person, *, now: datetime, today: date) -> tuple[Concern, ...]:
    """Devices with a reason for concern, the gravest reason first.

    Why an order by reasons: deaths and threats, then open cases, then the severity of open signals, then
    limits missed, then how many; anybody can see why one device stands above another.
    """
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for name, counts in _counted(person, now=now, today=today).items():
        for device, n in counts.items():
            found[device][name] = n
    rows = [_concern(device, counts) for device, counts in found.items() if device]
    return tuple(sorted(rows, key=_order, reverse=True)[:SHOWN])


def _counted(person: Person, *, now: datetime, today: date) -> dict[str, dict[str, int]]:
    since = now - RECENT
    recent = AdverseEvent.objects.filter(received_at__gt=since).exclude(way="import")
    signals = Signal.objects.filter(closed_on=None, leading=None).values("device")
    severe = {row["device"]: row["most"] for row in signals.annotate(most=Max("severity"))}
    cases = Counter(work.row.device for work in worklist(person, today=today, procedures=("case",)))
    return {
        "grave_events": _by_device(recent.exclude(seriousness="other")),
        "events": _by_device(recent),
        "severity": severe,
        "signals": {row["device"]: row["n"] for row in signals.annotate(n=Count("id"))},
        "cases": dict(cases),
        "missed": _by_device(MissedLimit.objects.filter(seen_at__gt=since)),
    }


def _by_device(rows: object) -> dict[str, int]:
    counted = rows.order_by("device").values("device").annotate(n=Count("id"))  # type: ignore[attr-defined]
    return {row["device"]: row["n"] for row in counted}


def _concern(device: str, counts: dict[str, int]) -> Concern:
    names = ("grave_events", "events", "severity", "signals", "cases", "missed")
    return Concern(device=device, **{name: counts.get(name, 0) for name in names})


def _order(each: Concern) -> tuple[int, ...]:
    return each.grave_events, each.cases, each.severity, each.missed, each.signals, each.events
