# SPDX-License-Identifier: Apache-2.0
"""Average run lengths of CUSUM charts: how long until an alarm, and which limit gives a stated one.

Normal observations: the integral equation of the run length, solved on Gauss-Legendre nodes.  Counts: the
exact Markov chain on the lattice the chart moves on.  Both agree with the tables named in each function.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import isfinite, lcm, sqrt
from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.sparse import csc_array
from scipy.special import ndtr

from nadzor.detect.stats.absorbing_chain import mean_exit_times, mean_exit_times_sparse

Floats = NDArray[np.float64]
Sided = Literal["one", "two"]

LIMIT_STEPS_MAX: Final = 6000
"""Steps within which a limit is searched."""
LATTICE_MAX: Final = 50_000
"""States of a chain that still solve in a second."""
MOVES_MAX: Final = 2_000_000
COUNT_MAX: Final = 1e6
NODES_PER_DEVIATION: Final = 8
NODES_MAX: Final = 800


class Counts(Protocol):
    """A distribution of counts."""

    def pmf(self, k: NDArray[np.int64], /) -> Floats:
        """The chance of k."""

    def cdf(self, k: NDArray[np.int64], /) -> Floats:
        """The chance of k or fewer."""

    def sf(self, k: NDArray[np.int64], /) -> Floats:
        """The chance of more than k."""

    def mean(self) -> float:
        """The mean count."""


def normal_cusum_arl(
    k: float, h: float, *, mu: float = 0.0, headstart: float = 0.0, sided: Sided = "one"
) -> float:
    """Expected number of observations until a CUSUM of standard normal values with mean mu passes h.

    Method: Brook & Evans 1972, Vance 1986, Nystroem solution; two sides joined as Lucas & Crosier 1982, eq.
    2.
    Units: k, h, mu and headstart in standard deviations.
    """
    if not (isfinite(k) and isfinite(mu) and 0.0 <= headstart <= h):
        raise ValueError("a headstart lies between 0 and the limit")
    if sided == "one":
        return finite(_normal_one_sided(k, h, mu, headstart)[0])
    if k < 0.0:
        raise ValueError("a chart of two sides has a reference value that is not negative")
    (near, near0), (far, far0) = (_normal_one_sided(k, h, m, headstart) for m in (abs(mu), -abs(mu)))
    if not isfinite(far0):
        return finite(near)  # the other side never alarms within what a double can tell
    mine = far0 / (near0 + far0)
    return finite(near * mine + near0 * (far / far0) * mine - near0 * mine)


def normal_cusum_threshold(k: float, arl0: float, *, headstart: float = 0.0, sided: Sided = "one") -> float:
    """The limit whose run length without any shift is arl0."""
    return _root(lambda h: normal_cusum_arl(k, h, headstart=min(headstart, h), sided=sided) - arl0, high=40.0)


def poisson_cusum_arl(
    mu: float, k: float, h: float, *, headstart: float = 0.0, scaling: int | None = None
) -> float:
    """Expected number of counts with mean mu until S = max(0, S + X - k) reaches h.

    Method: Lucas 1985: exact Markov chain on the lattice of step 1/scaling on which k and h lie.
    """
    if not 0.0 < mu <= COUNT_MAX:
        raise ValueError("the mean of counts is positive")
    from scipy.stats import poisson  # only here: all of scipy.stats takes a second to load

    return _count_arl(poisson(mu), (k, h, headstart), scaling)


def poisson_cusum_threshold(mu: float, k: float, arl0: float, *, scaling: int | None = None) -> float:
    """The smallest limit on the lattice of k whose run length at mean mu is at least arl0."""
    m = scaling or _lattice_of(k)
    return _smallest(lambda steps: poisson_cusum_arl(mu, k, steps / m, scaling=m) >= arl0) / m


def binomial_cusum_arl(
    p: float, n: int, k: float, h: float, *, headstart: float = 0.0, scaling: int | None = None
) -> float:
    """Expected number of samples of size n until a CUSUM of binomial counts reaches h.

    A sample of one is the Bernoulli chart.

    Method: Reynolds & Stoumbos 1999: exact Markov chain on the lattice of step 1/scaling.
    """
    if not (0.0 < p <= 1.0 and 1 <= n <= COUNT_MAX):
        raise ValueError("a share lies in 0..1 and a sample holds one at least")
    from scipy.stats import binom

    return _count_arl(binom(n, p), (k, h, headstart), scaling)


def binomial_cusum_threshold(p: float, n: int, k: float, arl0: float, *, scaling: int | None = None) -> float:
    """The smallest limit on the lattice of k whose run length at share p is at least arl0."""
    m = scaling or _lattice_of(k)
    return _smallest(lambda steps: binomial_cusum_arl(p, n, k, steps / m, scaling=m) >= arl0) / m


def log_ratio_reference(ratio: float) -> float:
    """The reference value k, in units of the expected count, that is best against a rise by this ratio.

    Method: Lucas 1985: k = (r - 1) / ln r.

    >>> round(log_ratio_reference(2.0), 4)
    1.4427
    """
    return float((ratio - 1.0) / np.log(ratio))


def finite(run: float) -> float:
    """A run length that a double can hold."""
    if not isfinite(run):
        raise ValueError("the chart gives no alarm within what a double can count")
    return float(run)


@lru_cache(maxsize=8)
def _legendre(count: int) -> tuple[Floats, Floats]:
    return np.polynomial.legendre.leggauss(count)


def nodes(low: float, high: float, *, deviation: float = 1.0) -> tuple[Floats, Floats]:
    """Quadrature nodes and weights, dense enough for a normal kernel of this standard deviation."""
    if not (isfinite(low) and isfinite(high) and high > low):
        raise ValueError("a limit lies above where the chart starts")
    wished = NODES_PER_DEVIATION * (high - low) / deviation
    if wished > 2 * NODES_MAX:
        raise ValueError("the limit lies too many standard deviations away to be computed precisely")
    x, w = _legendre(int(min(NODES_MAX, max(40, wished))))
    half = (high - low) / 2.0
    return low + half * (x + 1.0), half * w


def normal_density(x: Floats) -> Floats:
    """The density of the standard normal distribution."""
    return np.asarray(np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi), dtype=np.float64)


def _normal_one_sided(k: float, h: float, mu: float, headstart: float) -> tuple[float, float]:
    """Run lengths from the headstart and from zero, where the chart has an atom."""
    x, w = nodes(0.0, h)
    at = np.concatenate((x, [0.0, headstart]))[:, None]
    moves = np.hstack((w * normal_density(x + k - at - mu), ndtr(k - at - mu)))
    steps = mean_exit_times(moves[:-1], ndtr(at[:-1, 0] + mu - k - h))
    begun = 1.0 + moves[-1] @ steps if headstart and np.isfinite(steps).all() else steps[-1]
    return float(begun), float(steps[-1])


def _count_arl(counts: Counts, chart: tuple[float, float, float], scaling: int | None) -> float:
    """The run length of a chart (k, h, headstart) of counts; on a very fine lattice where none holds it."""
    k, h, headstart = chart
    if not (isfinite(h) and 0.0 <= k < COUNT_MAX and h > 0.0 and 0.0 <= headstart < h):
        raise ValueError("k and the lattice are not negative, the limit is above 0, a headstart below it")
    m = scaling or min(_lattice_of(k, h, headstart), max(1, int(LATTICE_MAX / h)))
    return _lattice_arl(counts, m, (round(k * m), round(h * m), round(headstart * m)))


def _lattice_arl(counts: Counts, m: int, steps: tuple[int, int, int]) -> float:
    """The run length of a chart whose k, h and headstart are whole steps of the lattice."""
    down, limit, start = steps
    if not 0 < limit <= LATTICE_MAX or not 0 <= start < limit or m > LATTICE_MAX:
        raise ValueError(
            f"a limit takes 1..{LATTICE_MAX} steps of the lattice, and a headstart lies below it"
        )
    states = np.arange(limit)
    to_zero = (down - states) // m
    least = np.maximum(0, to_zero + 1)
    width = min(limit // m + 1, max(0, int(_reach(counts)) - int(least.min())))
    if limit * width > MOVES_MAX:
        raise ValueError(f"a chart with more than {MOVES_MAX} moves between its states is too large")
    count = least[:, None] + np.arange(width)
    target = states[:, None] + m * count - down
    stays = target < limit
    sources = np.broadcast_to(states[:, None], count.shape)[stays]
    shares = np.concatenate((counts.cdf(to_zero), counts.pmf(count[stays])))
    ends = (np.concatenate((states, sources)), np.concatenate((np.zeros_like(states), target[stays])))
    leaves = counts.sf(-((states - limit - down) // m) - 1)
    steps_to_alarm = mean_exit_times_sparse(csc_array((shares, ends), shape=(limit, limit)), leaves)
    return finite(float(steps_to_alarm[start]))


def _reach(counts: Counts) -> float:
    """A count beyond which no double can tell the chance from nothing."""
    return counts.mean() + 35.0 * sqrt(counts.mean()) + 200.0


def _lattice_of(*values: float) -> int:
    """The coarsest lattice on which the values lie."""
    return lcm(*(_denominator(value) for value in values))


def _denominator(value: float) -> int:
    """The denominator of the simplest fraction found that equals the value to nine digits."""
    exact = Fraction(value)
    tried = (exact.limit_denominator(2**power) for power in range(21))
    near = (one.denominator for one in tried if abs(float(one) - value) <= 1e-9 * max(1.0, abs(value)))
    return next(near, 2**20)


def _smallest(enough: Callable[[int], bool]) -> int:
    high = 1
    while not enough(high):
        high *= 2
        if high > LIMIT_STEPS_MAX:
            raise ValueError("no limit on this lattice gives so long a run")
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _root(gap: Callable[[float], float], *, high: float) -> float:
    low, reach = 1e-3, 1.0
    while gap(reach) < 0:
        low, reach = reach, reach * 1.5
        if reach > high:
            raise ValueError("no limit gives so long a run")
    return float(brentq(gap, low, reach, xtol=1e-10))
