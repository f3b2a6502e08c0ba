# SPDX-License-Identifier: Apache-2.0
"""Digests of the lake's tables: of what they say, not of the bytes of their files."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final

import duckdb

from nadzor.telemetry.lake import opened
from nadzor.telemetry.schema import TABLES

Places = list[tuple[int, int]]
"""Stretches of the journal, [first, stop) in events."""

CHUNK: Final = 1 << 16
_SHREDDED: Final = """
    SELECT a.first_event, a.first_event + a.lines FROM batch a
    JOIN (SELECT * FROM read_parquet(?)) k ON a.batch = k.batch
    WHERE a.unread > k.unread ORDER BY a.first_event
"""
_SAID: Final = """
    SELECT {columns}, o.device, o.version, o.build, o.site, o.code AS installation_code
    FROM {table} t JOIN origin o ON t.origin = o.origin
"""


def shredded_since(kept: Path, anew: Path) -> Places:
    """Batches that the kept lake could read and the new one could not."""
    with opened(kept) as (_, manifest):
        files = [str(kept / file) for file in manifest.table("batch")]
    if not files:
        return []
    with opened(anew) as (store, _):
        return store.execute(_SHREDDED, [files]).fetchall()


def table_digests(lake: Path, *, without: Places) -> dict[str, str]:
    """SHA-256 of the rows of every table, origins spelt out, some stretches of the journal left out."""
    with opened(lake) as (store, _):
        store.execute("CREATE TEMP TABLE gone (first BIGINT, stop BIGINT)")
        if without:
            store.executemany("INSERT INTO gone VALUES (?, ?)", without)
        return {table: _digest(store, table) for table in TABLES}


def _digest(store: duckdb.DuckDBPyConnection, table: str) -> str:
    names = list(TABLES[table])
    place = "event" if "event" in names else "first_event"
    source = f"SELECT t.* FROM {table} t"
    if "origin" in names:
        columns = ", ".join(f"t.{name}" for name in names if name != "origin")
        source = _SAID.format(columns=columns, table=table)
    if table == "rejection":
        source = f"SELECT r.*, b.first_event FROM ({source}) r JOIN batch b ON r.batch = b.batch"
    rows = store.execute(
        f"SELECT * FROM ({source}) s WHERE NOT EXISTS "  # noqa: S608
        f"(SELECT 1 FROM gone g WHERE s.{place} >= g.first AND s.{place} < g.stop) ORDER BY ALL"
    )
    seal = sha256(",".join(name for name, *_ in rows.description or ()).encode())
    while some := rows.fetchmany(CHUNK):
        seal.update("".join(f"{row}\n" for row in some).encode())
    return seal.hexdigest()
