# SPDX-License-Identifier: Apache-2.0
"""Report what was received and what became of it: the sums of all fates, and how far the lake lags."""

from __future__ import annotations

from collections import Counter
from contextlib import closing

from msgspec import Struct

from nadzor.base.home import Home
from nadzor.journal.opening import open_reader
from nadzor.telemetry.manifest import read_manifest
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
    gaps: int
    tree_size: int
    root: str
    lag: Lag


def report_status(home: Home) -> Status:
    """Count every fate; events by kind are distinct events, as loaded."""
    with closing(open_reader(home)) as reader:
        counts = reader.counts()
        refused = Counter[str]()
        for (_day, code), batches in reader.refused().items():
            refused[code] += batches
    lake = read_manifest(home.lake)
    loaded, events, duplicate = (lake.journal_size, lake.events, lake.duplicates) if lake else (0, 0, 0)
    return Status(
        batches=counts.batches,
        received=counts.events,
        events=Rollups.open(home).events_by_kind() if lake else {},
        accepted=counts.accepted - duplicate,
        duplicate=duplicate,
        rejected=counts.rejected,
        quarantined=counts.quarantined,
        refused_batches=dict(refused),
        gaps=counts.gaps,
        tree_size=counts.tree_size,
        root=counts.root.hex(),
        lag=Lag(counts.batches - loaded, counts.events - events),
    )
