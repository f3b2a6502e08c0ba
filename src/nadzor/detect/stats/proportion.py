# SPDX-License-Identifier: Apache-2.0
"""Intervals for proportions and their difference, and what a number of cases can reveal at all."""

from __future__ import annotations

from math import isfinite, sqrt

from msgspec import Struct
from scipy.special import bdtr, betaincinv, ndtri


class Bounds(Struct, frozen=True):
    """An estimate with its two confidence limits."""

    estimate: float
    low: float
    high: float


def clopper_pearson(events: float, trials: float, *, level: float = 0.95) -> Bounds:
    """The exact interval of a proportion: never covers less than it says.

    Method: Clopper & Pearson 1934, as quantiles of the beta distribution.
    Why: counts may be fractional, since over-dispersed counts are divided by their phi.

    >>> clopper_pearson(0, 20).high.__round__(4)
    0.1684
    """
    _check(events, trials, level)
    tail = (1.0 - level) / 2.0
    low = 0.0 if events <= 0 else float(betaincinv(events, trials - events + 1.0, tail))
    high = 1.0 if events >= trials else float(betaincinv(events + 1.0, trials - events, 1.0 - tail))
    return Bounds(events / trials, low, high)


def wilson(events: float, trials: float, *, level: float = 0.95, continuity: bool = False) -> Bounds:
    """The score interval of a proportion: shorter than the exact one, right on average.

    Method: Wilson 1927; with the continuity correction of Newcombe 1998 (Stat. Med. 17:857), method 4.
    """
    _check(events, trials, level)
    z = float(ndtri(0.5 + level / 2.0))
    share = events / trials
    if not continuity:
        half = z * sqrt(z * z + 4.0 * events * (1.0 - share))
        middle, width = 2.0 * events + z * z, 2.0 * (trials + z * z)
        low, high = (middle - half) / width, (middle + half) / width
        return Bounds(share, max(0.0, min(low, share)), min(1.0, max(high, share)))
    return Bounds(share, _corrected_low(share, trials, z), 1.0 - _corrected_low(1.0 - share, trials, z))


def newcombe(events: tuple[float, float], trials: tuple[float, float], *, level: float = 0.95) -> Bounds:
    """The interval of a difference of two independent proportions, first minus second.

    Method: Newcombe 1998 (Stat. Med. 17:873), method 10: square-and-add of two Wilson intervals.
    """
    first, second = (wilson(x, n, level=level) for x, n in zip(events, trials, strict=True))
    gap = first.estimate - second.estimate
    below = sqrt((first.estimate - first.low) ** 2 + (second.high - second.estimate) ** 2)
    above = sqrt((first.high - first.estimate) ** 2 + (second.estimate - second.low) ** 2)
    return Bounds(gap, gap - below, gap + above)


def binomial_below(events: float, trials: float, share: float) -> float:
    """The chance of so few events or fewer when the true share is as given: the p-value of a shortfall."""
    return float(bdtr(events, int(trials), share))


def smallest_detectable_drop(
    trials: int, declared: float, *, bound: float, alpha: float = 0.05, power: float = 0.8
) -> float | None:
    """How far below the declared share the truth must lie before so many cases show it; None if no drop can.

    Method: the exact test "share is at least the bound" rejects at x or fewer events, the largest x whose
    tail under the bound is at most alpha; the answer is where the power of that test reaches the wished one.
    Units: the answer is a difference of shares, 0..1.
    """
    _check(0, trials, power)
    _check(0, trials, 1.0 - alpha)
    if not 0.0 <= bound <= declared <= 1.0:
        raise ValueError("a bound lies between 0 and the declared share")
    critical = _critical(trials, bound, alpha)
    if critical < 0:
        return None
    # P(X <= c | n, p) = 1 - I_p(c + 1, n - c) falls in p: the p of the wished power is a beta quantile
    share = float(betaincinv(critical + 1.0, trials - critical, 1.0 - power)) if critical < trials else 1.0
    return max(0.0, declared - share)


def _critical(trials: int, bound: float, alpha: float) -> int:
    """The largest number of events that still speaks against the bound; -1 when none does."""
    low, high = -1, trials
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if bdtr(middle, trials, bound) <= alpha else (low, middle - 1)
    return low


def _corrected_low(share: float, trials: float, z: float) -> float:
    if share <= 0.0:
        return 0.0
    inside = z * z - 2.0 - 1.0 / trials + 4.0 * share * (trials * (1.0 - share) + 1.0)
    low = (2.0 * trials * share + z * z - 1.0 - z * sqrt(max(0.0, inside))) / (2.0 * (trials + z * z))
    return max(0.0, low)


def _check(events: float, trials: float, level: float) -> None:
    if not (isfinite(trials) and trials > 0 and 0 <= events <= trials):
        raise ValueError("events lie between 0 and a positive number of trials")
    if not 0.0 < level < 1.0:
        raise ValueError("a level lies strictly between 0 and 1")
