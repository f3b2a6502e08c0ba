# SPDX-License-Identifier: Apache-2.0
"""Score rows placed once for all detectors that read them, and counted in pieces near the processor.

A nation's year has millions of them: each pass over all is dear, and so is every new array of their length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.series import Days, Floats, Ints
from nadzor.measures.columns import Block, Name, Pair

PAIR: Final[Pair] = ("scores", "equipment")
KEYS: Final[tuple[Name, ...]] = ("device", "finding", "stratum", "version")
PIECE: Final = 1 << 15
"""Rows taken together."""


class ScoreRows(Struct, frozen=True, kw_only=True):
    """The rows of scores in bins, in order of devices, with the place of each among the `lines`.

    A line is a device's finding on a maker's equipment under a version: `code` holds the codes of each, in
    order of the keys; `first` is the ordinal of the first day, `count` by line and day.
    """

    block: Block
    line: NDArray[np.int32]
    code: dict[Name, Ints]
    first: int
    bins: int
    count: Floats

    @property
    def length(self) -> int:
        """How many days there are."""
        return int(self.count.shape[1])

    def pieces(self) -> Iterator[tuple[Ints, Ints, Ints, Floats]]:
        """Line, column, bin and number of some rows at a time."""
        block = self.block
        for low in range(0, len(block), PIECE):
            rows = slice(low, low + PIECE)
            column = block.day[rows].astype(np.int64)
            column -= self.first
            yield self.line[rows].astype(np.int64), column, block.bin[rows], block.n[rows].astype(np.float64)


def score_rows(days: Days) -> ScoreRows | None:
    """The rows of scores of these days, placed when first asked for; None where there is none."""
    return days.shelf.kept("score_rows", lambda: _placed(days))


def tally(parts: Iterable[tuple[Ints, Floats]], size: int) -> Floats:
    """Numbers added by cell, piece by piece; cells of a piece should lie near each other."""
    whole = np.zeros(size)
    for cell, n in parts:
        if len(cell):
            low = int(cell.min())
            some = np.bincount(cell - low, n)
            whole[low : low + len(some)] += some
    return whole


def _placed(days: Days) -> ScoreRows | None:
    block = days.shelf.rows(PAIR, days.block(*PAIR), "device", span=(None, None))
    if len(block) and block.bin.min() < 0:
        block = block.where(np.flatnonzero(block.bin >= 0))
    if not len(block):
        return None
    line, code = _lines(block, [len(days.columns.names[name]) for name in KEYS])
    first = int(block.day.min())
    length = int(block.day.max()) + 1 - first
    told = ScoreRows(
        block=block, line=line, code=code, first=first, bins=int(block.bin.max()) + 1,
        count=np.zeros((len(code["device"]), length)),
    )  # fmt: skip
    cells = ((line * length + column, n) for line, column, _, n in told.pieces())
    told.count[:] = tally(cells, told.count.size).reshape(told.count.shape)
    return told


def _lines(block: Block, sizes: list[int]) -> tuple[NDArray[np.int32], dict[Name, Ints]]:
    """The line of each row, numbered in order of the keys, and the codes of each line."""
    key = np.empty(len(block), np.int32 if np.prod(sizes) < 1 << 31 else np.int64)
    pieces = [slice(low, low + PIECE) for low in range(0, len(block), PIECE)]
    here = np.zeros(int(np.prod(sizes)), bool)
    for rows in pieces:
        part = block.device[rows].astype(key.dtype)
        for name, size in zip(KEYS[1:], sizes[1:], strict=True):
            part *= part.dtype.type(size)
            part += getattr(block, name)[rows]
        key[rows] = part
        here[part] = True
    codes = np.unravel_index(np.flatnonzero(here), sizes)
    place = np.cumsum(here, dtype=np.int32)
    place -= 1
    line = np.empty(len(block), np.int32)
    for rows in pieces:
        line[rows] = place[key[rows]]
    return line, {name: np.asarray(c) for name, c in zip(KEYS, codes, strict=True)}
