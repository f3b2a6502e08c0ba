# SPDX-License-Identifier: Apache-2.0
"""Register and journals as they stood at one moment, copied while both go on being written."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from rich.progress import Progress

from nadzor.base.home import Home, Log
from nadzor.base.problems import Refusal
from nadzor.base.progress import ticker
from nadzor.journal.postgres import PostgresStore
from nadzor.journal.snapshot import Snapshot
from nadzor.journal.store import Unreadable
from nadzor.journal.where import store_at

PAGES: Final = 1024  # copied at once: four MiB of memory
WAIT_S: Final = 30.0
REGISTER: Final = "register.sqlite3"
JOURNAL: Final = "journal/journal.sqlite3"
SANDBOX_JOURNAL: Final = "sandbox/journal/journal.sqlite3"
DATABASES: Final = (REGISTER, JOURNAL, SANDBOX_JOURNAL)

Source: TypeAlias = sqlite3.Connection | Snapshot


@contextmanager
def one_moment(home: Home, *, alone: bool = False) -> Iterator[dict[str, Source]]:
    """A reading connection to each database that is there, all seeing the same moment.

    Why: the register's write lock is held while the journals' moments begin, and that is some milliseconds:
    what the register knows then, it knew before each batch seen in the journal, and nothing in it speaks of a
    batch that is not.  A server is called before the lock is taken: it may answer late.
    Raises: Refusal backup.busy when the lock cannot be had; journal.away, journal.missing, journal.damaged of
    a server; backup.not-alone where nobody else may be there and somebody is.
    """
    with ExitStack() as held:
        found = {path: home.root / path for path in DATABASES if (home.root / path).is_file()}
        served = _on_server(home, held, alone=alone)
        if served:
            found = {path: file for path, file in found.items() if path == REGISTER}
        files = {path: held.enter_context(closing(_reading(file))) for path, file in found.items()}
        try:
            _begin_together(found.get(REGISTER), files.values(), served.values())
        except sqlite3.OperationalError as error:
            raise Refusal("backup.busy") from error
        try:
            yield files | served
        except Unreadable as error:
            raise Refusal("journal.damaged", what="table") from error


def logs_of(home: Home) -> list[tuple[str, Log]]:
    """Each log of the house by the path of its journal in a copy, wherever its tables lie."""
    found = [(JOURNAL, home.log)]
    if (home.keys / "sandbox-log.vkey").exists():
        found.append((SANDBOX_JOURNAL, home.sandbox()))
    return found


def _on_server(home: Home, held: ExitStack, *, alone: bool) -> dict[str, Snapshot]:
    """The logs that a server keeps; the one of test streams only where there was such a stream."""
    found: dict[str, Snapshot] = {}
    for path, log in logs_of(home):
        store = store_at(log)
        if not isinstance(store, PostgresStore):
            continue
        snapshot = held.enter_context(closing(Snapshot(store)))
        if alone and not found and (others := snapshot.others()):
            raise Refusal("backup.not-alone", sessions=others)
        if path == JOURNAL or snapshot.is_founded():
            found[path] = snapshot
    return found


def _begin_together(
    register: Path | None, connections: Iterable[sqlite3.Connection], snapshots: Iterable[Snapshot]
) -> None:
    """Begin to read everywhere while nobody writes the register."""
    with _still(register):
        for connection in connections:
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        for snapshot in snapshots:
            snapshot.begin()


def copy_database(source: Source, to: Path, *, what: str, bar: Progress | None, pages: int = PAGES) -> None:
    """Write a database as the connection sees it into a new SQLite file that stands alone.

    Method: SQLite's online backup, in steps, from inside the reading transaction: it never starts again, and
    writers go on; from a server row by row, likewise.
    """
    os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if isinstance(source, Snapshot):
        tick = ticker(bar, what, total=sum(source.counts().values()))
        source.write(to, tick)
        return
    task = None if bar is None else bar.add_task(what, total=None)

    def told(_status: int, remaining: int, total: int) -> None:
        if bar is not None and task is not None:
            bar.update(task, total=total, completed=total - remaining)

    with closing(sqlite3.connect(to, isolation_level=None)) as target:
        target.execute("PRAGMA synchronous = OFF")  # the whole file is fsynced by whoever asked for it
        source.backup(target, pages=pages, progress=told)
        target.execute("PRAGMA journal_mode = DELETE")


def row_counts(connection: Source) -> dict[str, int]:
    """How many rows each table has."""
    if isinstance(connection, Snapshot):
        return connection.counts()
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
