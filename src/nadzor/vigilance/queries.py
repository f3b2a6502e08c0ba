# SPDX-License-Identifier: Apache-2.0
"""Questions to the signals; answers are structs.  `devices` limits an answer to what the asker may read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec
from django.db.models import Count, Q, QuerySet

from nadzor.base.problems import Refusal
from nadzor.procedures.signal import CONFIRMED, DISMISSED, EXPLAINED, REGRESSED, RESOLVED, SIGNAL
from nadzor.vigilance.cards import DetectorRecord, Kin, SignalCard, SignalPage, SignalRow
from nadzor.vigilance.models import Signal, SignalEvidence
from nadzor.vigilance.rows import evidence_card, finding_of, move_card, signal_row

PAGE_MAX = 200  # bounds one answer; the cursor fetches the rest
OPEN = "open"
CLOSED = "closed"


class SignalFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which signals are wanted; `state` is a state, "open", "closed" or nothing; `devices` None means all."""

    state: str | None = None
    detector: str | None = None
    device: str | None = None
    version: str | None = None
    site: str | None = None
    finding: str | None = None
    course: str | None = None
    severity: int | None = None
    raised_since: datetime | None = None
    changed_since: datetime | None = None
    devices: Collection[str] | None = None


def signals(wanted: SignalFilter | None = None, *, after: int | None = None, limit: int = 50) -> SignalPage:
    """Signals that fit, newest first, after a cursor (an id); the counts ignore the state asked for."""
    wanted = wanted or SignalFilter()
    fitting = _fitting(wanted)
    rows = _in_state(fitting, wanted.state).order_by("-id")
    if after is not None:
        rows = rows.filter(id__lt=after)
    limit = max(1, min(limit, PAGE_MAX))
    page = list(rows[: limit + 1])
    return SignalPage(
        rows=signal_rows(page[:limit]),
        next=page[limit - 1].pk if len(page) > limit else None,
        by_state=_by_state(fitting),
    )


def triage(wanted: SignalFilter | None = None, *, start: int = 0, limit: int = 50) -> SignalPage:
    """Signals that fit, in the order in which to look at them, from a place in that order; `next` is a place.

    Why: what could harm most comes first, then what is surest, then what waits longest.
    """
    wanted = wanted or SignalFilter()
    fitting = _fitting(wanted)
    rows = _in_state(fitting, wanted.state).order_by("-severity", "-strength", "raised_at", "id")
    limit, start = max(1, min(limit, PAGE_MAX)), max(0, start)
    page = list(rows[start : start + limit + 1])
    return SignalPage(
        rows=signal_rows(page[:limit]),
        next=start + limit if len(page) > limit else None,
        by_state=_by_state(fitting),
    )


def signal_rows(rows: Iterable[Signal]) -> tuple[SignalRow, ...]:
    """Signals as lists show them, each with its last evidence."""
    found = list(rows)
    newest = {
        each.signal_id: each  # type: ignore[attr-defined]
        for each in SignalEvidence.objects.filter(signal__in=found).order_by("id")
    }
    return tuple(signal_row(row, newest.get(row.pk)) for row in found)


def signal(id: int, *, devices: Collection[str] | None = None) -> SignalCard:
    """One signal with its evidence and moves.

    Raises: Refusal signal.unknown, also for a signal of a device the asker may not read.
    """
    rows = Signal.objects.prefetch_related("appended", "moves").filter(pk=id)
    row = _among(rows, devices).first()
    if row is None:
        raise Refusal("signal.unknown")
    evidence = list(row.appended.all())
    return SignalCard(
        row=signal_row(row, evidence[-1] if evidence else None),
        raised_by=finding_of(row.evidence),
        evidence=tuple(evidence_card(each) for each in evidence),
        moves=tuple(move_card(each) for each in row.moves.all()),
        led=_kin(row.led.all(), devices),
        followed_by=_kin(row.followed_by.all(), devices),
        led_by=_kin(Signal.objects.filter(pk=row.leading_id), devices),  # type: ignore[attr-defined]
        comes_after=_kin(Signal.objects.filter(pk=row.follows_id), devices),  # type: ignore[attr-defined]
    )


def records(*, devices: Collection[str] | None = None) -> list[DetectorRecord]:
    """How each detector's signals ended, by detector."""
    ended = {state: Count("id", filter=Q(state=state)) for state in (CONFIRMED, EXPLAINED, DISMISSED)}
    ended["resolved"] = Count("id", filter=Q(state__in=(RESOLVED, REGRESSED)))
    rows = _among(Signal.objects.all(), devices).order_by("detector").values("detector")
    return [
        DetectorRecord(
            detector=row["detector"],
            raised=row["raised"],
            confirmed=row[CONFIRMED] + row["resolved"],
            explained=row[EXPLAINED],
            dismissed=row[DISMISSED],
            resolved=row["resolved"],
        )
        for row in rows.annotate(raised=Count("id"), **ended)
    ]


def record(detector: str) -> DetectorRecord:
    """How one detector's signals ended; all zero when it never raised any."""
    found = {each.detector: each for each in records()}
    return found.get(detector) or DetectorRecord(
        detector=detector, raised=0, confirmed=0, explained=0, dismissed=0
    )


def counts_by_detector(*, devices: Collection[str] | None = None) -> dict[str, int]:
    """How many signals each detector has raised, whatever became of them."""
    return {each.detector: each.raised for each in records(devices=devices)}


def open_by_device(*, devices: Collection[str] | None = None) -> dict[str, int]:
    """How many open signals each device has; a device without any is not named."""
    rows = _in_state(_among(Signal.objects.all(), devices), OPEN).order_by("device").values("device")
    return {row["device"]: row["n"] for row in rows.annotate(n=Count("id"))}


def _fitting(wanted: SignalFilter) -> QuerySet[Signal]:
    rows = _among(Signal.objects.all(), wanted.devices)
    exact = {name: getattr(wanted, name) for name in ("detector", "device", "version", "site", "finding")}
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if wanted.course:
        rows = rows.filter(course=wanted.course)
    if wanted.severity:
        rows = rows.filter(severity=wanted.severity)
    if wanted.raised_since:
        rows = rows.filter(raised_at__gte=wanted.raised_since)
    if wanted.changed_since:
        rows = rows.filter(changed_at__gte=wanted.changed_since)
    return rows


def _among(rows: QuerySet[Signal], devices: Collection[str] | None) -> QuerySet[Signal]:
    return rows if devices is None else rows.filter(device__in=list(devices))


def _in_state(rows: QuerySet[Signal], state: str | None) -> QuerySet[Signal]:
    if not state:
        return rows
    if state in (OPEN, CLOSED):
        return rows.filter(state__in=SIGNAL.open_states if state == OPEN else SIGNAL.closed)
    return rows.filter(state=state)


def _by_state(rows: QuerySet[Signal]) -> dict[str, int]:
    counted = {
        row["state"]: row["n"] for row in rows.order_by("state").values("state").annotate(n=Count("id"))
    }
    return {state: counted.get(state, 0) for state in SIGNAL.states}


def _kin(rows: QuerySet[Signal], devices: Collection[str] | None) -> tuple[Kin, ...]:
    """Signals of one's kin that the asker may read, too."""
    return tuple(
        Kin(id=row.pk, device=row.device, state=row.state) for row in _among(rows, devices).order_by("id")
    )
