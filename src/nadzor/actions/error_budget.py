# SPDX-License-Identifier: Apache-2.0
"""The national error budget: what false alarms were to be expected, and what survives among all streams."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from msgspec import Struct

from nadzor.actions.run_detectors import run_detectors
from nadzor.base.clock import moscow_date
from nadzor.base.durable import write_atomic
from nadzor.base.home import Home
from nadzor.detect.finding import Finding
from nadzor.detect.national import ALPHA, Evidence, Ledger, ledger, national, streams_watched, watched_days
from nadzor.measures.columns import Columns
from nadzor.telemetry.store import Rollups


class ErrorBudget(Struct, frozen=True, kw_only=True):
    """What the detectors may cost and have cost, in total and for each device, and what carries further.

    `evidence` are streams with a finding, most evidence first; those that survive e-BH at alpha among all
    `streams` may be carried further.  `rollup` is the digest of the rows that it was made of.
    """

    at: datetime
    until: date
    rollup: str
    alpha: float
    streams: int
    total: Ledger
    devices: dict[str, Ledger]
    evidence: list[Evidence]


def keep_budget(home: Home, columns: Columns, findings: list[Finding], *, now: datetime) -> ErrorBudget:
    """Reckon the budget from a run of the detectors, and keep it beside the rollups."""
    days = watched_days(columns)
    streams = streams_watched(columns)
    made = ErrorBudget(
        at=now,
        until=moscow_date(now),
        rollup=Rollups.open(home).manifest.digest,
        alpha=ALPHA,
        streams=streams,
        total=ledger(findings, days=days),
        devices={device: ledger(findings, days=days, device=device) for device in days},
        evidence=national(findings, streams=streams),
    )
    write_atomic(home.budget, msgspec.json.encode(made))
    return made


def error_budget(home: Home, *, now: datetime) -> ErrorBudget:
    """The budget as of now: the kept one while the rollup is the same, else reckoned anew."""
    kept = kept_budget(home)
    rollups = Rollups.open(home)
    if kept and (kept.rollup, kept.until) == (rollups.manifest.digest, moscow_date(now)):
        return kept
    run = run_detectors(rollups, today=moscow_date(now))
    return keep_budget(home, run.columns, run.findings, now=now)


def kept_budget(home: Home) -> ErrorBudget | None:
    """The budget of the last run of the detectors; None before the first one or of another release."""
    try:
        return msgspec.json.decode(home.budget.read_bytes(), type=ErrorBudget)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
