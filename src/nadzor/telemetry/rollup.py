# SPDX-License-Identifier: Apache-2.0
"""The lake adds up to days: portable SQL, run by DuckDB, into one additive table.

The files in sql/ are the definition; their number is their order.  Those below 50 are steps, named relations that
later ones read; those from 50 on are families, each giving the rows of a few measures.  They use integers, dates
and text only, so that another engine can run the same text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.measures.bins import Bins
from nadzor.measures.catalogue import catalogue
from nadzor.measures.rollup import BLOCK
from nadzor.telemetry.bin_tables import bin_tables
from nadzor.telemetry.lake import opened
from nadzor.telemetry.rollup_file import RollupFile

FIRST_FAMILY: Final = 50
ORIGIN_OF: Final = {
    "device": "device",
    "version": "version",
    "build": "build",
    "site": "site",
    "installation": "code",
}
SITED: Final = frozenset({"build", "site", "installation"})
VIEWS: Final = frozenset(
    {"study_fact", "finding_fact", "review_fact"}
)  # read once or twice: cheaper not stored
_FACES: Final = """
    CREATE TEMP TABLE face AS
    SELECT origin, row_number() OVER (ORDER BY device, version, build, site, code) AS rank FROM origin
"""
_IN_ORDER: Final = """
    SELECT r.measure, r.dimension, r.stratum, r.finding, r.origin, r.day, r.known, r.bin, CAST(r.n AS BIGINT) AS n
    FROM ({family}) r JOIN face f ON r.origin = f.origin
    WHERE r.n <> 0
    ORDER BY r.measure, r.dimension, r.stratum, r.finding, f.rank, r.day, r.known, r.bin
"""
_EVENTS: Final = "SELECT kind, count(*) FROM event GROUP BY kind ORDER BY kind"
_KNOWN_UNTIL: Final = "SELECT max(known) FROM batch"


class Query(Struct, frozen=True):
    """One file of sql/."""

    number: int
    name: str
    text: str


class RollupReport(Struct, frozen=True):
    """What a rollup came to."""

    rows: int
    digest: str
    journal_size: int


def queries() -> list[Query]:
    """The definition of the rollup, in order."""
    pages = sorted(files(__package__).joinpath("sql").iterdir(), key=lambda page: page.name)
    found = [
        (page.name.removesuffix(".sql").partition("_"), page) for page in pages if page.name.endswith(".sql")
    ]
    return [Query(int(number), name, page.read_text("utf-8")) for (number, _, name), page in found]


def roll_up(home: Home, *, bins: Bins) -> RollupReport:
    """Write the rollup of everything in the lake, and say its digest.

    Raises: Refusal lake.missing before the first load, rollup.bins when registered edges do not increase.
    """
    return roll_up_lake(home.lake, home.rollups, bins=bins)


def roll_up_lake(lake: Path, rollups: Path, *, bins: Bins) -> RollupReport:
    """The same for a lake that stands anywhere, as a rebuild needs it."""
    tables = bin_tables(bins)
    with opened(lake) as (store, manifest), RollupFile(rollups, bins=bins) as out:
        for name, table in tables.items():
            store.register(name, table)
        origins = store.sql("SELECT * FROM origin ORDER BY origin").to_arrow_table()
        for query in _prepared(store):
            for measure, block in family_blocks(store, query.text):
                out.add(measure, dressed(measure, block, origins))
        digest = out.finish(
            journal_size=manifest.journal_size,
            events=dict(store.execute(_EVENTS).fetchall()),
            duplicates=manifest.duplicates,
            known_until=(store.execute(_KNOWN_UNTIL).fetchone() or (None,))[0],
        )
        return RollupReport(out.rows, digest, manifest.journal_size)


def _prepared(store: duckdb.DuckDBPyConnection) -> list[Query]:
    """Every step carried out; the families that remain."""
    store.execute(_FACES)
    found = queries()
    for query in found:
        if query.number < FIRST_FAMILY:
            kind = "VIEW" if query.name in VIEWS else "TABLE"
            store.execute(f"CREATE TEMP {kind} {query.name} AS {query.text}")
    return [query for query in found if query.number >= FIRST_FAMILY]


def family_blocks(store: duckdb.DuckDBPyConnection, family: str) -> Iterator[tuple[str, pa.Table]]:
    """The rows of a family in canonical order, in blocks of one measure each."""
    reader = store.sql(_IN_ORDER.format(family=family)).to_arrow_reader(BLOCK)
    for measure, pieces in groupby(_pieces(reader), key=itemgetter(0)):
        waiting: list[pa.RecordBatch] = []
        for _, piece in pieces:
            waiting.append(piece)
            while sum(some.num_rows for some in waiting) >= BLOCK:
                whole = pa.Table.from_batches(waiting)
                yield measure, whole.slice(0, BLOCK)
                waiting = whole.slice(BLOCK).to_batches()
        if waiting:
            yield measure, pa.Table.from_batches(waiting)


def _pieces(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Each batch cut where its measure changes."""
    for batch in batches:
        measures = batch.column("measure").dictionary_encode()
        ends = np.cumsum(np.bincount(np.asarray(measures.indices))).tolist()
        for measure, start, stop in zip(measures.dictionary.to_pylist(), [0, *ends], ends, strict=False):
            yield measure, batch.slice(start, stop - start)


def dressed(measure: str, rows: pa.Table, origins: pa.Table) -> pa.Table:
    """Rows with the origin's columns in place of its number; a level without sites leaves them empty."""
    blank = catalogue().measures[measure].level == "version"
    whole = rows.combine_chunks()
    number = whole["origin"].combine_chunks().cast(pa.int32())
    named = {
        name: _by_number(number, origins[source], blank and name in SITED)
        for name, source in ORIGIN_OF.items()
    }
    told = {
        name: whole[name].combine_chunks().dictionary_encode() for name in ("dimension", "stratum", "finding")
    }
    plain = {name: whole[name] for name in ("day", "known", "bin", "n")}
    lone = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(number), np.int32)), [measure])
    return pa.table({**named, **told, **plain, "measure": lone})


def _by_number(number: pa.Array, texts: pa.ChunkedArray, blank: bool) -> pa.DictionaryArray:
    if blank:
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(number), np.int32)), [""])
    distinct = texts.combine_chunks().dictionary_encode()
    return pa.DictionaryArray.from_arrays(distinct.indices.take(number), distinct.dictionary)
