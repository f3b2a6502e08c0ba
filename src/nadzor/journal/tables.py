# SPDX-License-Identifier: Apache-2.0
"""The journal's tables as `journal.sql` draws them: their names, their columns, the kinds of these."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from typing import Any

from msgspec import Struct

from .statements import STATEMENTS


class Table(Struct, frozen=True):
    """One table.  `kinds` are what PostgreSQL calls the kinds of its columns."""

    name: str
    columns: tuple[str, ...]
    kinds: tuple[str, ...]

    @property
    def named(self) -> str:
        """Its columns as a statement lists them."""
        return ", ".join(self.columns)


@cache
def tables() -> tuple[Table, ...]:
    """Every table of a journal, in the order in which they are made.

    Method: `journal.sql` is run in memory and asked; a table that is added there is known here.
    """
    with closing(sqlite3.connect(":memory:")) as drawn:
        make_tables(drawn)
        asked = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid"
        return tuple(_table(drawn, name) for (name,) in drawn.execute(asked).fetchall())


def make_tables(connection: Any) -> None:
    """Make them, empty, where the connection leads: a file or a server."""
    for statement in STATEMENTS["schema"].split(";\n"):
        connection.execute(statement)


def _table(drawn: sqlite3.Connection, name: str) -> Table:
    rows = drawn.execute("SELECT name, lower(type) FROM pragma_table_info(?) ORDER BY cid", (name,))
    columns, kinds = zip(*rows.fetchall(), strict=True)
    return Table(name, columns, kinds)
