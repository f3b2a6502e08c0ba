# SPDX-License-Identifier: Apache-2.0
"""How many studies were to be expected of each stream on each day, from the complete weeks before it.

A stream is one device at one site.  What is not seen (a holiday, an outage, a day on which a whole region
rested) teaches nothing: it is left out of the past rather than counted as an empty day.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WEEKS = 8
"""Weeks that make an expectation: long enough for a weekday profile, short enough to follow growth."""
DAYS_MIN = 22
"""Days seen within those weeks before anything is expected at all."""
BORROWED = 0.5
"""Weeks lent by the national weekday profile to a stream's own."""
DISPERSION_MIN = 0.01
"""Nobody's days are purely Poisson: at least 10 % extra variation from day to day."""
DISPERSION_USUAL = 0.02
DISPERSION_SPREAD = 0.03
"""How much the extra variation of sites differs: a site's own estimate is shrunk accordingly."""
LEVEL_SPREAD = 0.003
"""Variance that two months of trend add to a level."""
SURE_WEEKDAY = 3.0
"""Studies expected on a weekday before an empty one of the past counts as a habit of closing."""


class Volume(Struct, frozen=True):
    """What is known of each stream at the beginning of each week: arrays by stream, week (and weekday)."""

    offset: int
    length: int
    known: Bools
    expected: Floats
    dispersion: Floats
    uncertainty: Floats
    habit: Floats

    def week_of(self, column: Ints) -> Ints:
        """The week in which a column lies."""
        return np.asarray((column + self.offset) // 7, dtype=np.int64)

    def by_day(self) -> Floats:
        """Studies expected of each stream on each day; zero where too little is known."""
        told = np.where(self.known[:, :, None], self.expected, 0.0)
        return unfolded(told, self.offset, self.length)

    def dispersion_by_day(self) -> Floats:
        """The over-dispersion of each stream on each day."""
        return np.repeat(self.dispersion, 7, axis=1)[:, self.offset : self.offset + self.length]


class Memory(Struct, frozen=True):
    """How much of the past makes an expectation: so many weeks, the last `lag` of them left out.

    Units: `drift` is the relative variance that the trend adds to a level in that time; of fewer than
    `days_min` days nothing is learnt.
    """

    weeks: int = WEEKS
    lag: int = 0
    drift: float = LEVEL_SPREAD
    days_min: int = DAYS_MIN


def learn(studies: Floats, seen: Bools, offset: int, *, memory: Memory | None = None) -> Volume:
    """The weekday profile, dispersion, uncertainty and closing habit of every stream before every week.

    Method: means of the same weekday shrunk to the national profile; negative binomial k by moments from
    Pearson's statistic, shrunk to the national median by its own standard error.
    Units: offset is the first day's weekday, Monday is 0.
    """
    memory = memory or Memory()
    streams, length = studies.shape
    seen = seen & _begun(studies, offset)
    counts, squares, empty, days = (
        _before(folded(part, offset), memory)
        for part in (studies * seen, studies**2 * seen, (studies == 0) & seen, seen)
    )
    mean = counts / np.maximum(days, 1.0)
    weekly = _of_week(mean)
    known = (_of_week(days) >= memory.days_min) & (_of_week(counts) > 0)
    nation = (mean * known[:, :, None]).sum(axis=0)
    share = nation / np.maximum(nation.sum(axis=1, keepdims=True), 1e-9)
    expected = (counts + BORROWED * weekly[:, :, None] * share) / (days + BORROWED)
    dispersion = _dispersion(squares, mean, days, known)
    phi = 1.0 + dispersion * weekly / 7.0
    uncertainty = phi / np.maximum(_of_week(counts), 1.0) + memory.drift
    closed = _of_week(empty * (mean >= SURE_WEEKDAY)) / np.maximum(_of_week(days), 1.0)
    return Volume(offset, length, known, expected, dispersion, uncertainty, closed)


def folded(by_day: NDArray[np.generic], offset: int) -> Floats:
    """Days as weeks: stream, week, weekday; zero before the first and after the last day."""
    streams, length = by_day.shape
    weeks = -(-(length + offset) // 7)
    padded = np.zeros((streams, weeks * 7))
    padded[:, offset : offset + length] = by_day
    return padded.reshape(streams, weeks, 7)


def unfolded(by_week: Floats, offset: int, length: int) -> Floats:
    """Weeks as days again."""
    return np.asarray(by_week.reshape(len(by_week), -1)[:, offset : offset + length])


def _begun(studies: Floats, offset: int) -> Bools:
    """Days from the first complete week of a stream on."""
    length = studies.shape[1]
    first = np.where((studies > 0).any(axis=1), (studies > 0).argmax(axis=1), length)
    monday = -(-(first + offset) // 7) * 7 - offset
    return np.asarray(np.arange(length) >= monday[:, None])


def _before(by_week: Floats, memory: Memory) -> Floats:
    """Sums over the weeks before each week."""
    sums = np.zeros((by_week.shape[0], by_week.shape[1] + 1, 7))
    np.cumsum(by_week, axis=1, out=sums[:, 1:])
    weeks = by_week.shape[1]
    told = np.zeros(by_week.shape)
    told[:, memory.lag :] = sums[:, : max(weeks - memory.lag, 0)]
    gone = memory.lag + memory.weeks
    told[:, gone:] -= sums[:, : max(weeks - gone, 0)]
    return told


def _of_week(by_weekday: Floats) -> Floats:
    """Sums over the weekdays: seven additions, where a sum over so short an axis costs four times as much."""
    whole = by_weekday[..., 0] + by_weekday[..., 1]
    for weekday in range(2, 7):
        whole += by_weekday[..., weekday]
    return np.asarray(whole, dtype=np.float64)


def _dispersion(squares: Floats, mean: Floats, days: Floats, known: Bools) -> Floats:
    """Negative binomial k of each stream before each week, shrunk to that of the nation."""
    spread = np.maximum(squares - days * mean**2, 0.0)
    pearson = _of_week(np.divide(spread, mean, out=np.zeros_like(mean), where=mean > 0))
    freedom = np.maximum(_of_week(np.maximum(days - 1.0, 0.0) * (mean > 0)), 1.0)
    level = np.maximum(_of_week(mean) / 7.0, 1e-6)
    own = (pearson / freedom - 1.0) / level
    nation = _national(own, known & (level >= 5.0))
    error = np.sqrt(2.0 / freedom) * (1.0 + nation * level) / level
    trust = DISPERSION_SPREAD**2 / (DISPERSION_SPREAD**2 + error**2)
    shrunk = nation + np.where(own - nation > 2.0 * error, 1.0, trust) * (own - nation)
    return np.asarray(np.maximum(DISPERSION_MIN, shrunk))


def _national(own: Floats, sure: Bools) -> Floats:
    """The median k of each week; the usual one where fewer than five streams are sure."""
    values = np.sort(np.where(sure, own, np.inf), axis=0)
    count = sure.sum(axis=0)
    middle = np.take_along_axis(values, np.maximum(count // 2, 0)[None] % len(values), axis=0)[0]
    return np.where(count >= 5, np.clip(middle, DISPERSION_MIN, 1.0), DISPERSION_USUAL)
