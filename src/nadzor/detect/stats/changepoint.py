# SPDX-License-Identifier: Apache-2.0
"""Where the level of a series changed: all changes by a penalised fit, and the likeliest single one.

Why: a way to look back, after something else raised an alarm; a search for changes is no detector.
Indexes count from 0 and name the first value of the new level.
"""

from __future__ import annotations

from math import ceil, exp, log, pi, sqrt
from typing import Final, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
_ROUNDS: Final = 8
_CORRELATED: Final = 0.98
_LEFT_OUT: Final = 0.1


class Noise(NamedTuple):
    """Standard deviation of the values about their level, and correlation of neighbours."""

    sd: float
    correlation: float

    def long_run(self) -> float:
        """The variance a mean of many neighbours has, times their number."""
        return self.sd**2 * (1.0 + self.correlation) / (1.0 - self.correlation)


class Changes(Struct, frozen=True):
    """First index of every new level, and the slope common to all levels; no slope where none is needed."""

    at: tuple[int, ...]
    slope: float | None
    cost: float


class Single(Struct, frozen=True):
    """The likeliest single change with its credible interval, and the mean on either side."""

    at: int
    first: int
    last: int
    before: float
    after: float


def noise(values: Floats) -> Noise:
    """Noise that a few changes of level and a steady slope do not touch.

    Method: mean absolute differences of values one and two apart less their median, the largest tenth left
    out as if normal; the correlation of an AR(1) from their squared ratio less one (as Chakar et al. 2017,
    Bernoulli 23:1408, do with medians, which fail on small counts), held within 0 and 0.98.  Where nothing
    is left, the root mean square of all differences, uncorrelated.
    """
    near, far = _spread(values, 1), _spread(values, 2)
    if near <= 0.0:
        steps = np.diff(values)
        return Noise(float(np.sqrt(np.mean((steps - np.median(steps)) ** 2) / 2.0)), 0.0)
    correlation = min(max((far / near) ** 2 - 1.0, 0.0), _CORRELATED)
    return Noise(near / sqrt(2.0 * (1.0 - correlation)), correlation)


def _spread(values: Floats, apart: int) -> float:
    """The deviation of differences so many places apart, by their inner nine tenths."""
    steps = values[apart:] - values[:-apart]
    sizes = np.sort(np.abs(steps - np.median(steps)))
    kept = len(sizes) - ceil(_LEFT_OUT * len(sizes))
    if kept < 1:
        return 0.0
    bound = float(ndtri(0.5 + 0.5 * kept / len(sizes)))
    usual = (1.0 - exp(-bound * bound / 2.0)) * sqrt(2.0 / pi) * len(sizes) / kept
    return float(sizes[:kept].mean()) / usual


def changes(values: Floats, *, penalty: float | None = None, least: int = 5, trend: bool = True) -> Changes:
    """All changes of level, each paid for by a penalty in units of the noise.

    Method: optimal partitioning with pruning (PELT, Killick et al. 2012) of squares over the long-run
    variance; penalty 3 ln n a change (Zhang & Siegmund 2007), ln n for a common slope, which is kept where
    it pays.
    """
    if len(values) < max(2 * least, 4):
        return Changes((), None, 0.0)
    spread = sqrt(noise(values).long_run())
    if spread <= 0.0:
        return Changes((), float(np.median(np.diff(values))) if trend and np.ptp(values) > 0 else None, 0.0)
    scaled = (values - values.mean()) / spread
    paid = 3.0 * log(len(values)) if penalty is None else penalty
    level = _Cut(scaled, paid, least).best()
    told = Changes(level[0], None, level[1])
    for start in _slopes(scaled) if trend else ():
        tilted = _tilted(scaled, start, paid=paid, least=least)
        told = min(told, tilted, key=lambda one: one.cost)
    return Changes(told.at, told.slope and told.slope * spread, told.cost)


