# SPDX-License-Identifier: Apache-2.0
"""The lake adds up to days: portable SQL, run by DuckDB, into one additive table.

(1) What a rollup holds is kept, if it was made of the same batches by the same queries and bins.
(2) Dates on which batches became known since are rolled up, some millions of events at a time.
(3) Each month becomes one file; the last date has its own, since it is rolled up again and again.
(4) Files are made durable; the manifest that names them comes last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import Final

import duckdb
import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from nadzor.base.home import Home
from nadzor.measures.bins import Bins
from nadzor.measures.catalogue import catalogue
from nadzor.telemetry.bin_tables import BinTables, bin_tables
from nadzor.telemetry.lake import opened
from nadzor.telemetry.manifest import Manifest
from nadzor.telemetry.packing import Packing, packing
from nadzor.telemetry.query import FIRST_FAMILY, Query, Span, definition_digest, queries
from nadzor.telemetry.rolled import Family, Rolled
from nadzor.telemetry.rollup_file import (
    FORMAT,
    PARTS,
    RollupManifest,
    bins_digest,
    publish,
    read_rollup_manifest,
    whole,
)
from nadzor.telemetry.rollup_kept import kept_parts
from nadzor.telemetry.rollup_part import RollupPart, merge_parts, month_of
from nadzor.telemetry.schema import TABLES
from nadzor.telemetry.sealing import rollup_digest
from nadzor.telemetry.turn import in_turn

AT_ONCE: Final = 4_000_000  # events rolled up at a time: some 600 MB
LASTING: Final = frozenset({"void", "line", "scale"})  # the same for every span
VIEWS: Final = frozenset(
    {"study_fact", "finding_fact", "review_fact", "agreement_fact", "life_fact", "sign_fact"}
)  # cheaper not stored
HEAVY: Final = frozenset({"scores", "agreement"})  # begun first, so that two threads end together
_ONE: Final = timedelta(days=1)
_EVENTS: Final = "SELECT kind, count(*) FROM event GROUP BY kind ORDER BY kind"
_BATCHES: Final = """
    SELECT batch, known - DATE '1970-01-01', accepted, duplicates, uncounted, unread
    FROM batch WHERE batch < ? ORDER BY batch
