# SPDX-License-Identifier: Apache-2.0
"""Each stratum under a new version against its own days before: one stream of evidence for every release.

With x the difference of means and I its information, x I is a Brownian motion in the time I whatever the
unknown mean before was (Jennison & Turnbull 1997); sums over strata keep that.  So the baseline's error is in
the statistic, and what may be said after a look every day is exact.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from scipy.sparse import csr_array

from nadzor.detect.learned import Table
from nadzor.detect.series import Floats, Ints
from nadzor.detect.stats.learned_chart import to_normal
from nadzor.detect.stats.learned_strata import added
from nadzor.detect.version_regression.episodes import Episodes

HORIZON = 60
"""Days after a release within which it is judged."""
PAST = 120
"""Days before a stratum's own first day under the version that it is compared with."""
SPREAD_PRIOR = 30.0
"""Days that the assumption "no extra spread" weighs against the days before the release."""
POOLED = 100.0
"""Observations of the device's mean that are added to each stratum's variance."""
SKEW_MAX = 0.4
"""Sums more skewed than this say nothing yet."""


class Told(Struct, frozen=True, kw_only=True):
    """One stream of values: daily sums and counts of the rows of a table, and what a row's value is worth.

    `binary` values are 0 and 1 and move in logits; others have the variance `spread` and move by `unit` for
    each unit of effect.
    """

    total: Floats
    count: Floats
    spread: float = 0.0
    unit: float = 1.0

    @property
    def binary(self) -> bool:
        """Whether the values are shares."""
        return self.spread == 0.0


class Compared(Struct, frozen=True, kw_only=True):
    """The evidence of a stream by release and day: score S, information I; and by row what it consists of.

    `row` are the table's rows, `episode` their releases; `n`, `off` are by row and day since the release, not
    cumulated: counts and sums less what the stratum's past lets expect; `known` and `mean` are of that past.
    """

    score: Floats
    information: Floats
    row: Ints
    episode: Ints
    n: Floats
    off: Floats
    known: Floats
    mean: Floats
    spread: Floats
    rho: Floats
    unit: Floats


def compare(table: Table, told: Told, releases: Episodes, course: Floats) -> Compared:
    """The evidence of one stream; `course` is by day what all devices do together, in units of the effect.

    Method: extra spread rho between days by moments from the past of a release's strata, weights
    n / (v (1 + rho n)); Cornish-Fisher terms bring the skewness of small shares to the normal scale.
    """
    episode = releases.of(table)
    row = np.flatnonzero(episode >= 0)
    episode = episode[row]
    past = _past(table, told, row, course)
    mean, spread, known = _moments(told, past, table.code["device"][row])
    rho = _rho(past, mean, spread, episode, len(releases))[episode]
    unit = spread if told.binary else np.full(len(row), told.unit)
    n, x, common = _after(table, told, (row, releases.start[episode] - table.first), course)
    off = x - n * (mean[:, None] + unit[:, None] * common)
    extra = 1.0 + rho[:, None] * n
    usual = np.divide(known, past.days, out=np.zeros_like(known), where=past.days > 0)
    w0 = (known / (spread * (1.0 + rho * usual)))[:, None]
    w1 = np.cumsum(n / extra, axis=1) / spread[:, None]
    kept = np.divide(w0, w0 + w1, out=np.zeros_like(w1), where=w0 > 0)
    s = unit[:, None] * np.cumsum(off / extra, axis=1) / spread[:, None] * kept
    information = unit[:, None] ** 2 * w1 * kept
    by = csr_array((np.ones(len(row)), (episode, np.arange(len(row)))), shape=(len(releases), len(row)))
    third = np.zeros_like(s)
    if told.binary:
        cube = (spread * (1.0 - 2.0 * mean))[:, None]
        third = cube * (kept**3 * np.cumsum(n, axis=1) - (1.0 - kept) ** 3 * known[:, None])
    s, information = _normal(by @ s, by @ information, by @ third)
    return Compared(
        score=s, information=information, row=row, episode=episode, n=n, off=off, known=known, mean=mean,
        spread=spread, rho=rho, unit=unit,
    )  # fmt: skip


class _Past(Struct, frozen=True):
    """Sums over the days before a row's first: counts, values, values² / counts, days with any."""

    n: Floats
    x: Floats
    pearson: Floats
    days: Floats


def strata_of(table: Table) -> Ints:
    """To which stratum each row belongs: the same keys but for the version, which comes last."""
    return table.streams(*(name for name in table.code if name != "version"))


def _past(table: Table, told: Told, row: Ints, course: Floats) -> _Past:
    stratum = strata_of(table)
    n = added(told.count, stratum)
    x = added(told.total, stratum)
    if not told.binary:
        x = x - told.unit * n * course
    each = np.divide(x * x, n, out=np.zeros_like(x), where=n > 0)
    end = (told.count[row] > 0).argmax(axis=1)
    span = (stratum[row], end, np.maximum(end - PAST, 0))
    return _Past(*(_between(part, span) for part in (n, x, each, (n > 0).astype(np.float64))))


def _between(values: Floats, span: tuple[Ints, Ints, Ints]) -> Floats:
    stratum, end, begin = span
    sums = np.zeros((len(values), values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return np.asarray(sums[stratum, end] - sums[stratum, begin])


def _moments(told: Told, past: _Past, device: Ints) -> tuple[Floats, Floats, Floats]:
    """Mean, variance of one value, and count of each row's past; the variance leans on the device's."""
    devices = int(device.max(initial=-1)) + 1
    known = np.maximum(past.n, 0.0)
    mean = np.divide(past.x, known, out=np.zeros_like(known), where=known > 0)
    if told.binary:
        whole = (np.bincount(device, past.x, devices) + 0.5) / (np.bincount(device, known, devices) + 1.0)
        share = np.clip((past.x + POOLED * whole[device]) / (known + POOLED), 1e-4, 1.0 - 1e-4)
        return mean, share * (1.0 - share), known
    return mean, np.full(len(mean), told.spread), known


def _rho(past: _Past, mean: Floats, spread: Floats, episode: Ints, size: int) -> Floats:
    """By release, how much more days differ than their counts explain, per observation."""
    pearson = (past.pearson - 2.0 * mean * past.x + mean**2 * past.n) / spread
    excess = np.bincount(episode, pearson - np.maximum(past.days - 1.0, 0.0), size)
    usual = np.divide(past.n, past.days, out=np.zeros_like(past.n), where=past.days > 0)
    weight = np.bincount(episode, past.n + SPREAD_PRIOR * usual, size)
    return np.maximum(0.0, np.divide(excess, weight, out=np.zeros(size), where=weight > 0))


def _after(
    table: Table, told: Told, where: tuple[Ints, Ints], course: Floats
) -> tuple[Floats, Floats, Floats]:
    """Counts, sums and the common course on the days since each row's release; nothing beyond the last."""
    row, start = where
    column = start[:, None] + np.arange(HORIZON + 1)
    here = (column >= 0) & (column < table.length)
    column = np.where(here, column, 0)
    n, x = (part[row[:, None], column] * here for part in (told.count, told.total))
    return n, x, course[column]


def _normal(s: Floats, information: Floats, third: Floats) -> tuple[Floats, Floats]:
    """The same on the normal scale; nothing where the skewness is too large."""
    root = np.sqrt(np.maximum(information, 1e-12))
    skew = third / root**3
    usable = (np.abs(skew) <= SKEW_MAX) & (information > 0)
    z = to_normal(np.clip(s / root, -6.0, 6.0), np.where(usable, skew, 0.0))
    return np.where(usable, z * root, 0.0), np.where(usable, information, 0.0)
