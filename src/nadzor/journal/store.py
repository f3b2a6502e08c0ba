# SPDX-License-Identifier: Apache-2.0
"""The seam under the journal: where its tables lie (a file, a server), and how one speaks to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

from nadzor.base.problems import Refusal

BUSY_S: Final = 10.0  # how long one writer waits for another's commit before it answers "unavailable"
RETRY_S: Final = 2  # disk full, locked or read-only: soon enough to notice the cure, late enough not to press


class Unreachable(Refusal):
    """The store cannot be asked now: away, restarting, locked too long, full."""

    def __init__(self) -> None:
        super().__init__("journal.away", retry_after_s=RETRY_S)


class Unreadable(ValueError):
    """The store answered, and its answer is no journal's."""


class Rows(Protocol):
    """What a statement gives back."""

    def fetchone(self) -> Any:
        """The next row, or None."""

    def fetchall(self) -> list[Any]:
        """All that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A conversation with the tables in the words of `journal.sql`; `sqlite3.Connection` is one.

    Concurrency: one thread at a time.
    """

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Rows:
        """Run one statement; "?" marks a value."""

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> Any:
        """Run one statement for each row."""

    def close(self) -> None:
        """Let the tables go."""


class Line(AbstractContextManager[None], Protocol):
    """A queue of writers; who enters is at its head."""

    def close(self) -> None:
        """Leave for good."""


class Store(Protocol):
    """Where the tables of one log lie.

    Durability: COMMIT on a writing connection returns after fsync, and only then is a row seen by others.
    Order: `begin` takes the frontier's row, the one lock; its holder is alone until COMMIT.
    Concurrency: any number of connections in any number of processes, on either engine.
    Absence: `reading` refuses with journal.missing before the first `found`.
    Raises: sqlite3.Error, OSError, `Unreachable` or `Unreadable` from every call; nothing was then promised.
    """

    begin: Sequence[str]  # statements that open a write transaction, the lock included
    snapshot: str  # statement that opens a reading of one single moment

    def found(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
        """Make the place and run the founding statements in one transaction, unless both are there."""

    def writing(self) -> Connection:
        """A connection that may write."""

    def reading(self) -> Connection:
        """A connection that cannot write."""

    def line(self) -> Line:
        """Wait in line before `begin`, where the engine's own lock is not a fair one."""

    def assure(self, connection: Connection) -> None:
        """After a COMMIT of unknown outcome: return only when what is seen is final and durable."""
