# SPDX-License-Identifier: Apache-2.0
"""The same leaves under another log: what a house does that was put back from an older copy."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from .sqlite import SqliteStore
from .store import Connection


def continue_as(journal: Path, origin: str) -> None:
    """Give a journal's file another log's name, in one transaction."""
    with closing(SqliteStore(journal).writing()) as connection:
        connection.execute("BEGIN IMMEDIATE")
        rename_log(connection, origin)
        connection.execute("COMMIT")


def rename_log(connection: Connection, origin: str) -> None:
    """Give the tables another log's name; what the former log signed is taken out of them.

    Why: the former key may have signed a longer tree than this one, and must never sign another beside it.
    Its leaves are the first leaves of the new log.  Doing it twice does no more.
    """
    named = connection.execute("SELECT origin FROM frontier WHERE id = 1").fetchone()
    if named is not None and named[0] != origin:
        connection.execute("DELETE FROM checkpoint")
        connection.execute("UPDATE frontier SET origin = ? WHERE id = 1", (origin,))
