# SPDX-License-Identifier: Apache-2.0
"""File a matter that no signal holds yet: the signal, its first evidence, its clock, what it comes after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from nadzor.actions.append_evidence import Surroundings, append_first, told_of
from nadzor.base.clock import moscow_date
from nadzor.detect.finding import Finding
from nadzor.detect.words import severity
from nadzor.procedures.moves import allowed
from nadzor.procedures.signal import REGRESSED, RESOLVED, SIGNAL
from nadzor.records import audit
from nadzor.register import queries as register
from nadzor.vigilance.models import Signal, SignalMove
from nadzor.vigilance.streams import STREAM, began, family_of, stream_of
from nadzor.vigilance.triage import strength, take_up_by


def file_signal(
    found: Sequence[Finding], seen: Surroundings, *, after: Sequence[Signal], now: datetime
) -> Signal:
    """A new signal for findings of one stream; `after` are the closed ones of the same stream."""
    first = found[0]
    cured = _cured(first)
    before = cured or (after[-1] if after else None)
    row = Signal.objects.create(
        fingerprint=first.fingerprint(),
        stream=stream_of(first),
        family=family_of(first),
        first_day=first.first_day,
        statistic=first.statistic,
        threshold=first.threshold,
        evidence=msgspec.to_builtins(first),
        severity=severity(first),
        strength=strength(first),
        take_up_by=take_up_by(severity(first), since=moscow_date(now)),
        state=SIGNAL.first,
        follows=before,
        raised_at=now,
        changed_at=now,
        **{name: getattr(first, name) for name in STREAM},
    )
    audit.record(
        "vigilance.signal.raise", f"signal {row.pk}", by="house", because=first.detector, now=now,
        fingerprint=row.fingerprint, device=first.device, rows=first.rows_hash, code=first.code,
        follows=before.pk if before else None,
    )  # fmt: skip
    append_first(row, told_of(found), seen, now=now)
    if cured is not None:
        _regress(cured, row, now=now)
    return row


def _cured(finding: Finding) -> Signal | None:
    """The signal of the same family that a version had resolved, if this is that version or a later one."""
    released = releases(finding.device)
    rows = Signal.objects.select_for_update().filter(family=family_of(finding), state=RESOLVED)
    return next((row for row in rows.order_by("-id") if _is_later(finding, row, released)), None)


def releases(device: str) -> dict[str, date]:
    """When each version of a device was released."""
    return {each.version: each.released_on for each in register.versions(device)}


def _is_later(finding: Finding, row: Signal, released: dict[str, date]) -> bool:
    """Whether a finding speaks of the curing version or a later one; without a version, of a later change."""
    if not finding.version:
        return row.closed_on is not None and began(finding) > row.closed_on
    fixed = released.get(row.fixed_version)
    mine = released.get(finding.version)
    if fixed is None or mine is None:
        return finding.version != row.version
    return mine >= fixed


def _regress(row: Signal, by_now: Signal, *, now: datetime) -> None:
    """The old signal says that what was cured is there again, and where."""
    because = f"signal {by_now.pk}"
    move = allowed(SIGNAL, row.state, "regress", by="house", because=because)
    SignalMove.objects.create(
        signal=row, at=now, verb=move.verb, start=move.start, to=move.to, by="house", role="house",
        because=because, added={"signal": by_now.pk, "version": by_now.version},
    )  # fmt: skip
    row.state, row.changed_at = REGRESSED, now
    row.save(update_fields=["state", "changed_at"])
    audit.record(
        "vigilance.signal.regress", f"signal {row.pk}", by="house", now=now, because=because,
        version=by_now.version,
    )  # fmt: skip
