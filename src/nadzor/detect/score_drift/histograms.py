# SPDX-License-Identifier: Apache-2.0
"""Score histograms by stratum and day, in twenty classes of about equal share of their own baseline."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.learned import Table, windows
from nadzor.detect.score_rows import PAIR, ScoreRows, score_rows, tally
from nadzor.detect.series import Days, Floats, Ints
from nadzor.detect.stats.learned_strata import Strata, added, within
from nadzor.detect.window import Window
from nadzor.measures.columns import Name

CLASSES = 20
"""Classes of the baseline's own quantiles: the mean loses a four-hundredth of what 200 bins tell."""
KEYS: tuple[Name, ...] = ("device", "finding", "stratum")
KNOWN_MIN = 60.0
"""Scores in a stratum's baseline before its quantiles mean anything."""
NEVER = 1 << 40


class Histograms(Struct, frozen=True, kw_only=True):
    """Counts of shape (strata, days, classes), and what the baseline says of them.

    `fine` are baseline counts by registered bin, `place` the class of each bin; `middle` is each class's
    place in the baseline, 0..1 (the mean PIT of what falls into it); `of` is each line's stratum, of `rows`.
    """

    table: Table
    cube: Floats
    fine: Floats
    place: Ints
    middle: Floats
    first: Ints
    after: Ints
    rows: ScoreRows
    of: Ints


def histograms(days: Days, registered: Mapping[str, Window]) -> Histograms | None:
    """The histograms of all rows; None where there is none.

    Method: PIT, each registered bin at the middle of its step of the baseline's distribution function.
    """
    rows = score_rows(days)
    if rows is None:
        return None
    code, of = _strata(rows.code)
    counts = added(rows.count, of)
    table = Table(rows.first, code, {PAIR: np.maximum(counts, 0.0)})
    first, after = windows(table, counts, days.columns.names["device"], registered)
    fine = _baseline(rows, of, within(first, after, rows.length))
    place, middle = _classes(fine)
    return Histograms(
        table=table, cube=_cube(rows, of, place), fine=fine, place=place, middle=middle, first=first,
        after=after, rows=rows, of=of,
    )  # fmt: skip


def places(told: Histograms, stream: Ints) -> Strata:
    """Strata of the mean PIT, with the baseline's own variance.

    A stratum with fewer than KNOWN_MIN scores in its baseline is never watched.
    """
    value = told.middle
    base = by_class(told)
    known = base.sum(axis=1)
    some = np.maximum(known, 1.0)
    off = value - ((base * value).sum(axis=1) / some)[:, None]
    variance = np.maximum((base * off**2).sum(axis=1) / some, 1.0 / 48.0)
    skew = np.clip((base * off**3).sum(axis=1) / some / variance**1.5, -1.0, 1.0)
    return Strata(
        total=np.matmul(told.cube, value[:, :, None])[:, :, 0], count=told.table.counts[PAIR],
        spread=variance, skew=skew, stream=stream, first=told.first,
        after=np.where(known >= KNOWN_MIN, told.after, NEVER),
    )  # fmt: skip


def by_class(told: Histograms) -> Floats:
    """The baseline by stratum and class."""
    strata = len(told.fine)
    cell = np.arange(strata)[:, None] * CLASSES + told.place
    return _counted(cell.ravel(), told.fine.ravel(), (strata, CLASSES))


def _strata(code: dict[Name, Ints]) -> tuple[dict[Name, Ints], Ints]:
    """The codes of each stratum, and the stratum of each line: its keys but for the version."""
    changes = np.zeros(len(code["device"]), bool)
    for name in KEYS:
        changes[1:] |= np.diff(code[name]) != 0
    of = np.cumsum(changes).astype(np.int64)
    lead = np.flatnonzero(np.diff(of, prepend=-1))
    return {name: code[name][lead] for name in KEYS}, of


def _baseline(rows: ScoreRows, of: Ints, inside: NDArray[np.bool_]) -> Floats:
    """Counts by stratum and registered bin on the days of the baseline."""
    cells = (
        (of[line[chosen]] * rows.bins + bins[chosen], n[chosen])
        for line, column, bins, n in rows.pieces()
        for chosen in (inside[of[line], column],)
    )
    return np.maximum(tally(cells, len(inside) * rows.bins).reshape(len(inside), rows.bins), 0.0)


def _cube(rows: ScoreRows, of: Ints, place: Ints) -> Floats:
    """Counts by stratum, day and class."""
    shape = (len(place), rows.length, CLASSES)
    cells = (
        ((stratum * rows.length + column) * CLASSES + place[stratum, bins], n)
        for line, column, bins, n in rows.pieces()
        for stratum in (of[line],)
    )
    return tally(cells, int(np.prod(shape))).reshape(shape)


def _counted(cell: Ints, n: Ints | Floats, shape: tuple[int, ...]) -> Floats:
    return np.bincount(cell, n, int(np.prod(shape))).astype(np.float64, copy=False).reshape(shape)


def _classes(fine: Floats) -> tuple[Ints, Floats]:
    """The class of each bin, and where each class lies in the baseline."""
    total = np.maximum(fine.sum(axis=1, keepdims=True), 1.0)
    middle = (np.cumsum(fine, axis=1) - fine / 2.0) / total
    place = np.minimum((middle * CLASSES).astype(np.int64), CLASSES - 1)
    strata, bins = fine.shape
    cell = (np.arange(strata)[:, None] * CLASSES + place).ravel()
    weight = np.bincount(cell, fine.ravel(), strata * CLASSES)
    sums = np.bincount(cell, (fine * middle).ravel(), strata * CLASSES)
    usual = np.tile((np.arange(CLASSES) + 0.5) / CLASSES, strata)
    told = np.divide(sums, weight, out=usual, where=weight > 0)
    return place, told.reshape(strata, CLASSES)
