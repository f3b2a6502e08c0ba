# SPDX-License-Identifier: Apache-2.0
"""Evidence against "the share is at least so much", valid whenever anyone looks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaln, xlog1py, xlogy

Floats = NDArray[np.float64]
PRIOR_CASES = 20.0
"""The mixture is as wide as the knowledge that so many cases give: tuned to claims tested on hundreds."""
EDGE = 1e-6
"""Declared bounds of 0 and 1 are taken for this far from them, so that one case is not infinite evidence."""
LOWEST = 1e-290
NO_EVIDENCE = -650.0
"""Where the observed share lies far above the bound, the evidence is none, its figure too small to hold."""


def log_e_below(events: ArrayLike, trials: ArrayLike, bound: ArrayLike) -> Floats:
    """The log e-value against "the share is at least the bound", after so many events among trials.

    Method: mixture of likelihood ratios of smaller shares against the bound, over a beta distribution cut at
    it (Robbins 1970; Howard, Ramdas, McAuliffe & Sekhon 2021, Ann. Stat. 49:1055, sec. 3.3).  Each ratio is a
    supermartingale for every share at or above the bound, since its mean per case is linear in the share and
    1 at the bound; so P(ever e >= 1 / alpha) <= alpha (Ville), whatever order and batches the cases come in.

    >>> float(log_e_below(0, 0, 0.9))
    0.0
    """
    x, n, edge = (np.asarray(part, dtype=np.float64) for part in (events, trials, bound))
    edge = np.clip(edge, EDGE, 1.0 - EDGE)
    a, b = np.maximum(PRIOR_CASES * edge, 0.5), np.maximum(PRIOR_CASES * (1.0 - edge), 0.5)
    inside = betainc(a + x, b + n - x, edge)
    prior = betaln(a, b) + np.log(betainc(a, b, edge))
    at_bound = xlogy(x, edge) + xlog1py(n - x, -edge)
    log_e = betaln(a + x, b + n - x) + np.log(np.maximum(inside, LOWEST)) - prior - at_bound
    return np.asarray(np.where(inside > LOWEST, log_e, NO_EVIDENCE), dtype=np.float64)


def log_e_above(events: ArrayLike, trials: ArrayLike, bound: ArrayLike) -> Floats:
    """The log e-value against "the share is at most the bound": the same, with right and wrong exchanged."""
    x, n, edge = (np.asarray(part, dtype=np.float64) for part in (events, trials, bound))
    return log_e_below(n - x, n, 1.0 - edge)


def confidence_sequence(events: float, trials: float, *, alpha: float) -> tuple[float, float]:
    """The limits that hold at all times together: shares against which there is no evidence of 2 / alpha.

    Method: both one-sided mixtures inverted by bisection; each spends half of alpha.
    Raises: ValueError unless 0 <= events <= trials and 0 < alpha < 1.
    """
    if not (0.0 <= events <= trials and 0.0 < alpha < 1.0):
        raise ValueError("events lie between 0 and the trials, alpha between 0 and 1")
    limit = float(np.log(2.0 / alpha))
    share = events / trials if trials else 0.5
    low = _edge(lambda p: float(log_e_above(events, trials, p)) < limit, 0.0, share)
    high = 1.0 - _edge(lambda p: float(log_e_below(events, trials, 1.0 - p)) < limit, 0.0, 1.0 - share)
    return low, high


def may_reach(events: Floats, trials: Floats, bound: Floats, *, log_e: Floats) -> NDArray[np.bool_]:
    """Where evidence of this size is possible at all: a cheap test that spares the exact one.

    Method: a mixture is at most the likelihood ratio of the observed share, whose log is n KL, and KL is at
    most the chi-squared distance.
    """
    edge = np.clip(bound, EDGE, 1.0 - EDGE)
    short = trials * edge - events
    return np.asarray((short > 0) & (short * short >= log_e * trials * edge * (1.0 - edge)))


def _edge(kept: Callable[[float], bool], low: float, high: float) -> float:
    """The smallest share that is kept, between one that may not be and one that is."""
    if kept(low):
        return low
    for _ in range(50):
        middle = (low + high) / 2.0
        low, high = (low, middle) if kept(middle) else (middle, high)
    return high
