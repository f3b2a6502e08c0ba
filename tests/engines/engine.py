# SPDX-License-Identifier: Apache-2.0
"""Both engines behind one call: a journal and bins in, rows out."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from nadzor.measures.bins import Bins
from nadzor.measures.rollup import Row
from nadzor.telemetry.load import load_lake
from nadzor.telemetry.rollup import roll_up_lake
from nadzor.telemetry.rollup_file import read_rollup_manifest
from nadzor.telemetry.rollup_plain import plain_digest, roll_up_plain
from tests.engines.twin import TwinJournal


def by_duckdb(journal: TwinJournal, bins: Bins, *, step: int = 7) -> list[Row]:
    """Through a lake cut into small parts, by the SQL files; the file's digest must be that of its rows."""
    with tempfile.TemporaryDirectory() as scratch:
        lake, rollups = Path(scratch) / "lake", Path(scratch) / "rollups"
        load_lake(lake, journal, step=step)
        report = roll_up_lake(lake, rollups, bins=bins)
        rows = stored_rows(rollups)
    assert plain_digest(rows) == report.digest
    return rows


def stored_rows(rollups: Path) -> list[Row]:
    """Every row that the files of a rollup hold."""
    parts = [rollups / "parts" / part.file for part in read_rollup_manifest(rollups).parts]
    return [Row(**cells) for part in parts for cells in pq.read_table(part, partitioning=None).to_pylist()]


def by_plain_python(journal: TwinJournal, bins: Bins) -> list[Row]:
    """By the reference engine."""
    return roll_up_plain(journal.batches(), bins=bins)


ENGINES = {"duckdb": by_duckdb, "plain": by_plain_python}
