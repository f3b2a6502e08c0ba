# SPDX-License-Identifier: Apache-2.0
"""The prior of the two-gamma shrinker, fitted to a table of reports.

Two models of the empty cells are in use.  Here each component is truncated at zero by itself, as openEBGM and
PhViD do; truncating the mixture is another model with another prior, and other scores.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from msgspec import Struct, structs
from scipy.optimize import minimize
from scipy.special import digamma, expit, gammaln, logit

from nadzor.detect.stats.ebgm import FIXED, Floats, Prior

Origin = Literal["given", "likelihood", "em", "fixed"]
Method = Literal["auto", "likelihood", "em", "fixed"]

STARTS: Final[tuple[Prior, ...]] = (
    FIXED, (0.1, 0.1, 10.0, 10.0, 0.2), (0.3, 0.5, 6.0, 6.0, 0.5), (0.5, 0.3, 12.0, 12.0, 0.8),
    (0.2, 0.2, 5.0, 12.0, 0.4), (0.2, 0.06, 1.4, 1.8, 0.1),
)  # fmt: skip
"""The published starts (DuMouchel 1999; the openEBGM vignette; PhViD): the likelihood may have several tops,
and a start of our own invention can end on one that nobody else finds."""
REACH: Final = 9.0
"""Logs of shapes and rates, and the logit of the share, are sought this far from zero: at the edge there is
no maximum."""
CELLS_MIN: Final = 10
SQUASH_ABOVE: Final = 20_000
BLOCKS: Final = 100
KEPT: Final = 25
EM_ROUNDS: Final = 200


class Points(Struct, frozen=True):
    """Counts, what was expected of them, and how many cells each point stands for.

    `truncated` says that empty cells are not among them, and that chances are given that a cell is not empty.
    """

    n: Floats
    e: Floats
    weight: Floats
    truncated: bool = True


class Fit(Struct, frozen=True):
    """A prior, minus its log likelihood over all cells, where it came from, and what went wrong."""

    prior: Prior
    minus_loglik: float
    origin: Origin
    remark: str = ""


def points_of(n: Floats, e: Floats, *, truncated: bool = True) -> Points:
    """Cells as they are, each for itself; not truncated where the empty ones are told too.

    Raises: ValueError when counts are negative, or zero though truncated, or expectations not positive.
    """
    if len(n) != len(e) or not len(n):
        raise ValueError("each of one count or more needs its expectation")
    if not (np.isfinite(n).all() and np.isfinite(e).all() and (n >= truncated).all() and (e > 0).all()):
        raise ValueError("counts are 1 or more and expectations positive")
    return Points(n, e, np.ones(len(n)), truncated)


def points_of_table(counts: Floats) -> Points:
    """All cells of a checked table, the empty ones too; rows and columns without reports are left out.

    Why: in a whole table the empty cells are known, and PhViD's GPS fits its prior to them as well.
    """
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return points_of(counts.ravel(), expected.ravel(), truncated=False)


def squashed(points: Points, *, blocks: int = BLOCKS) -> Points:
    """Fewer points of nearly the same likelihood: neighbours of equal count at their mean expectation.

    Method: DuMouchel & Pregibon 2001; the largest expectations of each count are kept apart.
    """
    order = np.lexsort((points.e, points.n))
    n, e, weight = points.n[order], points.e[order], points.weight[order]
    size = np.unique(n, return_counts=True)[1]
    of_count = np.repeat(size, size)
    rank = np.arange(len(n)) - np.repeat(np.cumsum(size) - size, size)
    block = np.where(of_count - rank <= KEPT, rank + len(n), rank // np.maximum(of_count // blocks, 1))
    first = np.flatnonzero((np.diff(n, prepend=-1.0) != 0) | (np.diff(block, prepend=-1) != 0))
    weights = np.add.reduceat(weight, first)
    return Points(n[first], np.add.reduceat(e * weight, first) / weights, weights, points.truncated)


def fit_prior(points: Points, *, method: Method = "auto", start: Prior | None = None) -> Fit:
    """The prior of largest likelihood; where there is none that of EM, else the fixed one; it says which.

    Method: quasi-Newton with exact slopes on logs of the parameters, from several starts on squashed points
    and from the best of them on all.
    """
    if method == "fixed":
        return fixed(points, "asked for")
    if len(points.n) < CELLS_MIN or len(np.unique(points.n / points.e)) < CELLS_MIN:
        return fixed(points, f"fewer than {CELLS_MIN} different cells")
    coarse = squashed(points)
    if method != "em":
        best = _best_start(coarse, (start,) if start else STARTS)
        top = _climbed(coarse if len(points.n) > SQUASH_ABOVE else points, best)
        if _inside(top.prior):
            return structs.replace(top, minus_loglik=minus_loglik(points, top.prior))
    found = _by_em(coarse, start or FIXED, "asked for" if method == "em" else "the likelihood has no maximum")
    return structs.replace(found, minus_loglik=minus_loglik(points, found.prior))


def fixed(points: Points, remark: str) -> Fit:
    """The prior that needs no fit."""
    return Fit(FIXED, minus_loglik(points, FIXED), "fixed", remark)


def minus_loglik(points: Points, prior: Prior) -> float:
    """Minus the log likelihood of cells under a prior, each component truncated at zero."""
    return _Likelihood(points).loss(_free(prior))[0]


class _Likelihood:
    """The likelihood of one set of points; what depends on counts alone is computed once for each count."""

    def __init__(self, points: Points) -> None:
        self.points = points
        self.count, self.place = np.unique(points.n, return_inverse=True)
        self.constant = gammaln(self.count + 1.0)

    def component(self, a: float, b: float) -> tuple[Floats, Floats, Floats]:
        """The log chance of each count given that it is not zero, and its slopes in log a and log b."""
        n, e = self.points.n, self.points.e
        log_share = -np.log1p(e / b)
        none = a * log_share
        seen = -np.expm1(none) if self.points.truncated else np.ones(len(n))
        of_count = (gammaln(a + self.count) - gammaln(a) - self.constant)[self.place]
        value = of_count + none + n * (np.log(e) - np.log(b + e)) - np.log(seen)
        grown = (digamma(a + self.count) - digamma(a))[self.place]
        return value, a * (grown + log_share / seen), a * e / (b + e) / seen - n * b / (b + e)

    def loss(self, free: Floats) -> tuple[float, Floats]:
        """Minus the log likelihood and its slopes in logs of shapes and rates and the logit of the share."""
        (a1, b1, a2, b2), share = np.exp(free[:4]), float(expit(free[4]))
        first, of_a1, of_b1 = self.component(a1, b1)
        second, of_a2, of_b2 = self.component(a2, b2)
        one, two = first + np.log(share), second + np.log1p(-share)
        both = np.logaddexp(one, two)
        mine = self.points.weight * np.exp(one - both)
        rest = self.points.weight - mine
        of_share = mine.sum() * (1.0 - share) - rest.sum() * share
        slopes = (_sum(mine, of_a1), _sum(mine, of_b1), _sum(rest, of_a2), _sum(rest, of_b2), of_share)
        return -_sum(self.points.weight, both), -np.array(slopes)

    def belonging(self, prior: Prior) -> Floats:
        """How much of each point belongs to the first component."""
        a1, b1, a2, b2, share = prior
        gap = self.component(a1, b1)[0] - self.component(a2, b2)[0]
        return np.asarray(expit(gap + logit(share)))


def _sum(weight: Floats, value: Floats) -> float:
    """A weighted sum without BLAS, whose threads cost more than they save at these lengths."""
    return float(np.add.reduce(weight * value))


def _free(prior: Prior) -> Floats:
    return np.append(np.log(prior[:4]), np.clip(logit(prior[4]), -REACH, REACH))


def _prior(free: Floats) -> Prior:
    a1, b1, a2, b2 = np.exp(free[:4]).tolist()
    return a1, b1, a2, b2, float(expit(free[4]))


def _ordered(prior: Prior) -> Prior:
    """The component of the larger mean first, so that equal fits are told alike."""
    a1, b1, a2, b2, share = prior
    return prior if a1 / b1 >= a2 / b2 else (a2, b2, a1, b1, 1.0 - share)


def _inside(prior: Prior) -> bool:
    return bool(np.all(np.abs(_free(prior)) < REACH - 0.01))


def _climbed(points: Points, start: Prior) -> Fit:
    """The top that quasi-Newton reaches from a start."""
    top = minimize(
        _Likelihood(points).loss, _free(start), jac=True, method="L-BFGS-B", bounds=[(-REACH, REACH)] * 5,
        options={"maxiter": 500, "ftol": 1e-14, "gtol": 1e-6, "maxcor": 20},
    )  # fmt: skip
    return Fit(_ordered(_prior(top.x)), float(top.fun), "likelihood")


def _best_start(points: Points, starts: tuple[Prior, ...]) -> Prior:
    return min((_climbed(points, start) for start in starts), key=lambda one: one.minus_loglik).prior


def _by_em(points: Points, start: Prior, remark: str) -> Fit:
    """The prior after rounds of EM; each gamma is fitted to the share of the points that belongs to it."""
    likelihood, prior, before = _Likelihood(points), start, np.inf
    total = points.weight.sum()
    for _ in range(EM_ROUNDS):
        share = likelihood.belonging(prior)
        first = _weighted_gamma(likelihood, points.weight * share, prior[:2])
        second = _weighted_gamma(likelihood, points.weight * (1.0 - share), prior[2:4])
        prior = (*first, *second, float(np.clip(_sum(points.weight, share) / total, 1e-9, 1 - 1e-9)))
        now = likelihood.loss(_free(prior))[0]
        if before - now < 1e-9 * abs(now):
            break
        before = now
    if not np.isfinite(now):
        return fixed(points, "EM did not end either")
    return Fit(_ordered(prior), now, "em", remark)


def _weighted_gamma(
    likelihood: _Likelihood, weight: Floats, start: tuple[float, float]
) -> tuple[float, float]:
    def loss(free: Floats) -> tuple[float, Floats]:
        value, of_a, of_b = likelihood.component(*np.exp(free).tolist())
        return -_sum(weight, value), -np.array([_sum(weight, of_a), _sum(weight, of_b)])

    top = minimize(loss, np.log(start), jac=True, method="L-BFGS-B", bounds=[(-REACH, REACH)] * 2)
    a, b = np.exp(top.x).tolist()
    return a, b