"""
_SINCE: Final = "SELECT min(known) FROM batch WHERE batch >= ?"
_AFTER: Final = "SELECT min(known) FROM batch WHERE known > ?"
_KNOWN: Final = "SELECT known, sum(lines) FROM batch WHERE known >= ? GROUP BY known ORDER BY known"


class RollupReport(Struct, frozen=True):
    """What a rollup came to."""

    rows: int
    digest: str
    journal_size: int


def roll_up(home: Home, *, bins: Bins) -> RollupReport:
    """Bring the rollup up to the lake, and say its digest.

    Durability: a crash at any point leaves the rollup as it was, or as it becomes.
    Raises: Refusal lake.missing before the first load, rollup.bins when registered edges do not increase.
    """
    return roll_up_lake(home.lake, home.rollups, bins=bins)


def roll_up_lake(lake: Path, rollups: Path, *, bins: Bins) -> RollupReport:
    """The same for a lake that stands anywhere, as a rebuild needs it."""
    tables = bin_tables(bins)
    with in_turn(rollups), opened(lake) as (store, manifest):
        before = _last(rollups)
        base = before if before and _extends(store, manifest, before, bins) else None
        if base and base.journal_size == manifest.journal_size:
            return RollupReport(base.rows, base.digest, base.journal_size)
        stay = [] if base else kept_parts(rollups, rollups / PARTS, before, bins)
        parts = _grown(
            store, rollups / PARTS, base, _Kept(stay, before.kept_until if before else None), tables
        )
        after = _remembering(_manifest(store, manifest, parts, bins), before)
        publish(rollups, replace(after, previous=before.files if before else []), bins)
        return RollupReport(after.rows, after.digest, after.journal_size)


def _last(rollups: Path) -> RollupManifest | None:
    """What the last rollup says, if everything it names is there."""
    try:
        found = read_rollup_manifest(rollups)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return found if whole(rollups, found) else None


def _extends(store: duckdb.DuckDBPyConnection, lake: Manifest, before: RollupManifest, bins: Bins) -> bool:
    """Whether the lake is the one that a rollup was made of, or has only grown since."""
    made_by = (before.bins, before.definition) == (bins_digest(bins), definition_digest())
    grown = before.journal_size <= lake.journal_size
    return made_by and grown and before.lake == _lake_seal(store, before.journal_size)


def _lake_seal(store: duckdb.DuckDBPyConnection, size: int) -> str:
    """SHA-256 of the first batches and of how much of each could be read.

    Why: a lake loaded anew after a body was shredded holds less, and what was rolled up before must go too.
    """
    columns = store.execute(_BATCHES, [size]).fetchnumpy()
    seal = sha256()
    for column in columns.values():
        seal.update(np.asarray(column).astype("<i8").data)
    return seal.hexdigest()


class _Kept(Struct, frozen=True):
    """Parts that no lake can make again, and the last day they speak of."""

    parts: list[RollupPart]
    until: date | None


def _remembering(after: RollupManifest, before: RollupManifest | None) -> RollupManifest:
    """A manifest that goes on knowing what was destroyed, and counts it among the events."""
    if before is None or not before.destroyed:
        return after
    events = Counter(after.events)
    for counts in before.destroyed.values():
        events.update(counts)
    return replace(after, events=dict(events), kept_until=before.kept_until, destroyed=before.destroyed)


def _grown(
    store: duckdb.DuckDBPyConnection,
    folder: Path,
    base: RollupManifest | None,
    kept: _Kept,
    tables: BinTables,
) -> list[RollupPart]:
    """The parts that can stay, and those of dates on which batches became known since."""
    parts, size = (base.parts, base.journal_size) if base else (kept.parts, 0)
    since = (store.execute(_SINCE, [size]).fetchone() or (None,))[0]
    if since is not None and kept.parts and kept.until:
        since = (store.execute(_AFTER, [kept.until]).fetchone() or (None,))[0]
    if since is None:
        return parts
    since = min([since, *(part.first for part in parts if part.last >= since)])
    stay = [part for part in parts if part.last < since]
    known = store.execute(_KNOWN, [since]).fetchall()
    fresh = _rolled_up(store, folder, known, _lasting(store, tables))
    return _by_month(folder, [*stay, *fresh], apart=known[-1][0], kept=kept.until or date.min)


def _rolled_up(
    store: duckdb.DuckDBPyConnection, folder: Path, known: list[tuple[date, int]], pack: Packing
) -> Iterator[RollupPart]:
    """Parts of some dates, so many at a time that they fit into memory."""
    reached, starts = 0, []
    for _, lines in known:
        starts.append(reached // AT_ONCE)
        reached += lines
    numbered = groupby(zip(starts, known, strict=True), key=lambda pair: pair[0])
    for _, some in numbered:
        days = [day for _, (day, _) in some]
        rolled = _roll(store, pack, Span(days[0], days[-1] + _ONE))
        yield from rolled.write(folder, days, apart=known[-1][0])


def _lasting(store: duckdb.DuckDBPyConnection, tables: BinTables) -> Packing:
    """Steps that are the same for every span, and how to pack what the lake holds."""
    store.register("given_scale", tables.score_scale)
    store.execute("CREATE TABLE score_scale AS SELECT * FROM given_scale")
    for query in queries():
        if query.name in LASTING:
            store.execute(f"CREATE TABLE {query.name} AS {query.text}")
    return packing(store, tables.score_bin)


def _roll(store: duckdb.DuckDBPyConnection, pack: Packing, span: Span) -> Rolled:
    """Everything that became known in a span, counted; two families at a time.

    Why the catalogue first: msgspec lays a type out at its first use, and two threads that do so at once
    can end the process.
    """
    families = _prepared(store, span)
    catalogue()
    with ThreadPoolExecutor(2) as pool:
        return Rolled(
            pack, list(pool.map(lambda query: _family(store.cursor(), pack, query, span), families))
        )


def _family(store: duckdb.DuckDBPyConnection, pack: Packing, query: Query, span: Span) -> Family:
    layout = pack.layout(query, span)
    counted = layout.count(store, query.text)
    total = [layout.total(counted, query.total)] if query.total else []
    return Family(layout, [counted, *total])


def _prepared(store: duckdb.DuckDBPyConnection, span: Span) -> list[Query]:
    """Every step carried out for a span; the families that remain."""
    within = f"known >= DATE '{span.since}' AND known < DATE '{span.until}'"
    for table in [*(name for name, columns in TABLES.items() if "known" in columns), "void"]:
        _view(store, f"fresh_{table}", table, within)
    for table in ("review", "truth"):
        _view(store, f"earlier_{table}", table, f"known < DATE '{span.since}'")
    found = queries()
    for query in found:
        if query.number < FIRST_FAMILY and query.name not in LASTING:
            kind = "VIEW" if query.name in VIEWS else "TABLE"
            store.execute(f"CREATE OR REPLACE {kind} {query.name} AS {query.text}")
    families = [query for query in found if query.number >= FIRST_FAMILY]
    return sorted(families, key=lambda query: query.name not in HEAVY)


def _view(store: duckdb.DuckDBPyConnection, name: str, table: str, which: str) -> None:
    store.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {table} WHERE {which}")  # noqa: S608


def _by_month(folder: Path, parts: list[RollupPart], *, apart: date, kept: date) -> list[RollupPart]:
    """One part a month, and one of the last date; what must stay is never in one file with what need not."""
    found: list[RollupPart] = []
    for _, some in groupby(parts, key=lambda part: _bundle(part, apart, kept)):
        pieces = list(some)
        found.append(pieces[0] if len(pieces) == 1 else merge_parts(folder, pieces))
    return found


def _bundle(part: RollupPart, apart: date, kept: date) -> tuple[date, bool, bool]:
    return month_of(part.first), part.first == apart, part.last <= kept


def _manifest(
    store: duckdb.DuckDBPyConnection, lake: Manifest, parts: list[RollupPart], bins: Bins
) -> RollupManifest:
    seals = {day: seal for part in parts for day, seal in part.days.items()}
    return RollupManifest(
        format=FORMAT,
        digest=rollup_digest(seals),
        rows=sum(seal.rows for seal in seals.values()),
        journal_size=lake.journal_size,
        events=dict(store.execute(_EVENTS).fetchall()),
        duplicates=lake.duplicates,
        known_until=(store.execute("SELECT max(known) FROM batch").fetchone() or (None,))[0],
        bins=bins_digest(bins),
        definition=definition_digest(),
        lake=_lake_seal(store, lake.journal_size),
        parts=parts,
    )
