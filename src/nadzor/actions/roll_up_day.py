# SPDX-License-Identifier: Apache-2.0
"""Bring lake and rollups up to the journal: load what is new, then roll up by the registered bins."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.lock import alone
from nadzor.journal.opening import open_reader
from nadzor.register import queries as register
from nadzor.telemetry.load import LoadReport, load
from nadzor.telemetry.rollup import RollupReport, roll_up


class DayReport(Struct, frozen=True, kw_only=True):
    """What a run loaded and what the rollup came to; equal journals and bins give equal digests."""

    at: datetime
    load: LoadReport
    rollup: RollupReport


def roll_up_day(home: Home, *, now: datetime) -> DayReport:
    """Load and roll up; running it again on the same journal changes nothing.

    Why: a lock, because scheduler and command may both come to do it, and each replaces the tail.
    """
    with alone(home.root / ".lake.lock"), closing(open_reader(home)) as reader:
        loaded = load(home, reader)
        return DayReport(at=now, load=loaded, rollup=roll_up(home, bins=register.bins()))
