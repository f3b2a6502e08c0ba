# SPDX-License-Identifier: Apache-2.0
"""Score histograms by stratum and day, in twenty classes of about equal share of their own baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.learned import Table, windows
from nadzor.detect.series import Days, Floats, Ints
from nadzor.detect.stats.learned_strata import Strata, within
from nadzor.detect.window import Window
from nadzor.measures.columns import Block, Name, Pair

CLASSES = 20
"""Classes of the baseline's own quantiles: the mean loses a four-hundredth of what 200 bins tell."""
KEYS: tuple[Name, ...] = ("device", "finding", "stratum")
PAIR: Pair = ("scores", "equipment")
KNOWN_MIN = 60.0
"""Scores in a stratum's baseline before its quantiles mean anything."""
NEVER = 1 << 40


class Histograms(Struct, frozen=True, kw_only=True):
    """Counts of shape (strata, days, classes), and what the baseline says of them.

    `fine` are baseline counts by registered bin, `place` the class of each bin; `middle` is each class's
    place in the baseline, 0..1 (the mean PIT of what falls into it); `row` is each row's stratum.
    """

    table: Table
    cube: Floats
    fine: Floats
    place: Ints
    middle: Floats
    first: Ints
    after: Ints
    row: Ints


def histograms(days: Days, registered: Mapping[str, Window]) -> Histograms | None:
    """The histograms of all rows; None where there is none.

    Method: PIT, each registered bin at the middle of its step of the baseline's distribution function.
    """
    block = days.block(*PAIR)
    if len(block) and block.bin.min() < 0:
        block = block.where(block.bin >= 0)
    if not len(block):
        return None
    devices = days.columns.names["device"]
    sizes = [len(days.columns.names[name]) for name in KEYS]
    row, code = _strata([getattr(block, name) for name in KEYS], sizes)
    first_day, strata = int(block.day.min()), len(code["device"])
    day = block.day - np.int32(first_day)
    length, bins = int(day.max()) + 1, int(block.bin.max()) + 1
    cell = row * length + day
    counts = _counted(cell, block.n, (strata, length))
    table = Table(first_day, code, {PAIR: np.maximum(counts, 0.0)})
    first, after = windows(table, counts, devices, registered)
    fine = _baseline(block, (row, cell), within(first, after, length), bins)
    place, middle = _classes(fine)
    cell *= CLASSES
    cell += place.ravel()[row * bins + block.bin]
    return Histograms(
        table=table, cube=_counted(cell, block.n, (strata, length, CLASSES)), fine=fine, place=place,
        middle=middle, first=first, after=after, row=row,
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
        total=np.matmul(told.cube, value[:, :, None])[:, :, 0], count=np.maximum(told.cube.sum(axis=2), 0.0),
        spread=variance, skew=skew, stream=stream, first=told.first,
        after=np.where(known >= KNOWN_MIN, told.after, NEVER),
    )  # fmt: skip


def by_class(told: Histograms) -> Floats:
    """The baseline by stratum and class."""
    strata = len(told.fine)
    cell = np.arange(strata)[:, None] * CLASSES + told.place
    return _counted(cell.ravel(), told.fine.ravel(), (strata, CLASSES))


def _strata(codes: Sequence[NDArray[np.int32]], sizes: Sequence[int]) -> tuple[Ints, dict[Name, Ints]]:
    """The stratum of each row, numbered in order of the keys, and the codes of each stratum."""
    key = codes[0].astype(np.int64)
    for one, size in zip(codes[1:], sizes[1:], strict=True):
        key *= size
        key += one
    here = np.bincount(key, minlength=1) > 0
    present = np.flatnonzero(here)
    told = np.unravel_index(present, sizes)
    return (np.cumsum(here) - 1)[key], {name: np.asarray(c) for name, c in zip(KEYS, told, strict=True)}


def _baseline(block: Block, at: tuple[Ints, Ints], inside: NDArray[np.bool_], bins: int) -> Floats:
    """Counts by stratum and registered bin on the days of the baseline."""
    row, cell = at
    chosen = np.flatnonzero(inside.ravel()[cell])
    place = row[chosen] * bins + block.bin[chosen]
    return np.maximum(_counted(place, block.n[chosen], (len(inside), bins)), 0.0)


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
