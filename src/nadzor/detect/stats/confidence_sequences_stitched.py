# SPDX-License-Identifier: Apache-2.0
"""Stitched boundaries, as wide as the law of the iterated logarithm asks, and boundaries for quantiles."""

from __future__ import annotations

from functools import lru_cache
from math import exp, inf, log, log1p, sqrt
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit, logit, zeta

from nadzor.detect.stats.confidence_sequences import LogMixture, Tuning, beta_binomial_mixture

VALUES_MAX: Final = 200_000


class Stitching(Struct, frozen=True, kw_only=True):
    """How geometric epochs of ratio eta share alpha: in proportion to k^-s."""

    s: float = 1.4
    eta: float = 2.0


PLAIN: Final = Stitching()


def poly_stitching_bound(
    v: float, alpha: float, *, v_min: float, c: float = 0.0, stitching: Stitching = PLAIN
) -> float:
    """How far a sum that is sub-gamma with scale c may be at intrinsic time v.

    Method: Howard et al. 2021 (Ann. Stat. 49:1055), Theorem 1, with h(k) = (k + 1)^s zeta(s).
    Raises: ValueError for times, levels or epochs that make no boundary.
    """
    if not (0.0 <= v < 1e300 and 0.0 < v_min < 1e300 and 0.0 <= c < 1e150):
        raise ValueError("v is not negative, v_min is positive, and c is not negative")
    time = max(v, v_min)
    steps = log(time / v_min) + log(_checked(stitching).eta)
    price = stitching.s * log(steps) + _share(stitching) - log(_level(alpha))
    bend = _bend(stitching) * c * price
    return sqrt(_stretch(stitching) ** 2 * time * price + bend * bend) + bend


def double_stitching_bound(
    t: float, alpha: float, *, quantile: float, t_opt: float, delta: float = 0.5, stitching: Stitching = PLAIN
) -> float:
    """How far the number of values below a quantile may be from its mean, for all quantiles at once.

    Method: Howard & Ramdas 2022 (Bernoulli 28:1704), Theorem 4: stitching over time and over quantiles.
    Raises: ValueError for times, levels or epochs that make no boundary.
    """
    if not (0.0 < quantile < 1.0 and 0.0 <= t < 1e300 and 1.0 <= t_opt < 1e300 and 0.0 < delta < 1e6):
        raise ValueError("a quantile lies in 0..1, t_opt is at least 1, and delta is positive")
    time, eta = max(t, t_opt), _checked(stitching).eta
    odds = float(logit(quantile))
    near = min(0.5, float(expit(odds + 2.0 * delta * sqrt(t_opt * eta / time))))
    share = quantile if quantile >= 0.5 else near
    variance, rank = share * (1.0 - share), sqrt(time / t_opt) * abs(odds) / (2.0 * delta) + 1.0
    sums = 2.0 * float(zeta(stitching.s))
    price = stitching.s * (log(log(time / t_opt) + log(eta)) + log(rank) - log(log(eta)))
    price += log(sums * (sums + 1.0)) - log(_level(alpha))
    bend = _bend(stitching) * (1.0 - 2.0 * quantile) / 3.0 * price
    spread = sqrt(_stretch(stitching) ** 2 * variance * time * price + bend * bend)
    return delta * sqrt(eta * time * variance / t_opt) + spread + bend


def empirical_process_lil_bound(t: float, alpha: float, *, t_min: float, a: float = 0.85) -> float:
    """How far an empirical distribution function may be from the truth, anywhere; infinite before t_min.

    Method: Howard & Ramdas 2022 (Bernoulli 28:1704), Theorem 2: A sqrt((log(1 + log(t / m)) + C) / t).
    Raises: ValueError for an A not above 1/sqrt(2), a t_min below 1, or an alpha outside 0..1.
    """
    if not (1.0 <= t < 1e300 and 1.0 <= t_min < 1e300 and sqrt(0.5) < a < 100.0):
        raise ValueError("t and t_min are at least 1, and A lies above the root of a half")
    constant = lil_constant(_level(alpha), a)
    return inf if t < t_min else a * sqrt((log1p(log(t / t_min)) + constant) / t)