def single(values: Floats, *, level: float = 0.95) -> Single | None:
    """The likeliest place of one change of level; none for fewer than four values or without any spread.

    Method: posterior of the place with unknown levels and variance, flat priors (Smith 1975, Biometrika
    62:407): p(t) ~ (t (n - t))^(-1/2) SSE(t)^(-(n - 2) / 2); interval between its tails.
    """
    n = len(values)
    if n < 4 or float(np.ptp(values)) <= 0.0:
        return None
    centred = values - values.mean()
    left = np.arange(1, n)
    gain = np.cumsum(centred)[:-1] ** 2 * (1.0 / left + 1.0 / (n - left))
    squares = np.maximum(float(centred @ centred) - gain, 1e-12 * float(centred @ centred))
    weight = -0.5 * np.log(left * (n - left)) - (n - 2) / 2.0 * np.log(squares)
    share = np.exp(weight - weight.max())
    reached = np.cumsum(share) / share.sum()
    tail = (1.0 - level) / 2.0
    first, last = (int(np.searchsorted(reached, bound)) + 1 for bound in (tail, 1.0 - tail))
    at = int(np.argmax(share)) + 1
    return Single(at, min(first, at), max(last, at), float(values[:at].mean()), float(values[at:].mean()))


class _Cut:
    """The cheapest partition of values whose noise has variance one."""

    def __init__(self, values: Floats, paid: float, least: int) -> None:
        self.sums = np.concatenate(([0.0], np.cumsum(values)))
        self.squares = np.concatenate(([0.0], np.cumsum(values**2)))
        self.paid, self.least = paid, least

    def best(self) -> tuple[tuple[int, ...], float]:
        """First indexes of all levels but the first, and the cost."""
        n = len(self.sums) - 1
        total, last = np.full(n + 1, np.inf), np.zeros(n + 1, dtype=np.int64)
        total[0], open_since = -self.paid, np.zeros(1, dtype=np.int64)
        for end in range(self.least, n + 1):
            costs = total[open_since] + self._cost(open_since, end)
            choice = int(np.argmin(costs))
            total[end], last[end] = costs[choice] + self.paid, open_since[choice]
            open_since = np.append(open_since[costs <= total[end]], end - self.least + 1)
        return _walked(last, n), float(total[n])

    def _cost(self, start: NDArray[np.int64], end: int) -> Floats:
        total = self.sums[end] - self.sums[start]
        return np.asarray(
            self.squares[end] - self.squares[start] - total**2 / (end - start), dtype=np.float64
        )


def _walked(last: NDArray[np.int64], end: int) -> tuple[int, ...]:
    found = []
    while end > 0:
        end = int(last[end])
        found.append(end)
    return tuple(sorted(found))[1:]


def _slopes(values: Floats) -> tuple[float, float]:
    """Where the search for a slope begins: least squares, and the median over a tenth of the series."""
    when = np.arange(len(values)) - (len(values) - 1) / 2.0
    apart = max(1, len(values) // 10)
    return float(when @ values / (when @ when)), float(np.median(values[apart:] - values[:-apart])) / apart


def _tilted(values: Floats, slope: float, *, paid: float, least: int) -> Changes:
    """Levels on a common slope, cut and tilted in turn until neither changes."""
    when = np.arange(len(values), dtype=np.float64)
    found = Changes((), slope, float("inf"))
    for _ in range(_ROUNDS):
        at, cost = _Cut(values - slope * when, paid, least).best()
        if cost + log(len(values)) >= found.cost:
            break
        found = Changes(at, slope, cost + log(len(values)))
        slope = _slope_within(values, when, at)
    return found


def _slope_within(values: Floats, when: Floats, at: tuple[int, ...]) -> float:
    parts = [(t - t.mean(), y) for t, y in zip(np.split(when, at), np.split(values, at), strict=True)]
    return float(sum(t @ y for t, y in parts) / sum(t @ t for t, _ in parts))
