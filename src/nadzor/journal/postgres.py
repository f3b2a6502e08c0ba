# SPDX-License-Identifier: Apache-2.0
"""The journal's tables on a PostgreSQL server: the same statements, one lock, many gateways.

Passwords never stand in the address: libpq finds them in its own ways (peer, certificate, .pgpass).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from functools import cache
from typing import Any, Final, TypeAlias

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.string import StrDumper

from nadzor.base.problems import Refusal

from .store import BUSY_S, Connection, Unreachable, Unreadable

Values: TypeAlias = Sequence[Any]

HELD_S: Final = 30  # a writer that stops inside its transaction (a frozen process) lets the others go on
WRITE_S: Final = 30  # one statement of a write transaction
READ_S: Final = 300  # one statement of a reader: a report over a whole ledger
_REACH: Final = {  # how soon a server that is gone is noticed, where the address does not say otherwise
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
    "application_name": "nadzor",
}
_NOT_FOUNDED: Final = (errors.UndefinedTable, errors.InvalidSchemaName, errors.InvalidCatalogName)
_AWAY: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    errors.ReadOnlySqlTransaction,
    errors.IdleInTransactionSessionTimeout,
)
_SCHEMA = re.compile(r"[a-z][a-z0-9_]{0,62}")
_ENDS: Final = frozenset({"COMMIT", "ROLLBACK"})
_LOCK: Final = "SELECT id FROM frontier WHERE id = 1 FOR UPDATE"


class PostgresStore:
    """One schema of a database.

    Durability: `synchronous_commit` is at least `on`, and a server told not to fsync is refused.
    Order: writers queue for the frontier's row, first come first served, whichever process they live in.
    Concurrency: readers never wait. Readers and writers outlive a restart of the server.
    Absence: Refusal journal.missing before the first `found`, `Unreachable` while the server is away.
    """

    begin: Sequence[str] = (f"BEGIN; {_LOCK}",)
    snapshot: str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    def __init__(self, url: str, schema: str) -> None:
        if not _SCHEMA.fullmatch(schema):
            raise ValueError("not the name of a schema")
        self._url = url
        self._schema = schema

    def found(self, statements: Sequence[tuple[str, Values]]) -> None:
        """Make the schema and its tables where this role may; another may have made them for it."""
        with closing(self.writing()) as connection:
            connection.execute("BEGIN")
            connection.execute("SELECT pg_advisory_xact_lock(hashtext(?))", (f"nadzor.{self._schema}",))
            if self._may_create(connection):
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {self._schema}")
                for statement, values in statements:
                    connection.execute(statement, values)
            connection.execute("COMMIT")

    def writing(self) -> Connection:
        """A connection whose COMMIT returns after the server's fsync.

        Raises: Refusal journal.careless-server when the server is told not to fsync.
        """
        settings = self._settings(statement=WRITE_S, synchronous_commit="on")
        return _Talk(lambda: _careful(_connected(self._url, settings, target_session_attrs="read-write")))

    def reading(self) -> Connection:
        """A connection that cannot write."""
        settings = self._settings(statement=READ_S, default_transaction_read_only="on")
        return _Talk(lambda: _connected(self._url, settings))

    def copying(self, **more: str) -> psycopg.Connection[Any]:
        """A bare connection for whole tables, read-only unless told otherwise; speak inside `spoken_to`.

        Why bare: COPY knows no marks.  No statement has a bound but the first ones: a table may be large.
        """
        settings = self._settings(statement=int(BUSY_S), **(more or {"default_transaction_read_only": "on"}))
        if "synchronous_commit" in more:
            return _careful(_connected(self._url, settings, target_session_attrs="read-write"))
        return _connected(self._url, settings)

    def line(self) -> _NoLine:
        """No line: row locks are granted in the order in which they were asked for."""
        return _NoLine()

    def assure(self, connection: Connection) -> None:
        """Wait until the transaction of a lost connection has ended, one way or the other.

        Why: the server may still be committing for a client that is gone; it holds the frontier's row until
        then. What is seen under the lock is durable, because rows are shown only after their fsync.
        """
        connection.execute("BEGIN")
        connection.execute(_LOCK)
        connection.execute("COMMIT")

    def _settings(self, *, statement: int, **more: str) -> str:
        limits = {"lock_timeout": BUSY_S, "statement_timeout": statement}
        limits["idle_in_transaction_session_timeout"] = HELD_S if "synchronous_commit" in more else 0
        timed = {name: str(int(seconds * 1000)) for name, seconds in limits.items()}
        chosen = timed | more | {"search_path": self._schema}
        return "; ".join(f"SET {name} TO {value}" for name, value in chosen.items())

    def _may_create(self, connection: Connection) -> bool:
        asked = (
            "SELECT CASE WHEN to_regnamespace(?) IS NULL THEN true"
            " ELSE has_schema_privilege(to_regnamespace(?), 'CREATE') END"
        )
        return bool(connection.execute(asked, (self._schema, self._schema)).fetchone()[0])


class _Text(StrDumper):
    """Text as the server takes it: it knows no NUL, which a refused key may hold; leaves hold none."""

    def dump(self, obj: str) -> Any:
        """The bytes of a text."""
        return super().dump(obj.replace("\x00", "\N{REPLACEMENT CHARACTER}"))


class _NoLine(nullcontext[None]):
    def close(self) -> None:
        """Nothing to leave."""


class _Talk:
    """A conversation with the server, in the words of `journal.sql`; it outlives a restart of the server.

    Why: outside a transaction nothing hangs on the old connection, so what it left open is asked again.
    """

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]]) -> None:
        self._connect = connect
        self._raw = connect()
        self._inside = False  # a transaction

    def execute(self, statement: str, values: Values = (), /) -> psycopg.Cursor[Any]:
        """Run one statement.

        Raises: Unreachable, Unreadable, or Refusal journal.missing where there are no tables.
        """
        inside = self._inside
        self._inside = statement.startswith("BEGIN") or (inside and statement not in _ENDS)
        try:
            return self._ask(statement, values)
        except Unreachable:
            self._inside = self._inside and not self._raw.closed
            if inside or not self._raw.closed:
                raise
        self._raw = self._connect()
        self._inside = statement.startswith("BEGIN")
        return self._ask(statement, values)

    def executemany(self, statement: str, rows: Iterable[Values], /) -> None:
        """Run one statement for each row, in one round trip, inside a transaction.

        Raises: as `execute`.
        """
        try:
            with self._raw.cursor() as cursor:
                cursor.executemany(_dialect(statement), rows)
        except psycopg.Error as error:
            raise _translated(error) from error

    def close(self) -> None:
        """Hang up."""
        with suppress(psycopg.Error):
            self._raw.close()

    def _ask(self, statement: str, values: Values) -> psycopg.Cursor[Any]:
        try:
            cursor = self._raw.execute(*_spoken(statement, values), binary=bool(values))
        except psycopg.Error as error:
            raise _translated(error) from error
        if statement == "COMMIT" and cursor.statusmessage != "COMMIT":
            raise Unreadable("the server rolled the transaction back")
        return cursor


def _careful(raw: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """The connection, when its server keeps what it confirms.

    Raises: Refusal journal.careless-server.
    """
    asked = "SELECT current_setting('fsync'), current_setting('full_page_writes')"
    try:
        told = raw.execute(asked).fetchone()
    except psycopg.Error as error:
        raw.close()
        raise _translated(error) from error
    if told != ("on", "on"):
        raw.close()
        raise Refusal("journal.careless-server")
    return raw


def _connected(url: str, settings: str, **wanted: str) -> psycopg.Connection[Any]:
    """A connection with its session set up.

    Raises: Unreachable, or Unreadable when the address cannot be understood.
    """
    try:
        chosen: dict[str, Any] = _REACH | wanted | conninfo_to_dict(url)
        raw = psycopg.connect(autocommit=True, **chosen)
        raw.adapters.register_dumper(str, _Text)
    except psycopg.Error as error:
        raise _translated(error) from error
    try:
        raw.execute(settings)
    except psycopg.Error as error:
        raw.close()
        raise _translated(error) from error
    return raw


def _spoken(statement: str, values: Values) -> tuple[Any, Any]:
    """Statement and values as the driver takes them; without values it reads no marks."""
    return (_dialect(statement), values) if values else (statement, None)


@cache
def _dialect(statement: str) -> Any:
    """The statement with the driver's marks."""
    return statement.replace("%", "%%").replace("?", "%s")


def in_words(raw: psycopg.Connection[Any]) -> Connection:
    """A bare connection as one that takes the words of `journal.sql`."""
    return _Talk(lambda: raw)


@contextmanager
def spoken_to() -> Iterator[None]:
    """Whatever the driver raises inside is said in the words of the store.

    Raises: Unreachable, Unreadable, or Refusal journal.missing where there are no tables.
    """
    try:
        yield
    except psycopg.Error as error:
        raise _translated(error) from error


def _translated(error: psycopg.Error) -> Exception:
    if isinstance(error, _NOT_FOUNDED):
        return Refusal("journal.missing")
    return Unreachable() if isinstance(error, _AWAY) else Unreadable(type(error).__name__)
