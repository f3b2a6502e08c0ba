# SPDX-License-Identifier: Apache-2.0
"""Scores by version: sums of their places in the distribution of the device's first days."""

from __future__ import annotations

from math import pi, sqrt
from typing import Final

import numpy as np

from nadzor.detect.learned import Table
from nadzor.detect.series import Days, Floats, Ints
from nadzor.detect.version_regression.compared import Told
from nadzor.measures.columns import Block, Name, Pair

PAIR: Final[Pair] = ("scores", "equipment")
KEYS: Final[tuple[Name, ...]] = ("device", "finding", "stratum", "version")
UNIT: Final = 1.0 / (2.0 * sqrt(pi))
"""A normal score that moves by a standard deviation moves its mean place by so much."""
FIRST_DAYS: Final = 60
GRID: Final = float(1 << 20)
"""Places are multiples of one part in a million, so that their sums are exact in whatever order."""


def scored(days: Days) -> tuple[Table, Told] | None:
    """Sums and counts of places by device, finding, equipment and version; None where there is no score.

    Method: probability integral transform, each registered bin at the middle of its step; the variance of
    one place is that of a uniform, which bins only lessen.
    """
    block = days.block(*PAIR)
    if len(block) and block.bin.min() < 0:
        block = block.where(np.flatnonzero(block.bin >= 0))
    if not len(block):
        return None
    sizes = [len(days.columns.names[name]) for name in KEYS]
    row, code = _rows(block, sizes)
    first, bins = int(block.day.min()), int(block.bin.max()) + 1
    length, rows = int(block.day.max()) + 1 - first, len(code["device"])
    cell = row * length
    cell += block.day
    cell -= first
    n = block.n.astype(np.float64)
    count = np.maximum(np.bincount(cell, n, rows * length).reshape(rows, length), 0.0)
    bin_of = row * bins
    bin_of += block.bin
    limit = _early(count, code) + first
    place = _places((bin_of, n, np.flatnonzero(block.day < limit[row])), code, bins)
    n *= place[bin_of]
    total = np.bincount(cell, n, rows * length).reshape(rows, length)
    table = Table(first, code, {PAIR: count})
    return table, Told(total=np.where(count > 0, total, 0.0), count=count, spread=1.0 / 12.0, unit=UNIT)


def _early(count: Floats, code: dict[Name, Ints]) -> Ints:
    """By row, the column after the first days of its device's finding."""
    line = _line(code)
    alive = count > 0
    start = np.where(alive.any(axis=1), alive.argmax(axis=1), count.shape[1])
    begun = np.full(int(line.max()) + 1, count.shape[1])
    np.minimum.at(begun, line, start)
    return np.asarray((begun + FIRST_DAYS)[line])


def _line(code: dict[Name, Ints]) -> Ints:
    """To which device and finding each row belongs."""
    return (
        np.cumsum((np.diff(code["device"], prepend=-1) != 0) | (np.diff(code["finding"], prepend=-1) != 0))
        - 1
    )


def _rows(block: Block, sizes: list[int]) -> tuple[Ints, dict[Name, Ints]]:
    key = np.asarray(block.device).astype(np.int64)
    for name, size in zip(KEYS[1:], sizes[1:], strict=True):
        key *= size
        key += getattr(block, name)
    here = np.bincount(key, minlength=1) > 0
    told = np.unravel_index(np.flatnonzero(here), sizes)
    return (np.cumsum(here) - 1)[key], {name: np.asarray(c) for name, c in zip(KEYS, told, strict=True)}


def _places(seen: tuple[Ints, Floats, Ints], code: dict[Name, Ints], bins: int) -> Floats:
    """By row and bin, laid flat: the middle of the bin's step in the first days of the device's finding."""
    bin_of, n, early = seen
    line = _line(code)
    by_row = np.bincount(bin_of[early], n[early], len(line) * bins).reshape(len(line), bins)
    starts = np.flatnonzero(np.diff(line, prepend=-1))
    counts = np.maximum(np.add.reduceat(by_row, starts, axis=0), 0.0) + 1e-6
    middle = (np.cumsum(counts, axis=1) - counts / 2.0) / counts.sum(axis=1, keepdims=True)
    return np.asarray(np.rint(middle[line].ravel() * GRID) / GRID)
