# SPDX-License-Identifier: Apache-2.0
"""Scores by version: sums of their places in the distribution of the device's first days."""

from __future__ import annotations

from math import pi, sqrt
from typing import Final

import numpy as np

from nadzor.detect.learned import Table
from nadzor.detect.score_rows import PAIR, ScoreRows, score_rows, tally
from nadzor.detect.series import Days, Floats, Ints
from nadzor.detect.version_regression.compared import Told
from nadzor.measures.columns import Name

UNIT: Final = 1.0 / (2.0 * sqrt(pi))
"""A normal score that moves by a standard deviation moves its mean place by so much."""
FIRST_DAYS: Final = 60
GRID: Final = float(1 << 20)
"""Places are multiples of one part in a million, so that their sums are exact in whatever order."""


def scored(days: Days, devices: Ints | None = None) -> tuple[Table, Told] | None:
    """Sums and counts of places by device, finding, equipment and version; None where there is no score.

    `devices` are the codes of those asked for, all of them if None.

    Method: probability integral transform, each registered bin at the middle of its step; the variance of
    one place is that of a uniform, which bins only lessen.
    """
    told = score_rows(days)
    if told is None:
        return None
    total = days.shelf.kept("score_places", lambda: _totals(told))
    line = np.arange(len(total)) if devices is None else np.flatnonzero(np.isin(told.code["device"], devices))
    there = np.flatnonzero((told.count[line] != 0).any(axis=0))
    if not len(there):
        return None
    span = slice(int(there[0]), int(there[-1]) + 1)
    count = np.maximum(told.count[line, span], 0.0)
    table = Table(told.first + span.start, {name: c[line] for name, c in told.code.items()}, {PAIR: count})
    kept = np.where(count > 0, total[line, span], 0.0)
    return table, Told(total=kept, count=count, spread=1.0 / 12.0, unit=UNIT)


def _totals(told: ScoreRows) -> Floats:
    """Sums of places by line and day."""
    limit, bins = _early(np.maximum(told.count, 0.0), told.code), told.bins
    early = (
        (line[chosen] * bins + of[chosen], n[chosen])
        for line, column, of, n in told.pieces()
        for chosen in (column < limit[line],)
    )
    place = _places(tally(early, len(limit) * bins), told.code, bins)
    cells = (
        (line * told.length + column, n * place[line * bins + of]) for line, column, of, n in told.pieces()
    )
    return tally(cells, told.count.size).reshape(told.count.shape)


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


def _places(early: Floats, code: dict[Name, Ints], bins: int) -> Floats:
    """By line and bin, laid flat: the middle of the bin's step in the first days of the device's finding."""
    line = _line(code)
    starts = np.flatnonzero(np.diff(line, prepend=-1))
    counts = np.maximum(np.add.reduceat(early.reshape(len(line), bins), starts, axis=0), 0.0) + 1e-6
    middle = (np.cumsum(counts, axis=1) - counts / 2.0) / counts.sum(axis=1, keepdims=True)
    return np.asarray((np.rint(middle * GRID) / GRID)[line].ravel())