@lru_cache(maxsize=64)
def lil_constant(alpha: float, a: float) -> float:
    """The smallest C that keeps alpha in the bound of an empirical process with factor A."""
    low = high = 5.0
    while _log_error(high, a) > log(alpha):
        high *= 2.0
        if high > 1e9:
            raise ValueError("A lies too close to the root of a half for this alpha")
    while _log_error(low, a) < log(alpha):
        low /= 2.0
    return float(brentq(lambda c: _log_error(c, a) - log(alpha), low, high, xtol=1e-13, rtol=1e-14))


def quantile_ab_p_value(first: ArrayLike, second: ArrayLike, *, quantile: float, tuning: Tuning) -> float:
    """The p-value, valid at any time, of "both arms have the same quantile"; `v_opt` counts values.

    Method: Howard & Ramdas 2022 (Bernoulli 28:1704), section 5: the smallest product over x of both arms'
    beta-binomial mixtures, each at the share below x that suits the null best.
    Raises: ValueError for an empty arm, values that are not numbers, or a quantile outside 0..1.
    """
    if not 0.0 < quantile < 1.0:
        raise ValueError("a quantile lies strictly between 0 and 1")
    variance = quantile * (1.0 - quantile)
    own = Tuning(v_opt=variance * tuning.v_opt, alpha_opt=tuning.alpha_opt, one_sided=False)
    mixture = beta_binomial_mixture(own, quantile, 1.0 - quantile)
    arms = [_sorted(arm) for arm in (first, second)]
    points = np.unique(np.concatenate(arms))
    evidence = sum(_evidence_at(points, arm, mixture, quantile) for arm in arms)
    return float(min(1.0, exp(-min(float(np.min(evidence)), 700.0))))


def _evidence_at(
    points: NDArray[np.float64], arm: NDArray[np.float64], mixture: LogMixture, quantile: float
) -> NDArray[np.float64]:
    """At each point the least log mixture over the shares that may lie below it."""
    n, variance = len(arm), quantile * (1.0 - quantile)

    def at(share: float) -> float:
        """The log mixture when this share of values lies below."""
        return mixture((share - quantile) * n, variance * n)

    kindest = float(minimize_scalar(at, bounds=(0.0, 1.0), method="bounded", options={"xatol": 1e-10}).x)
    below = np.searchsorted(arm, points, side="left") / n
    until = np.searchsorted(arm, points, side="right") / n
    shares, place = np.unique(np.clip(kindest, below, until), return_inverse=True)
    return np.array([at(float(share)) for share in shares])[place]


def _sorted(arm: ArrayLike) -> NDArray[np.float64]:
    values = np.sort(np.asarray(arm, dtype=np.float64))
    if not (values.ndim == 1 and 1 <= len(values) <= VALUES_MAX and np.isfinite(values).all()):
        raise ValueError(f"an arm holds 1..{VALUES_MAX} numbers")
    return values


def _log_error(c: float, a: float) -> float:
    """The log of the chance that the bound with constant c fails, with the best ratio of epochs."""
    top = float(brentq(lambda eta: sqrt(eta / 2.0) + sqrt(2.0 * (eta - 1.0) / c) - a, 1.0, 2.0 * a * a))

    def error(eta: float) -> float:
        """The log of the chance with this ratio."""
        grown = 2.0 / eta * (a - sqrt(2.0 * (eta - 1.0) / c)) ** 2
        return inf if grown <= 1.0 else log(4.0) - grown * c + log1p(1.0 / ((grown - 1.0) * log(eta)))

    inner = (1.0 + (top - 1.0) * 1e-12, top - (top - 1.0) * 1e-12)
    return float(minimize_scalar(error, bounds=inner, method="bounded", options={"xatol": 1e-12}).fun)


def _checked(stitching: Stitching) -> Stitching:
    if not (1.0 < stitching.s <= 100.0 and 1.0 < stitching.eta <= 1e6):
        raise ValueError("s and eta lie above 1")
    return stitching


def _level(alpha: float) -> float:
    if not 0.0 < alpha < 1.0:
        raise ValueError("alpha lies strictly between 0 and 1")
    return alpha


def _share(stitching: Stitching) -> float:
    return log(float(zeta(stitching.s))) - stitching.s * log(log(stitching.eta))


def _stretch(stitching: Stitching) -> float:
    return float((stitching.eta**0.25 + stitching.eta**-0.25) / sqrt(2.0))


def _bend(stitching: Stitching) -> float:
    return (sqrt(stitching.eta) + 1.0) / 2.0
