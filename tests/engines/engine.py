# SPDX-License-Identifier: Apache-2.0
"""Both engines behind one call: a journal and bins in, rows out."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from nadzor.measures.bins import Bins
from nadzor.measures.rollup import Row, rows_digest
from nadzor.telemetry.load import load_lake
from nadzor.telemetry.rollup import roll_up_lake
from nadzor.telemetry.rollup_plain import roll_up_plain
from tests.engines.twin import TwinJournal


def by_duckdb(journal: TwinJournal, bins: Bins, *, step: int = 7) -> list[Row]:
    """Through a lake cut into small parts, by the SQL files; the file's digest must be that of its rows."""
    with tempfile.TemporaryDirectory() as scratch:
        lake, rollups = Path(scratch) / "lake", Path(scratch) / "rollups"
        load_lake(lake, journal, step=step)
        report = roll_up_lake(lake, rollups, bins=bins)
        rows = [Row(**cells) for cells in pq.read_table(rollups / "rollup.parquet").to_pylist()]
    assert rows_digest(rows) == report.digest
    return rows


def by_plain_python(journal: TwinJournal, bins: Bins) -> list[Row]:
    """By the reference engine."""
    return roll_up_plain(journal.batches(), bins=bins)


ENGINES = {"duckdb": by_duckdb, "plain": by_plain_python}
