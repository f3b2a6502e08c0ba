# SPDX-License-Identifier: Apache-2.0
"""The statements of `journal.sql` by name, and a connection set up so that a commit means fsync."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

EDITION: Final = 1  # of the schema; a journal of another edition is refused, not guessed
BUSY_S: Final = 10.0  # how long one writer waits for another's commit before it answers "unavailable"

_NAMED = re.compile(r"^-- name: ([a-z_]+)\n(.*?)(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)
_TEXT: Final = files(__package__).joinpath("journal.sql").read_text("utf-8")

STATEMENTS: Final[Mapping[str, str]] = {name: text.strip() for name, text in _NAMED.findall(_TEXT)}


def for_each(name: str, count: int) -> str:
    """A statement whose `?*` stands for a number of values."""
    return STATEMENTS[name].replace("?*", ",".join("?" * count))


def connect(path: Path) -> sqlite3.Connection:
    """A writing connection: write-ahead log, fsync at every commit, transactions only where we say so.

    Raises: sqlite3.Error when the file cannot be opened or is not a database.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_S)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def connect_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write.

    Raises: sqlite3.Error when there is no such file.
    """
    address = path.absolute().as_uri() + "?mode=ro"
    connection = sqlite3.connect(
        address, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_S
    )
    connection.execute("PRAGMA query_only = ON")
    return connection
