# SPDX-License-Identifier: Apache-2.0
"""The evidence that a gap must reach, so that a device's year costs its budget and no more.

A site with fifty studies a day never has an empty day by chance, and one with five has some: a bound that
forgets this wastes days.  So the false alarms of a year are added up, site by site, from the same chances.
"""

from __future__ import annotations

import numpy as np

from nadzor.detect.silence.gaps import day_evidence
from nadzor.detect.stats.volume import Floats, Ints, Volume

LEAST = 6.0
"""Evidence below which nothing is ever said, one in four hundred."""
GRID = np.arange(LEAST, 20.0, 0.125)
HORIZON = 42
"""Days that a gap is followed: after six weeks even one study a week has been missed six times."""
WEEKS_A_YEAR = 365.25 / 7.0


def gap_limits(
    volume: Volume, beats: Floats, pairs: tuple[Ints, Ints], *, owner: Ints, budget: float
) -> Floats:
    """For each (device, week), the smallest evidence whose false alarms in a year are within the budget.

    Method: a gap begins on each weekday with the chance that the day before was not empty, and lasts until it
    crosses G with chance exp(-evidence there); all sites, weekdays and both paths (heartbeats there, or
    missing too) are added.
    Units: `pairs` are streams and weeks, `owner` the place of each among the (device, week) wanted.
    """
    path, begins = _paths(volume, pairs)
    rate = _crossing_rate(path, begins)
    missing = beats[pairs]
    shift = np.round(missing / (GRID[1] - GRID[0])).astype(np.int64)
    lower = np.take_along_axis(rate, np.maximum(np.arange(len(GRID)) - shift[:, None], 0), axis=1)
    rate = rate + np.where(missing > 0, np.exp(-missing), 0.0)[:, None] * lower
    whole = np.zeros((int(owner.max(initial=-1)) + 1, len(GRID)))
    np.add.at(whole, owner, rate)
    within = whole <= budget
    return np.asarray(np.where(within.any(axis=1), GRID[within.argmax(axis=1)], GRID[-1]))


def _paths(volume: Volume, pairs: tuple[Ints, Ints]) -> tuple[Floats, Floats]:
    """Evidence of a gap begun on each weekday, day by day, and the chance that one begins there."""
    expected, k = volume.expected[pairs], volume.dispersion[pairs][:, None]
    day = day_evidence(expected, k, volume.habit[pairs][:, None])
    turn = (np.arange(7)[:, None] + np.arange(HORIZON)) % 7
    total, v = np.cumsum(day[:, turn], axis=2), volume.uncertainty[pairs][:, None, None]
    begins = -np.expm1(-np.roll(np.log1p(expected * k) / k, 1, axis=1))
    return np.asarray(np.log1p(v * total) / v), np.asarray(begins)


def _crossing_rate(path: Floats, begins: Floats) -> Floats:
    """Gaps a year that reach each limit of the grid by chance: pair, limit."""
    step = GRID[1] - GRID[0]
    after = np.clip(np.floor((path - LEAST) / step).astype(np.int64) + 1, 0, len(GRID))
    before = np.concatenate((np.zeros_like(after[:, :, :1]), after[:, :, :-1]), axis=2)
    weight = WEEKS_A_YEAR * begins[:, :, None] * np.exp(-path)
    rows = np.broadcast_to(np.arange(len(path))[:, None, None], path.shape)
    change = np.zeros((len(path), len(GRID) + 1))
    moved = after > before
    np.add.at(change, (rows[moved], before[moved]), weight[moved])
    np.add.at(change, (rows[moved], after[moved]), -weight[moved])
    return np.asarray(np.maximum(np.cumsum(change[:, :-1], axis=1), 0.0))


def limit_of_gap(*, sites: int = 1, budget: float = 0.02) -> float:
    """The evidence that suffices at one of so many sites, whatever their volumes.

    Method: a gap that begins on any day reaches G with chance exp(-G) at most: ln(365 sites / budget).

    >>> round(limit_of_gap(), 2)
    9.81
    """
    return float(np.log(365.0 * sites / budget))
