# SPDX-License-Identifier: Apache-2.0
"""Which of the two stores keeps a log: its file by default, a server where the data directory names one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from nadzor.base.home import Log
from nadzor.base.problems import Refusal

from .sqlite import SqliteStore
from .store import Store

ADDRESS_MAX: Final = 1_000
_ADDRESS = re.compile(r"postgres(ql)?://[\x21-\x7e]+")
_SECRETS: Final = frozenset({"password", "sslpassword"})

Where: TypeAlias = Path | Log | Store


def store_at(place: Where) -> Store:
    """The store of a file, of a log of the house, or the one that is given.

    Raises: Refusal journal.address when the data directory names no server's address.
    """
    if isinstance(place, Path):
        return SqliteStore(place)
    if not isinstance(place, Log):
        return place
    if not place.journal_url:
        return SqliteStore(place.journal)
    from .postgres import PostgresStore

    return PostgresStore(journal_address(place.journal_url), place.schema)


def journal_address(text: str) -> str:
    """The address of a PostgreSQL database, as libpq reads it.

    Why: nadzor.json is copied and shown; a password in it would travel along.
    Raises: Refusal journal.address; the text is not repeated.
    """
    try:
        parts = urlsplit(text)
        named = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        good = _ADDRESS.fullmatch(text) and len(text) <= ADDRESS_MAX and ":" not in _user(parts.netloc)
    except ValueError:
        raise Refusal("journal.address") from None
    if not good or named & _SECRETS:
        raise Refusal("journal.address")
    return text


def _user(netloc: str) -> str:
    return netloc.rpartition("@")[0]
