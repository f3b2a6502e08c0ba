# SPDX-License-Identifier: Apache-2.0
"""The shape of four weeks' scores against that of the baseline: what a mean does not tell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nadzor.detect.learned import Passed, Watch, first_passes
from nadzor.detect.score_drift.histograms import Histograms, by_class
from nadzor.detect.series import Floats, Ints
from nadzor.detect.stats.learned_change import Change
from nadzor.detect.stats.learned_chart import Alarm, Learned, limits_of
from nadzor.detect.stats.learned_limits import SHAPE
from nadzor.detect.stats.learned_strata import PEERS_MIN

WEEKS = 4
SHAPED = Watch(kind="scores.shape", designs=((SHAPE, 0.004),), side=1, tolerance=0.10)
"""A distance below a tenth is none, however many scores show it."""
RECENT_MIN = 50.0
"""Scores in four weeks before their shape means anything."""
LEVEL, DKW_95 = 1.96, 1.358
"""The 95 % points of the normal and of Kolmogorov's distribution."""


def shapes(told: Histograms, parts: Learned, share: Floats) -> list[Passed]:
    """Strata whose last four weeks lie further from the baseline than chance allows, looked at once a week.

    Method: Smirnov's two-sample statistic at the classes of the baseline, less what all devices do together,
    divided by the root of phi; limits from simulation (learned_limits.py).  `share` is each stratum's part of
    the device's budget.
    """
    column, recent = _four_weeks(told)
    base = by_class(told)
    n, m = recent.sum(axis=2), base.sum(axis=1)[:, None]
    known = (n >= RECENT_MIN) & (column - 7 * WEEKS + 1 >= parts.strata.after[:, None])
    gap = np.cumsum(recent, axis=2) / np.maximum(n, 1.0)[:, :, None]
    gap -= (np.cumsum(base, axis=1) / np.maximum(m, 1.0))[:, None, :]
    shared, doubt = _of_all(gap, known, told.table.code["device"])
    gap -= shared
    distance = np.where(known, np.abs(gap).max(axis=2, initial=0.0), 0.0)
    scale = np.sqrt(n * m / np.maximum(n + m, 1.0) / parts.phi[:, None] / doubt)
    z = np.where(distance >= SHAPED.tolerance, distance * scale, 0.0)
    limits = limits_of(SHAPE, SHAPED.designs[0][1] * share)
    return [
        _passed((stream, int(column[look])), float(z[stream, look]), limits, float(distance[stream, look]))
        for stream, look in first_passes(z / limits[:, None])
    ]


def _of_all(gap: Floats, known: NDArray[np.bool_], device: Ints) -> tuple[Floats, Floats]:
    """What the strata of all devices do together at each look and class, and how much doubt that adds.

    Method: the median over strata, its variance pi / 2 over their number; nothing below PEERS_MIN devices.
    """
    shared, doubt = np.zeros(gap.shape[1:]), np.ones(gap.shape[1])
    for look in range(gap.shape[1]):
        here = known[:, look]
        if len(np.unique(device[here])) >= PEERS_MIN:
            shared[look] = np.median(gap[here, look], axis=0)
            doubt[look] = 1.0 + np.pi / 2.0 / np.count_nonzero(here)
    return shared, doubt


def _four_weeks(told: Histograms) -> tuple[Ints, Floats]:
    """The last columns of calendar weeks, and each stratum's counts by class of the four weeks up to them."""
    length = told.cube.shape[1]
    begin = -told.table.first % 7 + 1  # weeks end on Sundays, whose ordinals are whole sevens
    weeks = max(0, (length - begin) // 7)
    if weeks < WEEKS:
        return np.zeros(0, np.int64), np.zeros((len(told.cube), 0, told.cube.shape[2]))
    whole = told.cube[:, begin : begin + 7 * weeks].reshape(len(told.cube), weeks, 7, -1).sum(axis=2)
    recent = sum(whole[:, back : weeks - WEEKS + 1 + back] for back in range(WEEKS))
    ends = begin + 7 * np.arange(WEEKS, weeks + 1) - 1
    return ends.astype(np.int64), np.maximum(recent, 0.0)


def _passed(where: tuple[int, int], z: float, limits: Floats, distance: float) -> Passed:
    """An alarm of the shape; it came about within the four weeks, or in those before them."""
    stream, column = where
    onset = column - 7 * WEEKS + 1
    error = DKW_95 / LEVEL * distance / z
    since_when = Change(onset, max(0, onset - 7 * WEEKS), column, distance, error, distance, error)
    alarm = Alarm(column, stream, 7 * WEEKS, round(z, 9), float(limits[stream]))
    return Passed(alarm, SHAPED, SHAPE, since_when)
