# SPDX-License-Identifier: Apache-2.0
"""Each sender's delays by bin, and the share that came a day or more after it happened."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.base.home import Home
from nadzor.measures.bins import bin_of
from nadzor.measures.catalogue import catalogue
from nadzor.telemetry.lateness import LATE_S, lateness
from nadzor.telemetry.store import Rollups
from tests.rollup_samples import DEVICE, row, write_rollups

DAY = date(2026, 11, 2)
EDGES = catalogue().edges("delay")


@pytest.fixture
def late_home(tmp_path):
    """Two senders, one of them late, and another device."""
    made = Home.create(tmp_path / "home")
    told = [("i-1", 5, 97), ("i-1", LATE_S - 1, 1), ("i-1", LATE_S, 2), ("i-2", 40 * LATE_S, 3)]
    rows = [row("delay", n, DAY, installation=who, bin=bin_of(EDGES, seconds)) for who, seconds, n in told]
    rows.append(row("delay", 7, DAY, installation="i-3", bin=2, device="ai-902"))
    rows.append(row("delay", 5, date(2026, 11, 9), installation="i-1", bin=2))
    write_rollups(made, rows)
    return made


def test_the_latest_sender_comes_first(late_home):
    """A day is late, a second less is not; other devices are not told."""
    second, first = lateness(Rollups.open(late_home), DEVICE, until=date(2026, 11, 9))
    assert (second.installation, second.events, second.late_share) == ("i-2", 3, 1.0)
    assert (first.installation, first.events, first.late_share) == ("i-1", 100, 0.02)
    assert (len(first.by_bin), sum(first.by_bin), second.by_bin[-1]) == (len(EDGES) + 1, 100, 3)


def test_only_the_days_asked_for_are_counted(late_home):
    """Days before `since` are left out, and a device without studies has no senders."""
    (only,) = lateness(Rollups.open(late_home), DEVICE, since=date(2026, 11, 9))
    assert (only.installation, only.events, only.late_share) == ("i-1", 5, 0.0)
    assert lateness(Rollups.open(late_home), "ai-000") == []
