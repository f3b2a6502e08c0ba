# SPDX-License-Identifier: Apache-2.0
"""Build lake and rollups again from the journal alone, and say whether they equal what stands there."""

from __future__ import annotations

from nadzor.base.home import Home
from nadzor.journal.reader import Reader
from nadzor.register import queries as register
from nadzor.telemetry.rebuild import RebuildReport, rebuild


def rebuild_lake(home: Home) -> RebuildReport:
    """Compare row digests of a fresh build with the standing one; shredded ranges are skipped and named."""
    return rebuild(home, Reader.open(home), register.bins())
