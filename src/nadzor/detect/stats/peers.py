# SPDX-License-Identifier: Apache-2.0
"""A share against that of its peers, when peers are known to differ: funnel, heterogeneity, shrinkage.

Places differ by more than chance, and that is nobody's fault.  How much they usually differ is learned from
all groups together, so that only a place beyond the usual is named.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, expit, logit, stdtr, xlogy

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
CAP = 1.0
"""Standardised deviations beyond this count as this when the usual spread is learned."""
CAPPED_MEAN = 0.5160585
"""The mean of min(|Z|, 1)^2 for a standard normal Z."""
NO_TEST = 2.0
"""In the place of a p-value where nothing is tested."""
PRIOR_UNITS = 40.0
"""What is believed of the spread before any place is seen weighs as much as so many places."""


class Peers(NamedTuple):
    """A unit against the others of its group, arrays of one shape.

    `deviance` is the signed root of the likelihood ratio, `sampling` the variance of the difference of log
    odds by chance alone, `weight` by how much a spread between units adds to it, `gap` that difference.
    """

    gap: Floats
    deviance: Floats
    sampling: Floats
    weight: Floats
    usable: Mask
    rest: Floats
    peers: Ints


def against_peers(events: Floats, trials: Floats, group: Ints, *, least: float) -> Peers:
    """Every unit against all others of its group that have at least so many trials.

    Method: two-sample likelihood ratio of binomials; log odds with half an event added (Haldane-Anscombe).
    Events and trials are units (rows) by looks (columns); groups are numbered from 0.
    """
    enough = trials >= least
    x: Floats = events * enough
    n: Floats = trials * enough
    groups = int(group.max()) + 1 if len(group) else 0
    parts: tuple[Floats, ...] = (x, n, n * n, enough.astype(np.float64))
    all_x, all_n, all_squares, size = (_summed(part, group, groups) for part in parts)
    rest_x, rest_n = all_x - x, all_n - n
    usable = enough & (rest_n > 0)
    pooled = np.clip((all_x + 0.5) / (all_n + 1.0), 1e-9, 1.0 - 1e-9)
    odds_of = 1.0 / (pooled * (1.0 - pooled))
    safe_n, safe_rest = np.maximum(n, 1.0), np.maximum(rest_n, 1.0)
    gap = _log_odds(x, n) - _log_odds(rest_x, rest_n)
    return Peers(
        gap=gap, deviance=np.sign(x * rest_n - rest_x * n) * np.sqrt(_ratio(x, n, rest_x, rest_n)),
        sampling=odds_of / safe_n + odds_of / safe_rest,
        weight=1.0 + (all_squares - n * n) / safe_rest**2,
        usable=usable, rest=np.asarray((rest_x + 0.5) / (rest_n + 1.0)), peers=(size - 1.0).astype(np.int64),
    )  # fmt: skip


def usual_spread(peers: Peers, *, prior: float) -> tuple[Floats, Floats]:
    """The variance between units that is usual, by look, and its degrees of freedom.

    Method: the moment equation of Paule & Mandel 1982 with squares capped at one (Huber's proposal 2), so
    that a few odd units do not widen the funnel for themselves; averaged with a prior variance that weighs
    as much as 40 units, so that one device alone does not call its own odd unit usual.
    """
    look = np.nonzero(peers.usable)[1]
    seen = np.bincount(look, minlength=peers.usable.shape[1])
    deviance, sampling, weight = (
        part[peers.usable] for part in (peers.deviance, peers.sampling, peers.weight)
    )
    high = np.full(seen.shape, 4.0)
    low = np.zeros(seen.shape)
    for _ in range(18):
        middle = (low + high) / 2.0
        shrunk = np.sqrt(sampling / (sampling + middle[look] * weight))
        z = np.minimum(np.abs(deviance * shrunk), CAP)
        wide = np.bincount(look, z * z, minlength=len(seen)) > CAPPED_MEAN * seen
        low, high = np.where(wide, middle, low), np.where(wide, high, middle)
    units = PRIOR_UNITS + seen
    spread = (PRIOR_UNITS * prior + seen * (low + high) / 2.0) / units
    return spread.astype(np.float64), units.astype(np.float64)


def standardised(peers: Peers, spread: Floats) -> Floats:
    """Deviations in units of their own spread, chance and usual heterogeneity together; 0 where not usable.

    Method: funnel with additive over-dispersion (Spiegelhalter 2005, Stat. Med. 24:1185).
    """
    shrunk = np.sqrt(peers.sampling / (peers.sampling + spread * peers.weight))
    return np.where(peers.usable, peers.deviance * shrunk, 0.0)


def upper_tail(z: Floats, freedom: Floats) -> Floats:
    """The chance of so large a deviation, by Student's law: the spread itself is learned."""
    return np.asarray(stdtr(freedom, -z), dtype=np.float64)


def named(p: Floats, group: Ints, usable: Mask, *, q: Floats) -> Mask:
    """The units of each group that Benjamini & Hochberg 1995 rejects at q, look by look.

    Units that are not usable are no hypotheses; q is that of the group, told at each of its units.
    """
    best = np.flatnonzero((np.where(usable, p, 1.0) <= q).any(axis=1))
    chosen = np.zeros(p.shape, dtype=bool)
    for of in np.unique(group[best]).tolist():
        rows = np.flatnonzero(group == of)
        chosen[rows] = _step_up(np.where(usable[rows], p[rows], NO_TEST), q[rows[0]])
    return chosen


def heterogeneity(z: Floats, usable: Mask) -> tuple[float, float]:
    """I squared of a group, and the p-value that its units differ by more than usual.

    Method: Cochran's Q of standardised deviations against chi-squared with k - 1 degrees of freedom; each is
    a deviation from the others' mean, which inflates Q by k / (k - 1) at equal sizes, and that is taken out.
    """
    k = int(usable.sum())
    if k < 2:
        return 0.0, 1.0
    statistic = float((z[usable] ** 2).sum()) * (k - 1.0) / k
    return max(0.0, 1.0 - (k - 1.0) / statistic) if statistic > 0 else 0.0, float(chdtrc(k - 1.0, statistic))


def shrunk_gap(gap: float, *, sampling: float, spread: float) -> tuple[float, float, float]:
    """The empirical-Bayes gap in log odds with its 95 % interval: chance is taken out, usual spread kept.

    Method: normal-normal posterior (Morris 1983, JASA 78:47) with mean 0 and variance `spread`.
    """
    kept = spread / (spread + sampling) if spread > 0 else 0.0
    half = 1.959964 * np.sqrt(kept * sampling)
    return kept * gap, kept * gap - float(half), kept * gap + float(half)


def moved(share: float, gap: float) -> float:
    """The share whose log odds lie so far from those of another share, itself strictly between 0 and 1."""
    return float(expit(logit(share) + gap))


def _summed(values: Floats, group: Ints, groups: int) -> Floats:
    """The sum of its group at each unit."""
    looks = values.shape[1]
    cell = group[:, None] * looks + np.arange(looks)
    total = np.bincount(cell.ravel(), values.ravel(), minlength=groups * looks)
    return np.asarray(total.reshape(groups, looks)[group], dtype=np.float64)


def _log_odds(x: Floats, n: Floats) -> Floats:
    return np.asarray(np.log((x + 0.5) / (n - x + 0.5)))


def _ratio(x: Floats, n: Floats, rest_x: Floats, rest_n: Floats) -> Floats:
    """Twice the log likelihood ratio of two shares against one."""
    both, trials = x + rest_x, np.maximum(n + rest_n, 1.0)
    apart = _binomial(x, np.maximum(n, 1.0)) + _binomial(rest_x, np.maximum(rest_n, 1.0))
    return np.maximum(2.0 * (apart - _binomial(both, trials)), 0.0)


def _binomial(x: Floats, n: Floats) -> Floats:
    share = np.clip(x / n, 0.0, 1.0)
    return np.asarray(xlogy(x, share) + xlogy(n - x, 1.0 - share), dtype=np.float64)


def _step_up(p: Floats, q: Floats) -> Mask:
    """Benjamini & Hochberg's step-up rule in each column."""
    order = np.sort(p, axis=0)
    tests = (p < NO_TEST).sum(axis=0)
    rank = np.arange(1, len(p) + 1)[:, None]
    passed = (order < NO_TEST) & (order * tests <= q * rank)
    last = np.where(passed.any(axis=0), len(p) - 1 - passed[::-1].argmax(axis=0), -1)
    limit = np.where(last >= 0, order[np.maximum(last, 0), np.arange(p.shape[1])], -1.0)
    return np.asarray(p <= limit)
