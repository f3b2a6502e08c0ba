# SPDX-License-Identifier: Apache-2.0
"""The journal's tables in a file: SQLite with a write-ahead log, set up so that a commit means fsync."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from nadzor.base.durable import sync_directory
from nadzor.base.problems import Refusal

from .store import BUSY_S, Connection
from .turnstile import Turnstile


class SqliteStore:
    """One file, with its write-ahead log beside it.

    Durability: `synchronous=FULL`, so every COMMIT ends with an fsync of the write-ahead log.
    Order: writers of all processes stand in one line, the turnstile.
    Concurrency: readers never wait.
    Absence: Refusal journal.missing when there is no file.
    """

    begin: Sequence[str] = ("BEGIN IMMEDIATE",)
    snapshot: str = "BEGIN"

    def __init__(self, path: Path) -> None:
        self._path = path

    def found(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
        """Make the file, for its owner alone, and its tables, unless they are there.

        Why: who made the file may have died before its name was durable.
        """
        _make_file(self._path)
        with closing(self.writing()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            for statement, values in statements:
                connection.execute(statement, values)
            connection.execute("COMMIT")
        for folder in self._path.absolute().parents[:2]:
            sync_directory(folder)

    def writing(self) -> Connection:
        """A connection that fsyncs at every commit and opens transactions only where we say so.

        Why: SQLite keeps its old way in silence when the disk refuses the write-ahead log.
        """
        connection = self._connect(self._path)
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            connection.close()
            raise sqlite3.OperationalError("the disk takes no write-ahead log")
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def reading(self) -> Connection:
        """A connection that cannot write, and makes no file."""
        try:
            connection = self._connect(self._path.absolute().as_uri() + "?mode=ro")
            connection.execute("PRAGMA query_only = ON")
        except sqlite3.Error as error:
            raise Refusal("journal.missing") from error
        return connection

    def line(self) -> Turnstile:
        """The line before the file's lock."""
        return Turnstile(self._path.with_suffix(".lock"))

    def assure(self, connection: Connection) -> None:
        """Carry everything committed into the database file and fsync it.

        Why: after a failed fsync only a later successful one of the same pages makes them durable.
        Raises: ValueError while somebody else is in the way; sqlite3.Error when the disk refuses.
        """
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
        if busy:
            raise ValueError("the journal's durability is still in doubt")

    @staticmethod
    def _connect(place: Path | str) -> sqlite3.Connection:
        is_address = isinstance(place, str)
        return sqlite3.connect(
            place, uri=is_address, isolation_level=None, check_same_thread=False, timeout=BUSY_S
        )


def _make_file(path: Path) -> None:
    """Make an empty file that only its owner reads, with its directory, unless it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
