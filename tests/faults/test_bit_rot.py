# SPDX-License-Identifier: Apache-2.0
"""Experiment 5, shortened: no bit that turns in the files of a log goes unnoticed."""

from __future__ import annotations

from contextlib import closing

import pytest

from nadzor.actions.create_home import create_home
from nadzor.actions.publish_tiles import publish_tiles
from nadzor.journal.opening import open_journal
from tests.faults.bit_rot import faults, rot, rotting, turned
from tests.faults.scale import SCALE
from tests.unit.journal.entries import entry, rejecting

FLIPS = 100 * SCALE


@pytest.fixture
def log(tmp_path):
    """A log with batches, a rejection, a gap and a fork, its tiles published, every file at rest."""
    home = create_home(tmp_path / "data")
    with closing(open_journal(home)) as journal:
        journal.append([entry(1, 3), rejecting(2, first=1, last=2, stream=b"2" * 16)])
        journal.append([entry(7, 9), entry(3, 4, stream=b"2" * 16, prev=b"f" * 32)])
        for number in range(30):
            journal.append([entry(stream=bytes([100 + number]) * 16)])
    publish_tiles(home)
    return home.log


def test_every_turned_bit_is_found_or_changes_nothing(log):
    """Found, or in free space, where nothing depends on it; never a changed figure in silence."""
    said = rot(log, flips=FLIPS, seed=5)
    assert said.missed == []
    assert said.found > FLIPS // 4
    assert said.found + said.harmless == FLIPS


def test_each_kind_of_file_is_checked(log):
    """A bit in a tile, in the checkpoint, in the key of a body: each is found for itself."""
    kinds = {file.parent.parent.name + "/" + file.suffix: file for file in rotting(log)}
    assert len(kinds) >= 3
    for file in rotting(log):
        if file != log.journal:
            with turned(file, file.stat().st_size // 2, 3):
                assert faults(log), file.name
