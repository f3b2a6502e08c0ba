# SPDX-License-Identifier: Apache-2.0
"""The rollup's own manners: its files, its manifest, its refusals."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.measures.catalogue import catalogue
from nadzor.measures.rollup import digest_of
from nadzor.telemetry.load import load
from nadzor.telemetry.query import FIRST_FAMILY, queries
from nadzor.telemetry.rollup import roll_up
from nadzor.telemetry.rollup_file import read_bins, stored_digest
from nadzor.telemetry.rollup_plain import plain_digest
from nadzor.telemetry.sealing import rollup_digest
from nadzor.telemetry.store import Rollups
from tests.engines.engine import stored_rows
from tests.engines.twin import TwinJournal
from tests.unit.telemetry.conftest import BINS

PORTABLE = {
    "sum",
    "count",
    "min",
    "max",
    "lead",
    "sets",  # GROUP BY GROUPING SETS, SQL:1999
    "coalesce",
    "over",
    "in",
    "and",
    "as",
    "cast",
    "values",
    "from",
    "join",
    "exists",
}


def test_before_the_first_load(tmp_path: Path) -> None:
    """Without a lake there is nothing to add up."""
    with pytest.raises(Refusal, match="lake.missing"):
        roll_up(Home.create(tmp_path), bins={})


def test_edges_must_increase(tmp_path: Path, told: TwinJournal) -> None:
    """Ill-formed bins are refused before anything is written."""
    home = Home.create(tmp_path)
    load(home, told)
    with pytest.raises(Refusal, match="rollup.bins"):
        roll_up(home, bins={("ai-001", "edema"): [7, 7]})
    assert not list(home.rollups.iterdir())


def test_an_empty_journal_rolls_up_to_nothing(tmp_path: Path) -> None:
    """No events, no rows, the digest of nothing."""
    home = Home.create(tmp_path)
    load(home, TwinJournal())
    report = roll_up(home, bins=BINS)
    assert (report.rows, report.digest) == (0, digest_of({}))
    assert Rollups.open(home).total("studies") == 0


def test_manifest_and_rows_agree(home: Home) -> None:
    """The manifest seals every date, and says no other digest than the rows themselves do."""
    manifest = Rollups.open(home).manifest
    rows = stored_rows(home.rollups)
    assert manifest.digest == rollup_digest(manifest.seals) == plain_digest(rows)
    assert manifest.digest == stored_digest(home.rollups, manifest)
    assert manifest.rows == sum(seal.rows for seal in manifest.seals.values()) == len(rows)
    assert (manifest.journal_size, manifest.duplicates, str(manifest.known_until)) == (10, 1, "2026-10-06")


def test_rolling_up_twice_is_the_same(home: Home, tmp_path: Path) -> None:
    """The same lake gives the same digest."""
    again = roll_up(home, bins=BINS)
    assert again.digest == Rollups.open(home).manifest.digest
    assert read_bins(home.rollups) == BINS


@pytest.mark.parametrize("query", queries(), ids=lambda query: query.name)
def test_queries_are_portable(query) -> None:
    """No engine functions, no floats, no approximation; every file begins by saying what it gives."""
    statement = "\n".join(line for line in query.text.splitlines() if not line.startswith("--"))
    called = {name.lower() for name in re.findall(r"(\w+)\s*\(", statement)}
    assert called <= PORTABLE | {"by", "on", "partition", "then", "union", "where"} | {"select"}
    assert not re.search(r"\d\.\d|float|double|real\b|approx|::", statement, re.IGNORECASE)
    assert query.text.startswith("-- ")


def test_every_measure_is_named_by_a_family() -> None:
    """Each catalogued measure is given by exactly one file from 50 on, as its second line says."""
    named = [name for query in queries() if query.number >= FIRST_FAMILY for name in query.measures]
    assert sorted(named) == sorted(catalogue().measures)


@pytest.mark.parametrize("key", ["duration", "delay", "skew"])
def test_written_edges_are_those_of_the_catalogue(key: str) -> None:
    """A CASE in the queries cuts where the catalogue says, and nowhere else."""
    column = {"duration": "duration_ms", "delay": "delay_s", "skew": "clock_offset_ms"}[key]
    text = " ".join(query.text for query in queries())
    cut = re.findall(rf"WHEN {column} < (-?\d+) THEN (\d+)", text)
    assert [(int(edge), int(number)) for edge, number in cut] == [
        (edge, number) for number, edge in enumerate(catalogue().edges(key))
    ]


def test_dropped_files_stay_one_generation(tmp_path: Path, told: TwinJournal) -> None:
    """A reader of the rollup before this one may still open its files; those before it are gone."""
    home = Home.create(tmp_path)
    load(home, told)
    names = []
    for edges in ([5000], [5001], [5002]):
        roll_up(home, bins={("ai-001", "edema"): edges})
        names.append({path.name for path in (home.rollups / "parts").iterdir()})
        Rollups.open(home)
    assert names[1] & names[0] == names[0]
    assert not any("bins" in name for name in names[2] & names[0])
