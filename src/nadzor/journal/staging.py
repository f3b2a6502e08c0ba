# SPDX-License-Identifier: Apache-2.0
"""A journal put back on a server: into a schema that no house reads, and from there into its place.

Why two steps: a gateway of the former house may still be waiting for this server.  Until somebody opens the
house, it finds no journal; after that, one of another log, which it does not continue.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final, LiteralString, TypeAlias

import psycopg
from psycopg.sql import SQL, Identifier

from nadzor.base.problems import Refusal

from .postgres import PostgresStore, in_words, spoken_to
from .store import Unreachable, Unreadable
from .succession import rename_log
from .tables import Table, make_tables, tables

SCHEMAS: Final = ("journal", "sandbox")  # of a house; a new one needs both for itself
_LOCK: Final[LiteralString] = "SELECT pg_advisory_xact_lock(hashtext('nadzor.restore'))"

Raw: TypeAlias = psycopg.Connection[Any]


def must_be_empty(url: str) -> None:
    """Refuse a database in which a journal could not be put back.

    Raises: Refusal restore.server-not-empty, journal.away.
    """
    with closing(_writing(url)) as raw, spoken_to(), raw.transaction():
        _refuse_what_is_there(raw)


def stage(url: str, files: Mapping[str, Path]) -> dict[str, str]:
    """Fill a new schema for each file, by the schema it is meant for; the names of the new ones.

    Durability: all of it is committed and fsynced at once, or nothing is there.
    Raises: Refusal restore.server-not-empty, journal.away, journal.careless-server; Unreadable.
    """
    token = secrets.token_hex(4)
    staged = {schema: f"restored_{schema}_{token}" for schema in files}
    with closing(_writing(url)) as raw, spoken_to(), raw.transaction():
        _refuse_what_is_there(raw)
        raw.execute("SET LOCAL statement_timeout TO 0")
        for schema, file in files.items():
            _fill_schema(raw, staged[schema], file)
    return staged


def unstage(url: str, staged: Mapping[str, str]) -> None:
    """Take away what was staged and does not hold; what a lost server keeps of it, no house reads."""
    with suppress(Unreachable, Unreadable, Refusal), closing(_writing(url)) as raw, spoken_to():
        for name in staged.values():
            raw.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(name)))


def move_in(url: str, staged: Mapping[str, str], *, origin: str, size: int) -> None:
    """Give the staged tables their place; the log's leaves go on under `origin`.

    Doing it twice does no more: the second time the log of that name and size is there already.
    Raises: Refusal restore.server-not-empty where another journal stands there by now, restore.damaged where
    neither is there; journal.away.
    """
    with closing(_writing(url)) as raw, spoken_to(), raw.transaction():
        raw.execute(_LOCK)
        if _is_there(raw, staged["journal"]):
            _refuse_what_is_there(raw)
            for schema, name in staged.items():
                _move(raw, name, schema)
            raw.execute("SET LOCAL search_path TO journal")
            rename_log(in_words(raw), origin)
        elif _log_at(raw) != (origin, size):
            raise Refusal("restore.damaged", faults=1, first="journal : it is no longer on the server")


def _writing(url: str) -> Raw:
    return PostgresStore(url, SCHEMAS[0]).copying(synchronous_commit="on")


def _refuse_what_is_there(raw: Raw) -> None:
    """Nothing may lie in the schemas of a house; one that stands there empty is welcome."""
    raw.execute(_LOCK)
    for schema in SCHEMAS:
        asked = "SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace(%s)"
        row = raw.execute(asked, (schema,)).fetchone()
        if row and row[0]:
            raise Refusal("restore.server-not-empty", schema=schema)


def _is_there(raw: Raw, schema: str) -> bool:
    row = raw.execute("SELECT to_regnamespace(%s) IS NOT NULL", (schema,)).fetchone()
    return bool(row and row[0])


def _log_at(raw: Raw) -> tuple[str, int] | None:
    """Name and size of the log that stands in its place."""
    row = raw.execute("SELECT to_regclass('journal.frontier') IS NOT NULL").fetchone()
    if not (row and row[0]):
        return None
    found = raw.execute("SELECT origin, size FROM journal.frontier WHERE id = 1").fetchone()
    return (found[0], found[1]) if found else None


def _move(raw: Raw, name: str, schema: str) -> None:
    raw.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(schema)))
    for table in tables():
        moved = SQL("ALTER TABLE {} SET SCHEMA {}")
        raw.execute(moved.format(Identifier(name, table.name), Identifier(schema)))
    raw.execute(SQL("DROP SCHEMA {}").format(Identifier(name)))


def _fill_schema(raw: Raw, name: str, file: Path) -> None:
    raw.execute(SQL("CREATE SCHEMA {}").format(Identifier(name)))
    raw.execute(SQL("SET LOCAL search_path TO {}").format(Identifier(name)))
    make_tables(raw)
    with closing(sqlite3.connect(file.resolve().as_uri() + "?mode=ro", uri=True)) as source:
        for table in tables():
            _fill(raw, source, table)


def _fill(raw: Raw, source: sqlite3.Connection, table: Table) -> None:
    """One row in memory at a time."""
    asked = f"COPY {table.name} ({table.named}) FROM STDIN (FORMAT BINARY)"
    with raw.cursor() as cursor, cursor.copy(asked.encode()) as copy:
        copy.set_types(table.kinds)
        for row in source.execute(f"SELECT {table.named} FROM {table.name}"):
            copy.write_row([_told(value) for value in row])


def _told(value: Any) -> Any:
    """A value as the server takes it: it knows no NUL, which a refused key may hold; leaves hold none."""
    return value.replace("\x00", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value
