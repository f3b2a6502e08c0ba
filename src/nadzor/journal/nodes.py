# SPDX-License-Identifier: Apache-2.0
"""Stored nodes of the tree, read for a proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nadzor.receipts.tree import Nodes, Place, ReadNodes, inclusion_ranges, range_hash
from nadzor_wire.base64text import b64

from .statements import STATEMENTS
from .store import Connection


class Proofs:
    """Inclusion proofs in one tree, as texts; neighbours share most of their steps, which are made once."""

    def __init__(self, size: int, read: ReadNodes) -> None:
        self._size = size
        self._read = read
        self._steps: dict[tuple[int, int], str] = {}

    def of(self, index: int) -> list[str]:
        """The proof of a leaf, in base64.

        Raises: KeyError when a node is missing: the journal is damaged.
        """
        return [self._steps.get(span) or self._step(span) for span in inclusion_ranges(index, self._size)]

    def _step(self, span: tuple[int, int]) -> str:
        made = self._steps[span] = b64(range_hash(*span, self._read))
        return made


def node_reader(connection: Connection, *, near: Mapping[Place, bytes] | None = None) -> ReadNodes:
    """A reader that takes nodes at hand first and asks the database for the rest.

    Raises: KeyError, from the reader, when a node is missing: the journal is damaged.
    """
    at_hand = near or {}

    def read(places: Sequence[Place]) -> Nodes:
        return {place: at_hand.get(place) or _stored(connection, place) for place in places}

    return read


def _stored(connection: Connection, place: Place) -> bytes:
    row = connection.execute(STATEMENTS["node"], place).fetchone()
    if row is None:
        raise KeyError(place)
    return bytes(row[0])
