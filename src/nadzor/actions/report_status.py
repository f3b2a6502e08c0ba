# SPDX-License-Identifier: Apache-2.0
"""Report what was received and what became of it: the sums of all fates, and how far the lake lags."""

from __future__ import annotations

from msgspec import Struct

from nadzor.base.home import Home
from nadzor.journal.reader import Reader
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
    reader = Reader.open(home)
    counts = reader.counts()
    rollups = Rollups.open(home)
    duplicate = rollups.duplicates()
    loaded = rollups.journal_size()
    return Status(
        batches=counts.batches,
        received=counts.events,
        events=rollups.events_by_kind(),
        accepted=counts.accepted - duplicate,
        duplicate=duplicate,
        rejected=counts.rejected,
        quarantined=counts.quarantined,
        refused_batches=counts.refused,
        gaps=counts.gaps,
        tree_size=counts.tree_size,
        root=counts.root,
        lag=Lag(counts.batches - loaded, counts.events - rollups.journal_events()),
    )
