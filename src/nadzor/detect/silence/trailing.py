# SPDX-License-Identifier: Apache-2.0
"""What was to be expected of each day, from the weeks before it and from everybody else on that day."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.series import Floats, Ints, Panel

WEEKS = 8
"""Weeks that make an expectation: long enough for a weekday profile, short enough to follow growth."""
WEEKS_MIN = 4
BORROWED = 0.5
"""Weeks lent by the national weekday profile to a stream's own."""
DISPERSION_MIN = 0.01
"""Nobody's days are purely Poisson: at least 10 % extra variation from day to day."""
SURE_WEEKDAY = 3.0
"""Studies expected on a weekday before an empty one of the past counts as a habit of closing."""


class Trailing(Struct, frozen=True):
    """Sums over the complete weeks before a week: arrays by stream, week and weekday."""

    offset: int
    begun: Ints
    counts: Floats
    squares: Floats
    empty: Floats
    national: Floats

    def week_of(self, column: Ints) -> Ints:
        """The week in which a column lies."""
        return np.asarray((column + self.offset) // 7, dtype=np.int64)

    def weeks_known(self, stream: Ints, week: Ints) -> Ints:
        """How many complete weeks, at most WEEKS, a stream has had before a week."""
        return np.asarray(np.clip(week - self.begun[stream], 0, WEEKS), dtype=np.int64)


class Profile(Struct, frozen=True):
    """What is known of a stream at the beginning of a gap: one row for each gap."""

    known: NDArray[np.bool_]
    expected: Floats
    dispersion: Floats
    uncertainty: Floats
    habit: Floats


def trailing(panel: Panel, studies: Floats) -> Trailing:
    """Cumulated weekly sums of counts, their squares and empty days, so that any window is one difference."""
    offset = int(panel.weekdays()[0])
    weeks = -(-(panel.length + offset) // 7)
    padded = np.zeros((len(studies), weeks * 7))
    padded[:, offset : offset + panel.length] = studies
    by_week = padded.reshape(len(studies), weeks, 7)
    begun = np.where((studies > 0).any(axis=1), -(-((studies > 0).argmax(axis=1) + offset) // 7), weeks)
    counts = _cumulated(by_week)
    live = np.arange(weeks)[None, :, None] >= begun[:, None, None]
    return Trailing(
        offset, begun, counts, _cumulated(by_week**2), _cumulated((by_week == 0) & live), counts.sum(axis=0)
    )


def profiles(past: Trailing, stream: Ints, week: Ints) -> Profile:
    """The weekday profile, dispersion, uncertainty and closing habit of streams before given weeks.

    Method: means of the same weekday shrunk to the national profile; negative binomial k by moments, from
    phi = Pearson's statistic over its degrees of freedom.
    """
    n = past.weeks_known(stream, week)
    own, squares, empty = (_window(part, stream, week, n) for part in (past.counts, past.squares, past.empty))
    weeks = np.maximum(n, 1)[:, None]
    mean = own / weeks
    weekly = mean.sum(axis=1)
    nation = past.national[week] - past.national[np.maximum(week - WEEKS, 0)]
    share = nation / np.maximum(nation.sum(axis=1, keepdims=True), 1.0)
    expected = (own + BORROWED * weekly[:, None] * share) / (weeks + BORROWED)
    phi = _phi(squares, mean, weeks)
    dispersion = np.maximum(DISPERSION_MIN, (phi - 1.0) / np.maximum(weekly / 7.0, 1e-9))
    total = own.sum(axis=1)
    uncertainty = phi / np.maximum(total, 1.0) + DISPERSION_MIN
    closed = (empty * (mean >= SURE_WEEKDAY)).sum(axis=1) / (7.0 * weeks[:, 0])
    return Profile((n >= WEEKS_MIN) & (total > 0), expected, dispersion, uncertainty, closed)


def everybody(past: Trailing, studies: Floats, weekdays: Ints) -> tuple[Floats, Floats]:
    """What all streams together were expected to do on each day, and each stream's own part of it."""
    week = past.week_of(np.arange(studies.shape[1]))
    start = np.maximum(week[None, :] - WEEKS, past.begun[:, None])
    known = week[None, :] - start
    rows = np.arange(len(studies))[:, None]
    sums = (
        past.counts[rows, week[None, :], weekdays[None, :]]
        - past.counts[rows, np.minimum(start, week[None, :]), weekdays[None, :]]
    )
    own = np.where(known >= WEEKS_MIN, sums / np.maximum(known, 1), 0.0)
    return own.sum(axis=0), own


def _cumulated(by_week: NDArray[np.generic]) -> Floats:
    """Sums over the weeks before each week: index w holds weeks 0 … w - 1."""
    sums = np.zeros((by_week.shape[0], by_week.shape[1] + 1, 7))
    np.cumsum(by_week, axis=1, out=sums[:, 1:])
    return sums


def _window(sums: Floats, stream: Ints, week: Ints, weeks: Ints) -> Floats:
    return np.asarray(sums[stream, week] - sums[stream, week - weeks], dtype=np.float64)


def _phi(squares: Floats, mean: Floats, weeks: Floats) -> Floats:
    spread = np.maximum(squares - weeks * mean**2, 0.0)
    pearson = np.divide(spread, mean, out=np.zeros_like(mean), where=mean > 0).sum(axis=1)
    freedom = (mean > 0).sum(axis=1) * (weeks[:, 0] - 1)
    return np.asarray(np.maximum(1.0, pearson / np.maximum(freedom, 1)), dtype=np.float64)
