# SPDX-License-Identifier: Apache-2.0
"""The chain of deeds read, and carried on, in a register's file that no application has open."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from nadzor.journal.bodies import Shelf
from nadzor.records.chain import GENESIS, Break, Link, breaks, entry_hash

TABLE: Final = "records_auditentry"
SHRED: Final = "journal.bodies.shred"
_COLUMNS: Final = "seq, at, verb, object, by, because, facts, prev, entry"
_TIME: Final = "%Y-%m-%d %H:%M:%S.%f"


def has_deeds(connection: sqlite3.Connection) -> bool:
    """Whether there is a chain at all: a house that never started has none."""
    row = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (TABLE,)).fetchone()
    return row is not None


def chain_head(connection: sqlite3.Connection) -> tuple[int, str]:
    """Number and hash of the last deed."""
    row = connection.execute(f"SELECT seq, entry FROM {TABLE} ORDER BY seq DESC LIMIT 1").fetchone()
    return (int(row[0]), str(row[1])) if row else (0, GENESIS)


def chain_breaks(connection: sqlite3.Connection) -> list[Break]:
    """Every place where the chain does not hold."""
    return breaks(_links(connection))


def shredded(connection: sqlite3.Connection) -> list[Shelf]:
    """Every month of an installation whose bodies were ordered destroyed."""
    rows = connection.execute(f"SELECT object, facts FROM {TABLE} WHERE verb = ?", (SHRED,))
    told = ((installation, msgspec.json.decode(facts)) for installation, facts in rows)
    return [Shelf(installation, facts["month"]) for installation, facts in told]


def tell(connection: sqlite3.Connection, deed: Link) -> None:
    """Carry the chain on by one deed; its number and the hash before it are taken from the chain."""
    seq, prev = chain_head(connection)
    link = msgspec.structs.replace(deed, seq=seq + 1, prev=prev)
    row = (
        link.seq,
        link.at.astimezone(UTC).strftime(_TIME),
        link.verb,
        link.object,
        link.by,
        link.because,
        msgspec.json.encode(link.facts).decode(),
        link.prev,
        entry_hash(link),
    )
    connection.execute(f"INSERT INTO {TABLE} ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def _links(connection: sqlite3.Connection) -> Iterator[tuple[Link, str]]:
    for row in connection.execute(f"SELECT {_COLUMNS} FROM {TABLE} ORDER BY seq"):
        yield _link(row), row[8]


def _link(row: tuple[Any, ...]) -> Link:
    at = datetime.fromisoformat(row[1]).replace(tzinfo=UTC)
    return Link(row[0], at, row[2], row[3], row[4], row[5], msgspec.json.decode(row[6]), row[7])
