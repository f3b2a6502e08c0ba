# SPDX-License-Identifier: Apache-2.0
"""Rows laid out by device and by day once, so that every finding takes its own without reading all."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.measures.columns import Block, Pair

Ints = NDArray[Any]
Span = tuple[int | None, int | None]
"""From the first value on, up to but without the second; None where it is open."""


class _Order(Struct, frozen=True):
    """A column sorted, and the rows in that order; no rows where they are in it already."""

    values: Ints
    rows: Ints | None


class Shelf:
    """Orders of the blocks of one run, made when they are first asked for; detectors share them."""

    def __init__(self) -> None:
        self._orders: dict[tuple[Pair, str], _Order] = {}

    def rows(self, pair: Pair, block: Block, column: Literal["device", "day"], *, span: Span) -> Ints | slice:
        """The rows of a block whose value of a column lies in [low, high), in no promised order."""
        order = self._orders.get((pair, column))
        if order is None:
            order = self._orders[pair, column] = _order(getattr(block, column))
        start, end = (_place(order.values, value) for value in span)
        start, end = start or 0, len(block) if end is None else end
        return slice(start, end) if order.rows is None else order.rows[start:end]


def _place(values: Ints, value: int | None) -> int | None:
    """Where a value would stand; told in the type of the others, or all of them would be converted."""
    return None if value is None else int(np.searchsorted(values, values.dtype.type(value)))


def _order(values: Ints) -> _Order:
    if (values[1:] >= values[:-1]).all():
        return _Order(values, None)
    low = int(values.min())
    if int(values.max()) - low < 1 << 16:  # sixteen bits are sorted by radix, much faster
        rows = np.argsort((values - low).astype(np.uint16), kind="stable")
    else:
        rows = np.argsort(values, kind="stable")
    return _Order(values[rows], rows)
