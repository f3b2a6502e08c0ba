# SPDX-License-Identifier: Apache-2.0
"""A part of the lake in the making: tables for a stretch of the journal, repeats dropped, written durably."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nadzor.base.durable import sync_directory
from nadzor.telemetry.manifest import TableFile
from nadzor.telemetry.schema import TABLES, empty

ROW_GROUP = 1 << 17  # rows: a few groups a part, so that two cores share the reading
GATHERED = frozenset({"study", "finding"})

Tables = dict[str, pa.Table]


class Building:
    """Chunks of tables, in journal order."""

    def __init__(self) -> None:
        self._chunks: dict[str, list[pa.Table]] = defaultdict(list)

    def add(self, tables: Tables) -> None:
        """More rows of some tables."""
        for name, table in tables.items():
            self._chunks[name].append(table)

    def whole(self) -> Tables:
        """Every table of the lake, those without rows too."""
        return {
            name: pa.concat_tables([empty(name), *self._chunks[name]]).unify_dictionaries() for name in TABLES
        }


def without_repeats(tables: Tables, *, earlier: list[Path]) -> Tables:
    """The tables without events whose (installation, id) came before, and each repeat counted on its batch.

    `earlier` are the files of the table `event` of the parts before this one.
    """
    repeats = _repeats(tables["event"], earlier)
    if not len(repeats):
        return tables
    kept = {
        name: _drop(table, repeats) if "event" in TABLES[name] else table for name, table in tables.items()
    }
    return kept | {"batch": _count(tables["batch"], repeats)}


def _repeats(event: pa.Table, earlier: list[Path]) -> np.ndarray[Any, Any]:
    """Places of events that repeat an earlier one, sorted.

    Why the bounds: ids are ordered by time, so row groups of older parts are skipped by their statistics.
    """
    if not event.num_rows:
        return np.array([], np.int64)
    with duckdb.connect(config={"threads": 2}) as store:
        store.execute("SET enable_progress_bar = false")
        store.register("fresh", event.select(["event", "installation", "id_hi", "id_lo"]))
        queries = [_WITHIN]
        if earlier:
            low, high = (f(event["id_hi"]).as_py() for f in (pc.min, pc.max))
            queries.append(_BEFORE.format(files=[str(path) for path in earlier], low=low, high=high))
        found = [store.execute(query).fetchnumpy()["event"] for query in queries]
    return np.unique(np.concatenate(found))


_WITHIN = """
    SELECT f.event
    FROM fresh f
    JOIN (
        SELECT installation, id_hi, id_lo, min(event) AS event
        FROM fresh GROUP BY installation, id_hi, id_lo HAVING count(*) > 1
    ) AS first
      ON f.installation = first.installation AND f.id_hi = first.id_hi AND f.id_lo = first.id_lo
    WHERE f.event > first.event
"""
_BEFORE = """
    SELECT f.event
    FROM fresh f
    JOIN read_parquet({files}) AS e
      ON f.installation = e.installation AND f.id_hi = e.id_hi AND f.id_lo = e.id_lo
    WHERE e.id_hi BETWEEN {low} AND {high}
"""


def _drop(table: pa.Table, events: np.ndarray[Any, Any]) -> pa.Table:
    return table.filter(pc.invert(pc.is_in(table["event"], value_set=pa.array(events))))


def _count(batch: pa.Table, repeats: np.ndarray[Any, Any]) -> pa.Table:
    first = np.asarray(batch["first_event"])
    home = np.searchsorted(first, repeats, side="right") - 1
    more = np.bincount(home, minlength=len(first))
    total = pc.add(batch["duplicates"], pa.array(more, pa.int32()))
    return batch.set_column(batch.column_names.index("duplicates"), "duplicates", total)


def write_tables(lake: Path, tables: Tables, *, name: str) -> dict[str, TableFile]:
    """Write each table that has rows to `<table>/<name>.parquet`, durable when this returns."""
    return {
        table: write_table(lake, f"{table}/{name}.parquet", by_origin(rows) if table in GATHERED else rows)
        for table, rows in tables.items()
        if rows.num_rows
    }


def by_origin(rows: pa.Table) -> pa.Table:
    """Rows of one origin together, in journal order.

    Why: what is counted together then lies together, and the counting halves in cost.
    """
    return rows.take(np.argsort(np.asarray(rows["origin"]), kind="stable"))


def write_table(lake: Path, file: str, rows: pa.Table) -> TableFile:
    """Write one file under a temporary name, fsync it, give it its name, fsync the directory."""
    path = lake / file
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.tmp")
    with fresh.open("wb") as stream:
        pq.write_table(rows, stream, compression="zstd", row_group_size=ROW_GROUP)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)
    sync_directory(path.parent)
    return TableFile(file, rows.num_rows)


def read_tables(lake: Path, files: dict[str, TableFile]) -> Tables:
    """The tables of a part that was written before."""
    return {table: pq.read_table(lake / entry.file, partitioning=None) for table, entry in files.items()}
