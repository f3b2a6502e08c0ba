# SPDX-License-Identifier: Apache-2.0
"""The lake is a function of the journal: built again it is the same, and what was changed shows."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from nadzor.actions.rebuild_lake import rebuild_lake
from nadzor.actions.replay_reads import replay_reads
from nadzor.actions.roll_up_day import roll_up_day
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.journal.opening import open_journal
from nadzor.simulate.read_directory import read_directory
from tests.unit.actions.gate import gate, write_small_reads

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(home, tmp_path):
    """A home whose small replay is loaded and rolled up."""
    with gate(home) as address:
        reads = read_directory(write_small_reads(tmp_path / "reads"))
        replay_reads(home, reads, gateway=address, now=clock.now())
    roll_up_day(home, now=clock.now())
    return home


def test_a_lake_that_nobody_touched_is_equal(loaded):
    """Every table and the rollup have the digests that a fresh build gives."""
    report = rebuild_lake(loaded)
    assert report.equal
    assert all(pair.kept == pair.rebuilt for pair in report.digests.values())


def test_a_row_that_was_changed_shows(loaded):
    """Somebody takes rows out of one table of the lake: that table's digest tells."""
    (part,) = (loaded.lake / "study").glob("*.parquet")
    pq.write_table(pq.read_table(part).slice(1), part)
    report = rebuild_lake(loaded)
    assert not report.equal
    assert report.digests["study"].kept != report.digests["study"].rebuilt


def test_before_the_first_load_there_is_nothing_to_compare(home):
    """It is said, not passed over as equal."""
    open_journal(home).close()
    with pytest.raises(Refusal, match=r"lake\.missing"):
        rebuild_lake(home)
