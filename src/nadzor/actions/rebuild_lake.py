# SPDX-License-Identifier: Apache-2.0
"""Build lake and rollups again from the journal alone, and say whether they equal what stands there."""

from __future__ import annotations

from contextlib import closing

from nadzor.base.home import Home
from nadzor.base.lock import alone
from nadzor.journal.opening import open_reader
from nadzor.register import queries as register
from nadzor.telemetry.rebuild import RebuildReport, rebuild


def rebuild_lake(home: Home) -> RebuildReport:
    """Compare row digests of a fresh build with the standing one; shredded ranges are skipped and named."""
    with alone(home.root / ".lake.lock"), closing(open_reader(home)) as reader:
        return rebuild(home, reader, bins=register.bins())
