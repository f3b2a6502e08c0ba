# SPDX-License-Identifier: Apache-2.0
"""The lake adds up to days: portable SQL, run by DuckDB, into one additive table.

The files in sql/ are the definition; their number is their order.  Those below 50 are steps, named
relations that later ones read; those from 50 on are families, each giving the rows of a few measures.  They
use integers, dates and text only, so that another engine can run the same text.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.measures.bins import Bins
from nadzor.telemetry.bin_tables import bin_tables
from nadzor.telemetry.lake import opened
from nadzor.telemetry.packing import Packing, blocks, packing
from nadzor.telemetry.rollup_file import RollupFile
from nadzor.telemetry.turn import in_turn

FIRST_FAMILY: Final = 50
WAITING: Final = 4  # blocks between the engine and the file: 3 MB each
VIEWS: Final = frozenset(
    {"study_fact", "finding_fact", "review_fact"}
)  # read once or twice: cheaper not stored
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
    with in_turn(rollups), opened(lake) as (store, manifest), RollupFile(rollups, bins=bins) as out:
        for name, table in tables.items():
            store.register(name, table)
        families = _prepared(store)
        pack = packing(store)
        found = (block for family in families for block in blocks(store, family.text, pack))
        _write_behind(found, out, pack)
        digest = out.finish(
            journal_size=manifest.journal_size,
            events=dict(store.execute(_EVENTS).fetchall()),
            duplicates=manifest.duplicates,
            known_until=(store.execute(_KNOWN_UNTIL).fetchone() or (None,))[0],
        )
        return RollupReport(out.rows, digest, manifest.journal_size)


def _prepared(store: duckdb.DuckDBPyConnection) -> list[Query]:
    """Every step carried out; the families that remain."""
    found = queries()
    for query in found:
        if query.number < FIRST_FAMILY:
            kind = "VIEW" if query.name in VIEWS else "TABLE"
            store.execute(f"CREATE TEMP {kind} {query.name} AS {query.text}")
    return [query for query in found if query.number >= FIRST_FAMILY]


def _write_behind(found: Iterable[tuple[str, pa.Table]], out: RollupFile, pack: Packing) -> None:
    """Write blocks on a second thread while the engine finds the next; a few wait, never all of them."""
    with ThreadPoolExecutor(1) as writer:
        waiting: deque[Future[None]] = deque()
        for measure, packed in found:
            waiting.append(writer.submit(_write, out, pack, measure, packed))
            if len(waiting) > WAITING:
                waiting.popleft().result()
        for job in waiting:
            job.result()


def _write(out: RollupFile, pack: Packing, measure: str, packed: pa.Table) -> None:
    out.add(measure, pack.unpacked(packed))
