# SPDX-License-Identifier: Apache-2.0
"""A server's journal as it stood at one moment, written into a file of the same tables while it grows on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from .postgres import PostgresStore, spoken_to
from .tables import Table, make_tables, tables

LOOKS: Final = 10
BETWEEN_S: Final = 0.2

Told = Callable[[], None]


class Snapshot:
    """One reading of one log's tables on a server.

    Why a file of the journal's own: it is read by any release, whatever the server's; the same proofs are
    made of it as of a journal that never saw a server.
    Concurrency: nobody is held up; the server keeps old versions of the frontier's row meanwhile.
    Raises: Refusal journal.away, journal.missing; Unreadable when the answer is no journal's.
    """

    def __init__(self, store: PostgresStore) -> None:
        self._raw = store.copying()
        self._counted: dict[str, int] = {}

    def is_founded(self) -> bool:
        """Whether there are tables at all."""
        with spoken_to():
            row = self._raw.execute("SELECT to_regclass('frontier') IS NOT NULL").fetchone()
        return bool(row and row[0])

    def others(self) -> int:
        """How many other sessions of anybody hold the database: who may still write.

        Why several looks: a server lets a session go some moments after its client has left.
        """
        for _ in range(LOOKS):
            if not (found := self._others()):
                break
            with spoken_to():
                self._raw.execute(f"SELECT pg_sleep({BETWEEN_S})")
        return found

    def begin(self) -> None:
        """Here is the moment: one transaction until `close`; what comes later is not seen."""
        with spoken_to():
            self._raw.execute(PostgresStore.snapshot)
            self._raw.execute("SELECT size FROM frontier WHERE id = 1").fetchone()
            self._raw.execute("SET LOCAL statement_timeout TO 0")

    def counts(self) -> dict[str, int]:
        """How many rows each table has, counted once: the moment does not pass."""
        self._counted = self._counted or {table.name: self._count(table) for table in tables()}
        return self._counted

    def write(self, to: Path, told: Told | None = None) -> None:
        """Fill an empty file with the tables, row by row; `told` hears how many rows came.

        Why no sync: the whole file is fsynced by whoever asked for it.
        """
        with closing(sqlite3.connect(to, isolation_level=None)) as target:
            target.execute("PRAGMA journal_mode = OFF")
            target.execute("PRAGMA synchronous = OFF")
            target.execute("BEGIN")
            make_tables(target)
            for table in tables():
                marks = ", ".join("?" * len(table.columns))
                insert = f"INSERT INTO {table.name} ({table.named}) VALUES ({marks})"
                target.executemany(insert, self._rows(table, told))
            target.execute("COMMIT")
            target.execute("PRAGMA journal_mode = DELETE")

    def close(self) -> None:
        """Let the moment go."""
        self._raw.close()

    def _others(self) -> int:
        asked = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND usesysid IS NOT NULL"
        )
        with spoken_to():
            row = self._raw.execute(asked).fetchone()
        return int(row[0]) if row else 0

    def _count(self, table: Table) -> int:
        with spoken_to():
            row = self._raw.execute(f"SELECT count(*) FROM {table.name}".encode()).fetchone()
        return int(row[0]) if row else 0

    def _rows(self, table: Table, told: Told | None) -> Iterator[tuple[Any, ...]]:
        """One row in memory at a time, however large the table."""
        asked = f"COPY (SELECT {table.named} FROM {table.name}) TO STDOUT (FORMAT BINARY)"
        with spoken_to(), self._raw.cursor() as cursor, cursor.copy(asked.encode()) as copy:
            copy.set_types(table.kinds)
            for row in copy.rows():
                yield row
                if told is not None:
                    told()
