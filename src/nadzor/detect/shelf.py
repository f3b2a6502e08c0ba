# SPDX-License-Identifier: Apache-2.0
"""Rows laid out by device and by day once, so that every finding takes its own without reading all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from nadzor.measures.columns import Block, Pair

T = TypeVar("T")
Ints = NDArray[Any]
Span = tuple[int | None, int | None]
"""From the first value on, up to but without the second; None where it is open."""


class Shelf:
    """Blocks of one run in the order of a column, made when first asked for; detectors share them."""

    def __init__(self) -> None:
        self._laid: dict[tuple[Pair, str], Block] = {}
        self._kept: dict[str, object] = {}

    def kept(self, name: str, make: Callable[[], T]) -> T:
        """What was made under this name before, or is made now; made of these blocks alone."""
        if name not in self._kept:
            self._kept[name] = make()
        return cast(T, self._kept[name])

    def rows(self, pair: Pair, block: Block, column: Literal["device", "day"], *, span: Span) -> Block:
        """The rows of a block whose value of a column lies in [low, high), in no promised order."""
        laid = self._laid.get((pair, column))
        if laid is None:
            laid = self._laid[pair, column] = _laid(block, getattr(block, column))
        start, end = (_place(getattr(laid, column), value) for value in span)
        return laid.where(slice(start or 0, len(laid) if end is None else end))


def _place(values: Ints, value: int | None) -> int | None:
    """Where a value would stand; told in the type of the others, or all of them would be converted."""
    return None if value is None else int(np.searchsorted(values, values.dtype.type(value)))


def _laid(block: Block, values: Ints) -> Block:
    """A block in the order of a column; the block itself where it is in it already."""
    if (values[1:] >= values[:-1]).all():
        return block
    low = int(values.min())
    if int(values.max()) - low < 1 << 16:  # sixteen bits are sorted by radix, much faster
        values = (values - low).astype(np.uint16)
    order = np.argsort(values, kind="stable")
    columns = {name: getattr(block, name) for name in Block.__struct_fields__}
    return Block(**{name: one[order] if one.strides[0] else one for name, one in columns.items()})
