# SPDX-License-Identifier: Apache-2.0
"""Signals for tests: a finding, what surrounds it, and a filed signal."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from nadzor.detect.finding import Baseline, Effect, Finding, Guarantee
from nadzor.detect.words import severity
from nadzor.procedures.signal import RAISED
from nadzor.vigilance.cards import Circumstances, LabelCount, SmallestDrop, WayBack
from nadzor.vigilance.models import Signal, SignalEvidence
from nadzor.vigilance.streams import STREAM, family_of, stream_of
from nadzor.vigilance.triage import strength

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
FINDING = Finding(
    detector="failure_cusum",
    code="c" * 64,
    kind="failure_rate",
    device="ai-001",
    version="1.0",
    site="s-1",
    statistic=9.5,
    threshold=8.0,
    guarantee=Guarantee(kind="run_length", budget=0.1, spent=0.02),
    baseline=Baseline(hash="b" * 64, first=date(2026, 8, 1), after=date(2026, 9, 1), exposure=900, events=9),
    effect=Effect(name="rate_ratio", estimate=3.0, low=1.8, high=4.9),
    first_day=date(2026, 10, 12),
    rows_hash="d" * 64,
    rows_read=420,
)
AROUND = Circumstances(
    way_back=WayBack(
        measures=("studies", "failed"),
        device="ai-001",
        version="1.0",
        site="s-1",
        first=date(2026, 8, 1),
        after=date(2026, 10, 13),
    ),
    window_days=90,
    studies=1200,
    labels=(LabelCount("all", 40), LabelCount("random", 10)),
    smallest_drops=(
        SmallestDrop(finding="effusion", metric="sensitivity", declared=0.9, labels=30, drop=0.1234),
        SmallestDrop(finding="effusion", metric="specificity", declared=0.8, labels=0, drop=None),
    ),
    version_registered=True,
)


def file_signal(n: int = 0, **changes: Any) -> Signal:
    """File a signal as a run of the detectors would."""
    state, pk = changes.pop("state", RAISED), changes.pop("pk", None)
    found = msgspec.structs.replace(FINDING, first_day=date(2026, 10, 1 + n), **changes)
    told = msgspec.to_builtins(found)
    signal = Signal.objects.create(
        pk=pk,
        **{name: getattr(found, name) for name in STREAM},
        stream=stream_of(found),
        family=family_of(found),
        first_day=found.first_day,
        severity=severity(found),
        strength=strength(found),
        fingerprint=found.fingerprint(),
        statistic=found.statistic,
        threshold=found.threshold,
        evidence=told,
        state=state,
        raised_at=NOW,
        changed_at=NOW,
    )
    SignalEvidence.objects.create(
        signal=signal, at=NOW, day=NOW.date(), finding=told, circumstances=msgspec.to_builtins(AROUND),
        digest=found.rows_hash,
    )  # fmt: skip
    return signal
