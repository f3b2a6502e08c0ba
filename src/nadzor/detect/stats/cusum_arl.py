# SPDX-License-Identifier: Apache-2.0
"""Average run lengths of CUSUM and EWMA charts: how long until an alarm, and which limit gives a stated one.

Normal observations: the integral equation of the run length, solved on Gauss-Legendre nodes.  Counts: the
exact Markov chain on the lattice the chart moves on.  Both agree with the tables named in each function.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.linalg import solve
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import binom, poisson

Floats = NDArray[np.float64]
Sided = Literal["one", "two"]
ENDLESS = 1e12
LATTICE_MAX = 6000
"""States of a chain that still solve in seconds; a finer lattice changes no published digit."""


def normal_cusum_arl(
    k: float, h: float, *, mu: float = 0.0, headstart: float = 0.0, sided: Sided = "one"
) -> float:
    """Expected number of observations until a CUSUM of standard normal values with mean mu passes h.

    Method: Brook & Evans 1972, Vance 1986, Nystroem solution; two sides joined as Lucas & Crosier 1982, eq.
    2.
    Units: k, h, mu and headstart in standard deviations.
    """
    if sided == "one":
        return float(_normal_one_sided(k, h, mu, np.array([headstart]))[0])
    starts = np.array([headstart, 0.0])
    (near, near0), (far, far0) = (_normal_one_sided(k, h, m, starts) for m in (abs(mu), -abs(mu)))
    if not 0.0 < far0 < ENDLESS:
        return float(near)  # the other side never alarms within what a double can tell
    return float((near * far0 + far * near0 - near0 * far0) / (near0 + far0))


def normal_cusum_threshold(k: float, arl0: float, *, headstart: float = 0.0, sided: Sided = "one") -> float:
    """The limit whose run length without any shift is arl0."""
    return _root(lambda h: normal_cusum_arl(k, h, headstart=min(headstart, h), sided=sided) - arl0, high=40.0)


def poisson_cusum_arl(
    mu: float, k: float, h: float, *, headstart: float = 0.0, scaling: int | None = None
) -> float:
    """Expected number of counts with mean mu until S = max(0, S + X - k) reaches h.

    Method: Lucas 1985: exact Markov chain on the lattice of step 1/scaling on which k and h lie.
    """
    return _lattice_arl(lambda x: poisson.pmf(x, mu), k=k, h=h, headstart=headstart, scaling=scaling)


def poisson_cusum_threshold(mu: float, k: float, arl0: float, *, scaling: int | None = None) -> float:
    """The smallest limit on the lattice of k whose run length at mean mu is at least arl0."""
    m = scaling or _lattice_of(k)
    return _smallest(lambda steps: poisson_cusum_arl(mu, k, steps / m, scaling=m) >= arl0) / m


def binomial_cusum_arl(p: float, n: int, k: float, h: float, *, scaling: int | None = None) -> float:
    """Expected number of samples of size n until a CUSUM of binomial counts reaches h.

    A sample of one is the Bernoulli chart.

    Method: Reynolds & Stoumbos 1999: exact Markov chain on the lattice of step 1/scaling.
    """
    return _lattice_arl(lambda x: binom.pmf(x, n, p), k=k, h=h, headstart=0.0, scaling=scaling)


def binomial_cusum_threshold(p: float, n: int, k: float, arl0: float, *, scaling: int | None = None) -> float:
    """The smallest limit on the lattice of k whose run length at share p is at least arl0."""
    m = scaling or _lattice_of(k)
    return _smallest(lambda steps: binomial_cusum_arl(p, n, k, steps / m, scaling=m) >= arl0) / m


def normal_ewma_arl(
    weight: float, limit: float, *, mu: float = 0.0, sided: Sided = "two", barrier: float = 0.0
) -> float:
    """Expected number of observations until an EWMA of standard normal values leaves its limits.

    Method: Crowder 1987; the one-sided chart reflects at `barrier`, as Waldmann 1986.
    Units: limit and barrier in standard deviations of the EWMA's steady state.
    """
    scale = np.sqrt(weight / (2.0 - weight))
    top, start = limit * scale, 0.0
    bottom = -top if sided == "two" else barrier * scale
    x, w = _nodes(bottom, top)
    at = np.append(x, start)
    kernel = w * _phi((x - (1.0 - weight) * at[:, None]) / weight - mu) / weight
    if sided == "one":
        at = np.append(at, bottom)
        kernel = np.vstack((kernel, w * _phi((x - (1.0 - weight) * bottom) / weight - mu) / weight))
        atom = ndtr((bottom - (1.0 - weight) * at) / weight - mu)
        return float(_solve_with_atom(kernel, atom)[-2])
    inner = solve(np.eye(len(x)) - kernel[:-1], np.ones(len(x)))
    return float(1.0 + kernel[-1] @ inner)


def log_ratio_reference(ratio: float) -> float:
    """The reference value k, in units of the expected count, that is best against a rise by this ratio.

    Method: Lucas 1985: k = (r - 1) / ln r.

    >>> round(log_ratio_reference(2.0), 4)
    1.4427
    """
    return float((ratio - 1.0) / np.log(ratio))


def _normal_one_sided(k: float, h: float, mu: float, starts: Floats) -> Floats:
    x, w = _nodes(0.0, h)
    at = np.concatenate((x, starts, [0.0]))
    kernel = w * _phi(x + k - at[:, None] - mu)
    return _solve_with_atom(kernel, ndtr(k - at - mu))[len(x) : -1]


def _solve_with_atom(kernel: Floats, atom: Floats) -> Floats:
    """Run lengths at the nodes and at further points; the last of them is the state that carries an atom."""
    nodes = kernel.shape[1]
    full = np.zeros((nodes + 1, nodes + 1))
    rows = [*range(nodes), -1]
    full[:, :nodes] = kernel[rows]
    full[:, -1] = atom[rows]
    known = solve(np.eye(nodes + 1) - full, np.ones(nodes + 1))
    return np.asarray(1.0 + kernel @ known[:-1] + atom * known[-1], dtype=np.float64)


def _nodes(low: float, high: float) -> tuple[Floats, Floats]:
    if not high > low:
        raise ValueError("a limit lies above where the chart starts")
    count = int(min(400, max(40, 16 * (high - low))))
    x, w = np.polynomial.legendre.leggauss(count)
    half = (high - low) / 2.0
    return low + half * (x + 1.0), half * w


def _phi(x: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi), dtype=np.float64)


def _lattice_arl(
    pmf: Callable[[NDArray[np.int64]], Floats], *, k: float, h: float, headstart: float, scaling: int | None
) -> float:
    m = scaling or _lattice_of(k, h)
    down, limit, start = (round(value * m) for value in (k, h, headstart))
    if not 0 < limit <= LATTICE_MAX or not 0 <= start < limit or down < 0:
        raise ValueError(
            f"a limit takes 1..{LATTICE_MAX} steps of the lattice, and a headstart lies below it"
        )
    chance = pmf(np.arange((limit + down) // m + 2))
    chain = np.zeros((limit, limit))
    states = np.arange(limit)
    for count, share in enumerate(chance):
        target = np.maximum(0, states + m * count - down)
        stays = target < limit
        chain[states[stays], target[stays]] += share
    return float(solve(np.eye(limit) - chain, np.ones(limit))[start])


def _lattice_of(*values: float) -> int:
    """The coarsest lattice on which the values lie, up to a hundredth."""
    parts = [Fraction(value).limit_denominator(100).denominator for value in values]
    return int(np.lcm.reduce(parts))


def _smallest(enough: Callable[[int], bool]) -> int:
    high = 1
    while not enough(high):
        high *= 2
        if high > LATTICE_MAX:
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
