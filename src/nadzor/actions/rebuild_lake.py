# SPDX-License-Identifier: Apache-2.0
"""Build lake and rollups again from the journal alone, and say whether they equal what stands there."""

from __future__ import annotations

from contextlib import closing

from msgspec.structs import asdict, replace

from nadzor.actions.shred_bodies import destroyed_ranges
from nadzor.base.home import Home
from nadzor.base.lock import alone
from nadzor.journal.opening import open_reader
from nadzor.register import queries as register
from nadzor.telemetry.rebuild import RebuildReport, ShreddedRange, rebuild


def rebuild_lake(home: Home) -> RebuildReport:
    """Compare row digests of a fresh build with the standing one; what was destroyed is named by leaves."""
    with alone(home.root / ".lake.lock"), closing(open_reader(home)) as reader:
        report = rebuild(home, reader, bins=register.bins())
        gone = tuple(ShreddedRange(**asdict(one)) for one in destroyed_ranges(home, reader))
    return replace(report, ranges=gone)
