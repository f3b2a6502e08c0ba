# SPDX-License-Identifier: Apache-2.0
"""Evidence that may be looked at every day: e-processes against a composite null, and detectors of a change.

An e-process is at most one on average, whenever one stops looking, as long as nothing is wrong; so the chance
that it ever reaches 1 / alpha is at most alpha (Ville 1939).  Everything is in logarithms, over arrays whose
last axis is the looks and whose other axes are streams.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, gammaln, logsumexp, xlog1py, xlogy

from nadzor.detect.stats.log_tails import log_beta_tail, log_gamma_above, log_gamma_below

Floats = NDArray[np.float64]
Alternative = Literal["greater", "less"]


class Prior(NamedTuple):
    """A beta (of shares) or gamma (of rate ratios; shape and rate) prior, cut at the null."""

    a: float = 0.5
    b: float = 0.5


JEFFREYS = Prior()


def binomial_log_e(
    events: ArrayLike, trials: ArrayLike, null: float, *,
    alternative: Alternative = "greater", prior: Prior = JEFFREYS,
) -> Floats:  # fmt: skip
    """Log e-process of "the share is at most the null" (or at least), from totals so far.

    Method: likelihood ratios of every share beyond the null, mixed by the prior cut at the null (Robbins
    1970; Howard et al. 2021, Proposition 8).  For any share within the null each ratio is a supermartingale,
    and so is their mixture.
    Raises: ValueError for more events than trials, a null outside 0..1, or a prior that is not positive.
    """
    x, n = _totals(events, trials)
    if (x > n).any() or not 0.0 < null < 1.0:
        raise ValueError("events lie in 0..trials, and a null share strictly between 0 and 1")
    if alternative == "less":
        x, null = n - x, 1.0 - null
        prior = Prior(prior.b, prior.a)
    a, b = _checked(prior)
    start = betaln(a, b) + float(log_beta_tail(b, a, 1.0 - null)[0])
    here = betaln(a + x, b + n - x) + log_beta_tail(b + n - x, a + x, 1.0 - null).reshape(x.shape)
    return np.asarray(here - start - xlogy(x, null) - xlog1py(n - x, -null), dtype=np.float64)


def poisson_log_e(
    counts: ArrayLike, expected: ArrayLike, *, alternative: Alternative = "greater", prior: Prior = JEFFREYS
) -> Floats:
    """Log e-process of "events come no oftener than expected" (or no rarer), from totals so far.

    Method: likelihood ratios t^x e^(-(t - 1) mu) of every rate ratio t beyond one, mixed by the gamma prior
    cut at one (Robbins & Siegmund 1974; Howard et al. 2021, Proposition 10).
    Raises: ValueError for totals that are not counts, or a prior that is not positive.
    """
    x, mu = _totals(counts, expected)
    a, b = _checked(prior)
    tail = log_gamma_above if alternative == "greater" else log_gamma_below
    start = gammaln(a) - a * np.log(b) + float(tail(a, b)[0])
    here = gammaln(a + x) - (a + x) * np.log(b + mu) + tail(a + x, b + mu).reshape(x.shape)
    return np.asarray(here - start + mu, dtype=np.float64)


def poisson_increments(counts: ArrayLike, expected: ArrayLike, ratios: ArrayLike) -> Floats:
    """Log likelihood ratios of single looks; a first axis of rate ratios is put first."""
    x, mu = _totals(counts, expected)
    ratio = np.asarray(ratios, dtype=np.float64).reshape(-1, *(1,) * x.ndim)
    if not (np.isfinite(ratio).all() and (ratio > 0.0).all()):
        raise ValueError("a rate ratio is positive")
    return np.asarray(x * np.log(ratio) - (ratio - 1.0) * mu, dtype=np.float64)


def binomial_increments(events: ArrayLike, trials: ArrayLike, null: float, shares: ArrayLike) -> Floats:
    """Log likelihood ratios of single looks against the null; a first axis of shares is put first."""
    x, n = _totals(events, trials)
    share = np.asarray(shares, dtype=np.float64).reshape(-1, *(1,) * x.ndim)
    if not ((share > 0.0).all() and (share < 1.0).all() and 0.0 < null < 1.0) or (x > n).any():
        raise ValueError("shares lie strictly between 0 and 1, and events in 0..trials")
    return np.asarray(
        x * np.log(share / null) + (n - x) * (np.log1p(-share) - np.log1p(-null)), dtype=np.float64
    )


def log_e_detector(increments: ArrayLike, *, kind: Literal["sr", "cusum"] = "sr") -> Floats:
    """Log of the evidence of a change at some look: it reaches 1 / alpha after 1 / alpha looks on average.

    Method: Shin, Ramdas & Rinaldo 2023 (New Engl. J. Stat. Data Sci. 2:229): the Shiryaev-Roberts sum M_t =
    L_t (1 + M_(t-1)) or the CUSUM M_t = L_t max(1, M_(t-1)) of baseline increments; without a change the mean
    of M_t is at most t, so the mean run length to 1 / alpha is at least 1 / alpha.
    """
    steps = np.asarray(increments, dtype=np.float64)
    if not np.isfinite(steps).all():
        raise ValueError("increments are finite")
    told, before = np.empty_like(steps), np.full(steps.shape[:-1], -np.inf)
    for look in range(steps.shape[-1]):
        begun = np.logaddexp(0.0, before) if kind == "sr" else np.maximum(0.0, before)
        before = steps[..., look] + begun
        told[..., look] = before
    return told


def log_mean(log_e: ArrayLike, *, axis: int = 0, weights: ArrayLike | None = None) -> Floats:
    """The log of the mean evidence along an axis: an e-value again, however its parts depend on each other.

    Method: Vovk & Wang 2021 (Ann. Stat. 49:1736), Proposition 3.1: averaging is the one admissible fusion.
    Raises: ValueError for an empty axis, or weights that are negative or all zero.
    """
    e = np.asarray(log_e, dtype=np.float64)
    each = np.ones(e.shape[axis]) if weights is None else np.asarray(weights, dtype=np.float64)
    if each.shape != (e.shape[axis],) or not (
        each.size and (each >= 0.0).all() and 0.0 < each.sum() < np.inf
    ):
        raise ValueError("weights are as many as the parts, not negative, and not all zero")
    share = np.expand_dims(each / each.sum(), tuple(i for i in range(e.ndim) if i != axis % e.ndim))
    return np.asarray(logsumexp(e, axis=axis, b=share), dtype=np.float64)


def first_crossing(log_e: ArrayLike, alpha: float) -> NDArray[np.int64]:
    """The first look, counted from zero, at which the evidence reaches 1 / alpha; -1 where it never does."""
    if not 0.0 < alpha < 1.0:
        raise ValueError("alpha lies strictly between 0 and 1")
    over = np.asarray(log_e, dtype=np.float64) >= -np.log(alpha)
    return np.asarray(np.where(over.any(axis=-1), over.argmax(axis=-1), -1), dtype=np.int64)


def _totals(events: ArrayLike, out_of: ArrayLike) -> tuple[Floats, Floats]:
    x, n = np.broadcast_arrays(np.asarray(events, dtype=np.float64), np.asarray(out_of, dtype=np.float64))
    if not (np.isfinite(x).all() and np.isfinite(n).all() and (x >= 0.0).all() and (n >= 0.0).all()):
        raise ValueError("counts and expectations are finite and not negative")
    return x, n


def _checked(prior: Prior) -> Prior:
    if not (0.0 < prior.a < 1e9 and 0.0 < prior.b < 1e9):
        raise ValueError("both figures of a prior are positive")
    return prior
