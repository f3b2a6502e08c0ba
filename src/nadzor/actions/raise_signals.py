# SPDX-License-Identifier: Apache-2.0
"""Raise signals: run the detectors, file each finding once, append what they later say of the same one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime
from hashlib import sha256

import msgspec
from django.db import transaction
from msgspec import Struct

from nadzor.actions.run_detectors import check_claims, read, run_detectors
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.detect.finding import Finding
from nadzor.detect.suite import detector
from nadzor.procedures.signal import SIGNAL
from nadzor.records import audit, notices
from nadzor.register import queries as register
from nadzor.telemetry.store import Rollups
from nadzor.vigilance import circumstances as around
from nadzor.vigilance.cards import Circumstances
from nadzor.vigilance.models import Signal, SignalEvidence
from nadzor.vigilance.notices import notice

STREAM = ("detector", "kind", "device", "version", "site", "stratum", "finding", "first_day")


class RaiseReport(Struct, frozen=True, kw_only=True):
    """What a run did: new signals, old ones with new evidence, and old ones of which nothing new was said."""

    raised: int
    appended: int
    standing: int
    raised_by: dict[str, int]


def raise_signals(home: Home, *, now: datetime) -> RaiseReport:
    """File every finding as a signal once; a second run over the same rollups adds nothing.

    Why: one evidence a day and signal is enough, since a live journal changes every second.
    """
    rollups = Rollups.open(home)
    findings = run_detectors(rollups, today=moscow_date(now))
    fates = [_file(finding, rollups, now=now) for finding in findings]
    raised = Counter(
        finding.detector for finding, fate in zip(findings, fates, strict=True) if fate == "raised"
    )
    if raised:
        text = notice("raised", n=raised.total())
        notices.to_role("inspector", subject="signals", text=text, now=now)
    told = Counter(fates)
    return RaiseReport(
        raised=told["raised"], appended=told["appended"], standing=told["standing"], raised_by=dict(raised)
    )


@transaction.atomic
def _file(finding: Finding, rollups: Rollups, *, now: datetime) -> str:
    row = Signal.objects.select_for_update().filter(fingerprint=finding.fingerprint()).first()
    if row is None:
        row = _raise(finding, now=now)
        _append(row, finding, rollups, now=now)
        return "raised"
    last = row.appended.order_by("-id").first()
    if last is None or last.digest == digest_of(finding) or moscow_date(last.at) == moscow_date(now):
        return "standing"
    if row.appended.filter(digest=digest_of(finding)).exists():
        return "standing"
    _append(row, finding, rollups, now=now)
    audit.record(
        "vigilance.signal.append", f"signal {row.pk}", by="house", because=finding.detector, now=now,
        rows=finding.rows_hash,
    )  # fmt: skip
    return "appended"


def _raise(finding: Finding, *, now: datetime) -> Signal:
    row = Signal.objects.create(
        fingerprint=finding.fingerprint(),
        statistic=finding.statistic,
        threshold=finding.threshold,
        evidence=msgspec.to_builtins(finding),
        state=SIGNAL.first,
        raised_at=now,
        changed_at=now,
        **{name: getattr(finding, name) for name in STREAM},
    )
    audit.record(
        "vigilance.signal.raise", f"signal {row.pk}", by="house", because=finding.detector, now=now,
        fingerprint=row.fingerprint, device=finding.device, rows=finding.rows_hash, code=finding.code,
    )  # fmt: skip
    return row


def _append(row: Signal, finding: Finding, rollups: Rollups, *, now: datetime) -> None:
    SignalEvidence.objects.create(
        signal=row,
        at=now,
        finding=msgspec.to_builtins(finding),
        circumstances=msgspec.to_builtins(circumstances_of(finding, rollups, on=moscow_date(now))),
        digest=digest_of(finding),
    )
    Signal.objects.filter(pk=row.pk).update(changed_at=now)


def circumstances_of(finding: Finding, rollups: Rollups, *, on: date) -> Circumstances:
    """What surrounds a finding on a day, read from the rollups and the register."""
    reads: Collection[tuple[str, str]] = around.READS.items()
    device = finding.device
    seen = around.Seen(
        rows=read(rollups, reads, device=device) if device else (),
        measures={measure for measure, _ in detector(finding.detector).READS},
        verdicts=check_claims(rollups, device=device) if device else (),
        versions={version.version for version in register.versions(device) if version.registered_on},
    )
    return around.circumstances(finding, seen, on=on)


def digest_of(finding: Finding) -> str:
    """What a finding says, apart from how much journal it had seen: the same word twice is not news."""
    told = msgspec.structs.replace(finding, journal_size=None)
    return sha256(msgspec.json.encode(told, order="sorted")).hexdigest()
