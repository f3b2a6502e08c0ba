# SPDX-License-Identifier: Apache-2.0
"""The area under the ROC curve, from counts of present and absent per score, with its exact DeLong variance.

Counts per score lose nothing: two studies with one score are tied whether or not they stand in one bin, so on
integer scores the figure is the exact one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import erfc, exp, log, sqrt

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Pair = tuple[float, float]


class Area(Struct, frozen=True):
    """An AUC with its DeLong variance, confidence limits, and how many cases it rests on."""

    auc: float
    variance: float
    low: float
    high: float
    present: float
    absent: float


class AreaDifference(Struct, frozen=True):
    """Two AUCs on the same cases compared."""

    first: float
    second: float
    z: float
    p: float


def auc_of_counts(
    present: Mapping[int, float], absent: Mapping[int, float], *, level: float = 0.95, logit: bool = False
) -> Area:
    """The AUC of two histograms over scores.

    Method: Mann-Whitney with ties counted half; variance of DeLong, DeLong & Clarke-Pearson 1988 from the
    structural components of each bin. Where the variance vanishes (AUC 0 or 1) the far limit is that of
    Clopper & Pearson for the smaller class, since a width of zero would claim certainty.
    Raises: ValueError when either class is empty.
    """
    keys = sorted(present.keys() | absent.keys())
    m = np.array([present.get(key, 0) for key in keys], dtype=np.float64)
    n = np.array([absent.get(key, 0) for key in keys], dtype=np.float64)
    return auc_of_bins(m, n, level=level, logit=logit)


def auc_of_bins(present: ArrayLike, absent: ArrayLike, *, level: float = 0.95, logit: bool = False) -> Area:
    """The AUC of counts already aligned by ascending score; see `auc_of_counts`."""
    m, n = np.asarray(present, dtype=np.float64), np.asarray(absent, dtype=np.float64)
    total_m, total_n = float(m.sum()), float(n.sum())
    if min(total_m, total_n) <= 0 or m.min() < 0 or n.min() < 0:
        raise ValueError("an AUC needs at least one present and one absent case, and no negative count")
    above_absent = (np.cumsum(n) - n / 2.0) / total_n
    below_present = 1.0 - (np.cumsum(m) - m / 2.0) / total_m
    auc = float(m @ above_absent / total_m)
    variance = _spread(above_absent, m, auc) + _spread(below_present, n, auc)
    low, high = _limits(auc, variance, smaller=min(total_m, total_n), level=level, logit=logit)
    return Area(auc, variance, low, high, total_m, total_n)


def auc_of_cases(scores: ArrayLike, present: ArrayLike, *, level: float = 0.95) -> Area:
    """The AUC of a list of cases, each a score and whether the finding was present."""
    values, where = np.unique(np.asarray(scores, dtype=np.float64), return_inverse=True)
    truth = np.asarray(present, dtype=bool)
    m = np.bincount(where[truth], minlength=len(values))
    n = np.bincount(where[~truth], minlength=len(values))
    return auc_of_bins(m, n, level=level)


def delong_paired(cases: Iterable[tuple[float, float, bool]]) -> AreaDifference:
    """Whether two scores of the same cases have different AUCs.

    Method: DeLong, DeLong & Clarke-Pearson 1988, equation 5, for two correlated areas.
    """
    table = np.array([(a, b, present) for a, b, present in cases], dtype=np.float64)
    truth = table[:, 2] > 0
    first, second = (_components(table[:, i], truth) for i in (0, 1))
    present, absent = (np.cov(np.vstack((first[i], second[i]))) / len(first[i]) for i in (0, 1))
    covariance = present + absent
    gap = float(first[0].mean() - second[0].mean())
    variance = float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    z = gap / sqrt(variance) if variance > 0 else (0.0 if gap == 0 else float("inf") * np.sign(gap))
    return AreaDifference(float(first[0].mean()), float(second[0].mean()), z, erfc(abs(z) / sqrt(2.0)))


def _components(scores: Floats, truth: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """For a present case the share of absent ones below it; for an absent one the share of present above."""
    present, absent = np.sort(scores[truth]), np.sort(scores[~truth])
    if not len(present) or not len(absent):
        raise ValueError("an AUC needs at least one present and one absent case")
    return _share_below(scores[truth], absent), 1.0 - _share_below(scores[~truth], present)


def _share_below(values: Floats, ordered: Floats) -> Floats:
    ranks = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    return np.asarray(ranks / (2.0 * len(ordered)), dtype=np.float64)


def _spread(component: Floats, weight: Floats, mean: float) -> float:
    total = float(weight.sum())
    if total <= 1:
        return 0.0
    return float(weight @ (component - mean) ** 2) / (total - 1) / total


def _limits(auc: float, variance: float, *, smaller: float, level: float, logit: bool) -> Pair:
    if not 0.0 < level < 1.0:
        raise ValueError("a level lies strictly between 0 and 1")
    if variance <= 1e-15:
        reach = ((1.0 - level) / 2.0) ** (1.0 / smaller)
        return min(auc, auc * reach), max(auc, 1.0 - (1.0 - auc) * reach)
    half = float(ndtri(0.5 + level / 2.0)) * sqrt(variance)
    if not logit or not 0.0 < auc < 1.0:
        return max(0.0, auc - half), min(1.0, auc + half)
    middle, half = log(auc / (1.0 - auc)), half / (auc * (1.0 - auc))
    return 1.0 / (1.0 + exp(half - middle)), 1.0 / (1.0 + exp(-half - middle))
