# SPDX-License-Identifier: Apache-2.0
"""Lake and rollup made anew and compared."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.telemetry.load import load
from nadzor.telemetry.manifest import read_manifest
from nadzor.telemetry.rebuild import rebuild
from nadzor.telemetry.rollup import roll_up
from nadzor.telemetry.rollup_part import KEY
from nadzor.telemetry.schema import TABLES
from tests.engines.twin import TwinJournal
from tests.unit.telemetry.conftest import BINS


@pytest.fixture
def own(told: TwinJournal, tmp_path: Path) -> Home:
    """A data directory of the test's own."""
    home = Home.create(tmp_path / "home")
    load(home, told, step=4)
    roll_up(home, bins=BINS)
    return home


def test_nothing_to_compare(tmp_path: Path, told: TwinJournal) -> None:
    """Before the first load there is no lake."""
    with pytest.raises(Refusal, match="lake.missing"):
        rebuild(Home.create(tmp_path), told, bins=BINS)


def test_an_honest_lake_is_equal(own: Home, told: TwinJournal) -> None:
    """Every table and the rollup have the digests that the journal gives."""
    report = rebuild(own, told, bins=BINS)
    assert report.equal
    assert set(report.digests) == {*TABLES, "rollup"}
    assert not list(own.root.glob(".rebuild-*"))


def test_the_journal_may_have_grown(own: Home, told: TwinJournal) -> None:
    """Only what the lake claims to hold is compared."""
    grown = TwinJournal()
    grown._batches = [*told.batches(), *told.batches(9)]
    grown._batches[-1] = msgspec.structs.replace(grown._batches[-1], index=10, cum_events=10)
    assert rebuild(own, grown, bins=BINS).equal


def test_a_changed_score_is_found(own: Home, told: TwinJournal) -> None:
    """A value changed in a file of the lake shows in that table's digest."""
    path = own.lake / read_manifest(own.lake).table("finding")[0]
    found = pq.read_table(path, partitioning=None)
    changed = pa.array([number + 1 for number in found["score"].to_pylist()], pa.int32())
    pq.write_table(found.set_column(found.column_names.index("score"), "score", changed), path)
    report = rebuild(own, told, bins=BINS)
    assert not report.equal
    assert {name for name, pair in report.digests.items() if pair.kept != pair.rebuilt} == {"finding"}


def test_a_changed_rollup_is_found(own: Home, told: TwinJournal) -> None:
    """A count changed in the rollup's file is found although its manifest still says the old digest."""
    path = next((own.rollups / "parts").glob("*.parquet"))
    file = pq.ParquetFile(path)
    groups = [file.read_row_group(number) for number in range(file.num_row_groups)]
    footer = file.metadata.metadata[KEY]
    file.close()
    raised = pa.array([n + 1 for n in groups[0]["n"].to_pylist()], pa.int64())
    groups[0] = groups[0].set_column(groups[0].column_names.index("n"), "n", raised)
    with pq.ParquetWriter(path, groups[0].schema) as writer:
        for group in groups:
            writer.write_table(group)
        writer.add_key_value_metadata({KEY: footer})
    report = rebuild(own, told, bins=BINS)
    assert {name for name, pair in report.digests.items() if pair.kept != pair.rebuilt} == {"rollup"}


def test_shredded_ranges_are_left_out(own: Home, told: TwinJournal) -> None:
    """A body shredded since the load cannot be compared; the rest still is."""
    gone = TwinJournal()
    gone._batches = [msgspec.structs.replace(b, shredded=b.index in {0, 3}) for b in told.batches()]
    report = rebuild(own, gone, bins=BINS)
    assert report.equal
    assert report.shredded == 2
