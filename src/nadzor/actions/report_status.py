# SPDX-License-Identifier: Apache-2.0
"""Report what was received and what became of it: the sums of all fates, and how far the lake lags."""

from __future__ import annotations

from collections import Counter
from contextlib import closing

from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.opening import open_reader
from nadzor.register.refusals import refused_moves
from nadzor.telemetry.rollup_file import RollupManifest
from nadzor.telemetry.store import Rollups


class Lag(Struct, frozen=True):
    """What the journal holds that the rollups do not yet show.  Units: batches, events."""

    batches: int
    events: int


class Status(Struct, frozen=True):
    """One data directory at a glance. `received` = `accepted` + `duplicate` + `rejected`."""

    batches: int
    received: int
    events: dict[str, int]
    accepted: int
    duplicate: int
    rejected: int
    quarantined: int
    refused_batches: dict[str, int]
    refused_moves: dict[str, int]
    gaps: int
    tree_size: int
    root: str
    lag: Lag


def report_status(home: Home) -> Status:
    """Count every fate; events by kind are distinct events, as far as they were rolled up.

    `refused_moves` counts refused moves of filings by reason.
    """
    with closing(open_reader(home)) as reader:
        counts = reader.counts()
        refused = Counter[str]()
        for (_day, code), batches in reader.refused().items():
            refused[code] += batches
        shown = _shown(home)
        seen = shown.journal_size if shown else 0
        waiting = counts.events - reader.batch(seen).cum_events if seen < counts.batches else 0
    duplicate = shown.duplicates if shown else 0
    return Status(
        batches=counts.batches,
        received=counts.events,
        events=shown.events if shown else {},
        accepted=counts.accepted - duplicate,
        duplicate=duplicate,
        rejected=counts.rejected,
        quarantined=counts.quarantined,
        refused_batches=dict(refused),
        refused_moves=refused_moves(),
        gaps=counts.gaps,
        tree_size=counts.tree_size,
        root=counts.root.hex(),
        lag=Lag(counts.batches - seen, waiting),
    )


def _shown(home: Home) -> RollupManifest | None:
    try:
        return Rollups.open(home).manifest
    except Refusal:
        return None
