# SPDX-License-Identifier: Apache-2.0
"""Questions to the signals; answers are structs.  `devices` limits an answer to what the asker may read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import msgspec
from django.db.models import Count, Q, QuerySet

from nadzor.base.problems import Refusal
from nadzor.detect.finding import Finding
from nadzor.procedures.signal import CONFIRMED, DISMISSED, EXPLAINED, SIGNAL
from nadzor.vigilance.cards import (
    Circumstances,
    DetectorRecord,
    EvidenceCard,
    MoveCard,
    SignalCard,
    SignalPage,
    SignalRow,
)
from nadzor.vigilance.models import Signal, SignalEvidence, SignalMove

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
    page = [_row(row) for row in rows[: limit + 1]]
    return SignalPage(
        rows=tuple(page[:limit]),
        next=page[limit - 1].id if len(page) > limit else None,
        by_state=_by_state(fitting),
    )


def signal(id: int, *, devices: Collection[str] | None = None) -> SignalCard:
    """One signal with its evidence and moves.

    Raises: Refusal signal.unknown, also for a signal of a device the asker may not read.
    """
    rows = Signal.objects.prefetch_related("appended", "moves").filter(pk=id)
    row = _among(rows, devices).first()
    if row is None:
        raise Refusal("signal.unknown")
    return SignalCard(
        row=_row(row),
        raised_by=_finding(row.evidence),
        evidence=tuple(_evidence(each) for each in row.appended.all()),
        moves=tuple(_move(each) for each in row.moves.all()),
    )


def records(*, devices: Collection[str] | None = None) -> list[DetectorRecord]:
    """How each detector's signals ended, by detector."""
    ended = {state: Count("id", filter=Q(state=state)) for state in (CONFIRMED, EXPLAINED, DISMISSED)}
    rows = _among(Signal.objects.all(), devices).order_by("detector").values("detector")
    return [
        DetectorRecord(
            detector=row["detector"],
            raised=row["raised"],
            confirmed=row[CONFIRMED],
            explained=row[EXPLAINED],
            dismissed=row[DISMISSED],
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


def _row(row: Signal) -> SignalRow:
    return SignalRow(
        id=row.pk,
        fingerprint=row.fingerprint,
        detector=row.detector,
        kind=row.kind,
        device=row.device,
        version=row.version,
        site=row.site,
        stratum=row.stratum,
        finding=row.finding,
        first_day=row.first_day,
        statistic=row.statistic,
        threshold=row.threshold,
        effect=_finding(row.evidence).effect,
        state=row.state,
        raised_at=row.raised_at,
        changed_at=row.changed_at,
    )


def _finding(stored: object) -> Finding:
    return msgspec.convert(stored, Finding)


def _evidence(row: SignalEvidence) -> EvidenceCard:
    return EvidenceCard(
        at=row.at,
        finding=_finding(row.finding),
        circumstances=msgspec.convert(row.circumstances, Circumstances),
        digest=row.digest,
    )


def _move(row: SignalMove) -> MoveCard:
    return MoveCard(
        at=row.at, verb=row.verb, start=row.start, to=row.to, by=row.by, role=row.role, because=row.because
    )
