# SPDX-License-Identifier: Apache-2.0
"""Empirical-Bayes scores of a table of reports: the two-gamma shrinker of DuMouchel."""

from __future__ import annotations

from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import digamma, expit, gammainc, gammaln, logit, ndtri, polygamma

Floats = NDArray[np.float64]
Prior = tuple[float, float, float, float, float]
"""Shape and rate of the first gamma, of the second, and the share of the first."""

FIXED: Final[Prior] = (0.2, 0.1, 2.0, 4.0, 1.0 / 3.0)
"""The start of DuMouchel 1999, used as it is where counts cannot tell a prior."""
STEPS_MAX: Final = 80
EXACT: Final = 1e-10


class Scores(Struct, frozen=True):
    """Geometric mean and 5 % and 95 % points of each cell's posterior."""

    ebgm: Floats
    eb05: Floats
    eb95: Floats


class Mixture(Struct, frozen=True):
    """A mixture of two gammas for each cell."""

    shapes: tuple[Floats, Floats]
    rates: tuple[Floats, Floats]
    share: Floats


def checked(prior: tuple[float, ...] | list[float]) -> Prior:
    """Five numbers as a prior.

    Raises: ValueError unless there are five, the first four positive and the share between 0 and 1.
    """
    if len(prior) != len(FIXED) or not np.isfinite(prior).all():
        raise ValueError("a prior is five numbers: two shapes with their rates, and a share")
    a1, b1, a2, b2, share = (float(one) for one in prior)
    if not (min(a1, b1, a2, b2) > 0 and 0 <= share <= 1):
        raise ValueError("shapes and rates are positive, a share lies between 0 and 1")
    return a1, b1, a2, b2, share


def scores(n: Floats, e: Floats, prior: Prior) -> Scores:
    """The scores of each cell.

    Method: DuMouchel 1999, eq. 6 to 11: the posterior is a mixture of gamma(a + N, b + E).
    """
    a1, b1, a2, b2, _ = prior
    mixture = Mixture((a1 + n, a2 + n), (b1 + e, b2 + e), posterior_share(n, e, prior))
    return Scores(np.exp(_log_mean(mixture)), quantile(mixture, 0.05), quantile(mixture, 0.95))


def posterior_share(n: Floats, e: Floats, prior: Prior) -> Floats:
    """The chance that a cell belongs to the first component (openEBGM's Qn)."""
    a1, b1, a2, b2, share = prior
    if share in (0.0, 1.0):
        return np.full(len(n), share)
    gap = _log_count(n, e, (a1, b1)) - _log_count(n, e, (a2, b2))
    return np.asarray(expit(gap + logit(share)))


def quantile(mixture: Mixture, level: float) -> Floats:
    """The point below which a mixture holds `level`, for each cell.

    Method: Newton on the log of the point, from the normal approximation, kept within a shrinking bracket.
    """
    at = _log_mean(mixture) + float(ndtri(level)) * np.sqrt(_log_variance(mixture))
    low, high = np.full(len(at), -np.inf), np.full(len(at), np.inf)
    left = np.arange(len(at))
    for _ in range(STEPS_MAX):
        held, slope = _held(mixture, left, at[left])
        gap = held - level
        low[left] = np.where(gap < 0, at[left], low[left])
        high[left] = np.where(gap < 0, high[left], at[left])
        step = np.clip(-gap / np.maximum(slope, 1e-300), -2.0, 2.0)
        moved = at[left] + step
        rough = np.abs(step) > EXACT
        outside = rough & ((moved <= low[left]) | (moved >= high[left]))
        at[left] = np.where(outside, 0.5 * (low[left] + high[left]), moved)
        left = left[rough]
        if not len(left):
            break
    return np.exp(at)


def _held(mixture: Mixture, left: NDArray[np.intp], at: Floats) -> tuple[Floats, Floats]:
    """What the mixtures hold below exp(at), and the slope of that in `at`."""
    held, slope = np.zeros(len(left)), np.zeros(len(left))
    share = mixture.share[left]
    for shapes, rates, part in zip(mixture.shapes, mixture.rates, (share, 1.0 - share), strict=True):
        shape, scaled = shapes[left], rates[left] * np.exp(at)
        held += part * gammainc(shape, scaled)
        slope += part * np.exp(shape * np.log(scaled) - scaled - gammaln(shape))
    return held, slope


def _log_mean(mixture: Mixture) -> Floats:
    first, second = (digamma(a) - np.log(b) for a, b in zip(mixture.shapes, mixture.rates, strict=True))
    return np.asarray(mixture.share * first + (1.0 - mixture.share) * second)


def _log_variance(mixture: Mixture) -> Floats:
    (a1, a2), share = mixture.shapes, mixture.share
    gap = digamma(a1) - np.log(mixture.rates[0]) - digamma(a2) + np.log(mixture.rates[1])
    within = share * polygamma(1, a1) + (1.0 - share) * polygamma(1, a2)
    return np.asarray(within + share * (1.0 - share) * gap**2)


def _log_count(n: Floats, e: Floats, gamma: tuple[float, float]) -> Floats:
    """The log chance of a count under one component, up to what both share."""
    a, b = gamma
    return np.asarray(gammaln(a + n) - gammaln(a) + a * np.log(b / (b + e)) + n * np.log(e / (b + e)))
