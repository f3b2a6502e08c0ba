# SPDX-License-Identifier: Apache-2.0
"""Register and journals as they stood at one moment, copied while both go on being written."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from rich.progress import Progress

from nadzor.base.home import Home
from nadzor.base.problems import Refusal

PAGES: Final = 1024  # copied at once: four MiB of memory
WAIT_S: Final = 30.0
REGISTER: Final = "register.sqlite3"
JOURNAL: Final = "journal/journal.sqlite3"
SANDBOX_JOURNAL: Final = "sandbox/journal/journal.sqlite3"
DATABASES: Final = (REGISTER, JOURNAL, SANDBOX_JOURNAL)


@contextmanager
def one_moment(home: Home) -> Iterator[dict[str, sqlite3.Connection]]:
    """A reading connection to each database that is there, all seeing the same moment.

    Why: the register's write lock is held while the journals' moments begin, and that is some milliseconds:
    what the register knows then, it knew before each batch seen in the journal, and nothing in it speaks of a
    batch that is not.
    Raises: Refusal backup.busy when the lock cannot be had.
    """
    with ExitStack() as held:
        found = {path: home.root / path for path in DATABASES if (home.root / path).is_file()}
        open_ones = {path: held.enter_context(closing(_reading(file))) for path, file in found.items()}
        try:
            _begin_together(found.get(REGISTER), open_ones.values())
        except sqlite3.OperationalError as error:
            raise Refusal("backup.busy") from error
        yield open_ones


def _begin_together(register: Path | None, connections: Iterable[sqlite3.Connection]) -> None:
    """Begin to read everywhere while nobody writes the register."""
    with _still(register):
        for connection in connections:
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def copy_database(
    source: sqlite3.Connection, to: Path, *, what: str, bar: Progress | None, pages: int = PAGES
) -> None:
    """Write a database as the connection sees it into a new file that stands alone.

    Method: SQLite's online backup, in steps, from inside the reading transaction: it never starts again, and
    writers go on.
    """
    os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    task = None if bar is None else bar.add_task(what, total=None)

    def told(_status: int, remaining: int, total: int) -> None:
        if bar is not None and task is not None:
            bar.update(task, total=total, completed=total - remaining)

    with closing(sqlite3.connect(to, isolation_level=None)) as target:
        target.execute("PRAGMA synchronous = OFF")  # the whole file is fsynced by whoever asked for it
        source.backup(target, pages=pages, progress=told)
        target.execute("PRAGMA journal_mode = DELETE")


def row_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table has."""
    names = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    counted = {}
    for (name,) in names.fetchall():
        quoted = name.replace('"', '""')
        counted[name] = int(connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])
    return counted


def _reading(file: Path) -> sqlite3.Connection:
    address = file.resolve().as_uri() + "?mode=ro"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=WAIT_S)
    connection.execute("PRAGMA query_only = ON")
    return connection


@contextmanager
def _still(register: Path | None) -> Iterator[None]:
    """Nobody writes the register meanwhile."""
    if register is None:
        yield
        return
    with closing(sqlite3.connect(register, isolation_level=None, timeout=WAIT_S)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")
