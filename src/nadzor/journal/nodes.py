# SPDX-License-Identifier: Apache-2.0
"""Stored nodes of the tree, read for a proof."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from nadzor.receipts.tree import Nodes, Place, ReadNodes

from .statements import STATEMENTS


def node_reader(connection: sqlite3.Connection, *, near: Mapping[Place, bytes] | None = None) -> ReadNodes:
    """A reader that takes nodes at hand first and asks the database for the rest.

    Raises: KeyError, from the reader, when a node is missing: the journal is damaged.
    """
    at_hand = near or {}

    def read(places: Sequence[Place]) -> Nodes:
        return {place: at_hand.get(place) or _stored(connection, place) for place in places}

    return read


def _stored(connection: sqlite3.Connection, place: Place) -> bytes:
    row = connection.execute(STATEMENTS["node"], place).fetchone()
    if row is None:
        raise KeyError(place)
    return bytes(row[0])
