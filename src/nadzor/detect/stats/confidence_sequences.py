# SPDX-License-Identifier: Apache-2.0
"""Mixture boundaries: how far a sum may stray, at any time and for ever, when nothing is wrong.

S is a sum whose increments have mean zero, V its intrinsic time (variance, or what stands for it).  Each
mixture is a log supermartingale of (s, v) that starts at zero; by Ville's inequality it ever exceeds
log(1 / alpha) with chance alpha at most.  Its bound at v is the s at which it does.  The prior is tuned so
that the bound is narrowest at v_opt.

All of Howard, Ramdas, McAuliffe & Sekhon 2021 (Ann. Stat. 49:1055), with propositions as named.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, isfinite, log, log1p, sqrt
from typing import Final

from msgspec import Struct
from scipy.optimize import brentq
from scipy.special import betaln, gammaln, log_ndtr, xlogy

from nadzor.detect.stats.log_tails import log_beta_tail, log_gamma_above, log_gamma_below

LogMixture = Callable[[float, float], float]
LEAST: Final = 1e-15
"""Shares below this are nothing."""


class Tuning(Struct, frozen=True, kw_only=True):
    """The intrinsic time at which a bound is narrowest, for this alpha, and whether it bounds one side."""

    v_opt: float
    alpha_opt: float = 0.05
    one_sided: bool = True


def best_rho(tuning: Tuning) -> float:
    """The precision of the normal prior that is best at v_opt.

    Method: Howard et al. 2021, Proposition 3 and its approximation by Lambert's W: v / (2 log(1/a) + log(1 +
    2 log(1/a))), where a one-sided bound takes 2 alpha for a.
    """
    alpha = 2.0 * tuning.alpha_opt if tuning.one_sided else tuning.alpha_opt
    if not (0.0 < tuning.v_opt < 1e300 and 0.0 < alpha < 1.0):
        raise ValueError("v_opt is positive, and alpha_opt lies in 0..1, below 0.5 for one side")
    evidence = -2.0 * log(alpha)
    return tuning.v_opt / (evidence + log1p(evidence))


def normal_mixture(tuning: Tuning) -> LogMixture:
    """For sums that are sub-Gaussian.

    Method: Propositions 5 (two sides) and 6 (one side).
    """
    rho = best_rho(tuning)

    def two(s: float, v: float) -> float:
        """The log mixture at (s, v)."""
        return 0.5 * log(rho / (v + rho)) + s * s / (2.0 * (v + rho))

    def one(s: float, v: float) -> float:
        """The log mixture at (s, v)."""
        return two(s, v) + log(2.0) + float(log_ndtr(s / sqrt(v + rho)))

    return one if tuning.one_sided else two


def gamma_exponential_mixture(tuning: Tuning, c: float) -> LogMixture:
    """For sums that are sub-exponential with scale c; one side.

    Method: Proposition 9.
    """
    rho = best_rho(tuning) / _scale(c)
    start = rho * log(rho) - float(gammaln(rho)) - float(log_gamma_below(rho, rho)[0])

    def at(s: float, v: float) -> float:
        """The log mixture at (s, v)."""
        here, time = (c * s + v) / (c * c), v / (c * c) + rho
        if here + rho <= 0.0:
            raise ValueError("the sum lies below what a sub-exponential one can reach")
        tail = float(gammaln(time)) + float(log_gamma_below(time, here + rho)[0])
        return start + tail - time * log(here + rho) + here

    return at


def gamma_poisson_mixture(tuning: Tuning, c: float) -> LogMixture:
    """For sums that are sub-Poisson with scale c; one side.

    Method: Proposition 10.
    """
    rho = best_rho(tuning) / _scale(c)
    start = rho * log(rho) - float(gammaln(rho)) - float(log_gamma_above(rho, rho)[0])

    def at(s: float, v: float) -> float:
        """The log mixture at (s, v)."""
        time = v / (c * c) + rho
        here = s / c + time
        if here <= 0.0:
            raise ValueError("the sum lies below what a sub-Poisson one can reach")
        return (
            start
            + float(gammaln(here))
            + float(log_gamma_above(here, time)[0])
            - here * log(time)
            + v / (c * c)
        )

    return at


def beta_binomial_mixture(tuning: Tuning, g: float, h: float) -> LogMixture:
    """For sums of increments between -g and h.

    Method: Propositions 7 (two sides) and 8 (one side).
    """
    if not (0.0 < g < 1e150 and 0.0 < h < 1e150):
        raise ValueError("g and h are positive")
    r = max(best_rho(tuning) - g * h, 1e-3 * g * h)
    width = g + h
    x = h / width if tuning.one_sided else 1.0
    start = _log_incomplete_beta(r / (g * width), r / (h * width), x)

    def at(s: float, v: float) -> float:
        """The log mixture at (s, v)."""
        down, up = (v - g * s) / (g * width), (v + h * s) / (h * width)
        if down < -1e-9 * (1.0 + v / g) or up < -1e-9 * (1.0 + v / h):
            raise ValueError("the sum lies beyond what increments between -g and h can reach")
        ends = float(xlogy(v / (g * h), width) - xlogy(up, g) - xlogy(down, h))
        return ends + _log_incomplete_beta(r / (g * width) + down, r / (h * width) + up, x) - start

    return at


def mixture_bound(mixture: LogMixture, v: float, alpha: float, *, reach: float | None = None) -> float:
    """How far the sum may be at intrinsic time v; `reach` where it can be no farther.

    Raises: ValueError for a negative time or an alpha outside 0..1.
    """
    if not (0.0 <= v < 1e300 and 0.0 < alpha < 1.0):
        raise ValueError("an intrinsic time is not negative, and alpha lies strictly between 0 and 1")
    needed = -log(alpha)
    high = max(v, 1.0) if reach is None else reach
    while reach is None and mixture(high, v) < needed:
        high *= 2.0
    if mixture(high, v) <= needed:
        return high
    return float(brentq(lambda s: mixture(s, v) - needed, 0.0, high, xtol=1e-300, rtol=1e-14, maxiter=500))


def bernoulli_interval(successes: float, trials: int, alpha: float, tuning: Tuning) -> tuple[float, float]:
    """The confidence sequence of a share, at one of its times: it holds at all times together.

    `v_opt` of the tuning counts trials.

    Method: the shares at which the two-sided beta-binomial mixture of their own variance stays below 1/alpha.
    Raises: ValueError for impossible counts or an alpha outside 0..1.
    """
    if not (1 <= trials <= 1e15 and 0.0 <= successes <= trials and 0.0 < alpha < 1.0):
        raise ValueError("successes lie in 0..trials, and alpha strictly between 0 and 1")
    seen = successes / trials

    def excess(share: float) -> float:
        """How far the mixture of this share is above what alpha allows."""
        variance = share * (1.0 - share)
        own = Tuning(v_opt=variance * tuning.v_opt, alpha_opt=tuning.alpha_opt, one_sided=False)
        mixture = beta_binomial_mixture(own, share, 1.0 - share)
        return mixture((seen - share) * trials, variance * trials) + log(alpha)

    def edge(end: float) -> float:
        """Where the mixture passes its limit on the way from what was seen to one end."""
        inside = min(max(seen, LEAST), 1.0 - LEAST)
        outside = LEAST if end == 0.0 else 1.0 - LEAST
        if excess(outside) <= 0.0:
            return end
        return float(brentq(excess, min(outside, inside), max(outside, inside), xtol=1e-16, maxiter=500))

    return (edge(0.0) if seen > 0.0 else 0.0), (edge(1.0) if seen < 1.0 else 1.0)


def evidence_of(log_mixture: float) -> float:
    """The e-value behind a log mixture, at most 1e300."""
    return exp(min(log_mixture, 690.0))


def _scale(c: float) -> float:
    if not (isfinite(c) and 1e-6 < abs(c) < 1e150):
        raise ValueError("a scale c is a number that is not zero")
    return c * c


def _log_incomplete_beta(a: float, b: float, x: float) -> float:
    whole = float(betaln(a, b))
    return whole if x == 1.0 else whole + float(log_beta_tail(a, b, x)[0])
