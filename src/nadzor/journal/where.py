# SPDX-License-Identifier: Apache-2.0
"""Which of the two stores keeps a log: its file by default, a server where the data directory names one."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from nadzor.base.home import Log

from .sqlite import SqliteStore
from .store import Store

Where: TypeAlias = Path | Log | Store


def store_at(place: Where) -> Store:
    """The store of a file, of a log of the house, or the one that is given."""
    if isinstance(place, Path):
        return SqliteStore(place)
    if not isinstance(place, Log):
        return place
    if not place.journal_url:
        return SqliteStore(place.journal)
    from .postgres import PostgresStore

    return PostgresStore(place.journal_url, place.schema)
