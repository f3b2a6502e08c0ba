# SPDX-License-Identifier: Apache-2.0
"""Intervals and tests for a number of events against the number expected."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, floor, isfinite, log1p

from msgspec import Struct
from scipy.special import gammaincinv, gammaln, pdtr, pdtrc, xlogy

_SAME = 1.0 + 1e-7  # R's tolerance for "equally likely" in poisson.test, so that the figures can be compared


class RateRatio(Struct, frozen=True):
    """Observed over expected, its exact interval, and three p-values of "the ratio is one"."""

    ratio: float
    low: float
    high: float
    p_two_sided: float
    p_greater: float
    p_less: float


def rate_ratio(observed: int, expected: float, *, level: float = 0.95, against: float = 1.0) -> RateRatio:
    """The ratio of an observed Poisson count to its expectation, with exact limits.

    Method: Garwood 1936 limits; two-sided p adds all outcomes not likelier than the one seen.

    >>> round(rate_ratio(5, 2.1).ratio, 4)
    2.381
    """
    low, high = count_bounds(observed, level=level)
    if not (isfinite(expected) and expected > 0 and against > 0):
        raise ValueError("an expectation is positive")
    null = expected * against
    greater = 1.0 if observed == 0 else float(pdtrc(observed - 1, null))
    two_sided = _as_unlikely(observed, null)
    return RateRatio(
        observed / expected, low / expected, high / expected, two_sided, greater, float(pdtr(observed, null))
    )


def count_bounds(observed: float, *, level: float = 0.95) -> tuple[float, float]:
    """The exact limits of a Poisson mean after a count.

    Method: Garwood 1936, as quantiles of the gamma distribution.
    """
    if not (isfinite(observed) and observed >= 0 and 0.0 < level < 1.0):
        raise ValueError("a count is not negative and a level lies strictly between 0 and 1")
    tail = (1.0 - level) / 2.0
    low = 0.0 if observed == 0 else float(gammaincinv(observed, tail))
    return low, float(gammaincinv(observed + 1.0, 1.0 - tail))


def silence_evidence(expected: float, *, dispersion: float = 0.0) -> float:
    """How surprising no event at all is, where so many were expected: minus the log of its chance.

    Method: the zero class of the negative binomial, log P0 = -ln(1 + mu k) / k; Poisson when k is 0.
    Units: nats; 9.2 is one in ten thousand.
    """
    if expected < 0 or dispersion < 0:
        raise ValueError("an expectation and a dispersion are not negative")
    return log1p(expected * dispersion) / dispersion if dispersion > 0 else expected


def _as_unlikely(observed: int, mean: float) -> float:
    """The chance of all counts that are no likelier than the one seen; each side is one run of counts."""
    likelihood = _chance(observed, mean) * _SAME
    if observed == mean:
        return 1.0
    middle = floor(mean)
    if observed < mean:
        reach = max(2 * middle, 1)
        while _chance(reach, mean) > likelihood:
            reach *= 2
        beyond = _first(middle + 1, reach, lambda count: _chance(count, mean) <= likelihood)
        return float(min(1.0, pdtr(observed, mean) + pdtrc(beyond - 1, mean)))
    below = _first(0, middle + 1, lambda count: _chance(count, mean) > likelihood)
    return float(min(1.0, (pdtr(below - 1, mean) if below else 0.0) + pdtrc(observed - 1, mean)))


def _chance(count: int, mean: float) -> float:
    return exp(float(xlogy(count, mean) - gammaln(count + 1.0) - mean))


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The first count of low..high where it holds, knowing that it holds from there on and at the end."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
