# SPDX-License-Identifier: Apache-2.0
"""A rollup that dies anywhere leaves one that answers, and the next run completes it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nadzor.base.home import Home
from nadzor.telemetry.load import load
from nadzor.telemetry.rollup import roll_up
from nadzor.telemetry.rollup_file import read_rollup_manifest, stored_digest
from nadzor.telemetry.store import Rollups
from tests.engines.twin import TwinJournal
from tests.unit.telemetry.conftest import BINS
from tests.unit.telemetry.test_load_crash import Died, dying


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("after", [0, 1, 2, 3, 4, 5, 6])
def test_a_crash_leaves_the_rollup_as_it_was_or_as_it_becomes(
    tmp_path: Path, told: TwinJournal, monkeypatch: pytest.MonkeyPatch, call: str, after: int
) -> None:
    """Die at the n-th fsync or rename of the second rollup: what is served is whole, before and after."""
    home, early = Home.create(tmp_path), TwinJournal()
    early._batches = list(told.batches(0, 6))
    load(home, early)
    before = roll_up(home, bins=BINS)
    load(home, told)
    with monkeypatch.context() as patch:
        owner = os if call == "fsync" else Path
        patch.setattr(owner, call, dying(after, getattr(owner, call)))
        try:
            roll_up(home, bins=BINS)
        except Died:
            served = Rollups.open(home).manifest
            assert stored_digest(home.rollups, served) == served.digest
            assert served.journal_size == 10 or served.digest == before.digest
    completed = roll_up(home, bins=BINS)
    assert completed.journal_size == 10
    assert stored_digest(home.rollups, read_rollup_manifest(home.rollups)) == completed.digest
    assert not list((home.rollups / "parts").glob(".*"))
