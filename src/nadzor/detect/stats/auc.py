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
from scipy.special import ndtri, stdtr, stdtrit

Floats = NDArray[np.float64]
Pair = tuple[float, float]
_NONE = 1e-15  # a variance below this is rounding


class Area(Struct, frozen=True):
    """An AUC with its DeLong variance, confidence limits, and how many cases it rests on."""

    auc: float
    variance: float
    low: float
    high: float
    present: float
    absent: float


class AreaDifference(Struct, frozen=True):
    """Two AUCs compared: the difference over its standard error, and the p of that; no df, normal law."""

    first: float
    second: float
    z: float
    p: float
    variance: float = 0.0
    df: float | None = None

    def limits(self, level: float) -> Pair | None:
        """Confidence limits of first minus second; none where the difference has no variance."""
        if self.variance <= 0:
            return None
        tail = 0.5 + level / 2.0
        reach = float(ndtri(tail) if self.df is None else stdtrit(self.df, tail)) * sqrt(self.variance)
        return self.first - self.second - reach, self.first - self.second + reach


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
    table = np.array([(a, b, present) for a, b, present in cases], dtype=np.float64).reshape(-1, 3)
    truth = table[:, 2] > 0
    first, second = (_components(table[:, i], truth) for i in (0, 1))
    present, absent = (_covariance(first[i], second[i]) for i in (0, 1))
    covariance = present + absent
    gap = float(first[0].mean() - second[0].mean())
    variance = float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    variance = variance if variance > _NONE else 0.0
    z = gap / sqrt(variance) if variance > 0 else (0.0 if gap == 0 else float("inf") * np.sign(gap))
    p = erfc(abs(z) / sqrt(2.0))
    return AreaDifference(float(first[0].mean()), float(second[0].mean()), z, p, variance)


def delong_unpaired(first: Area, second: Area) -> AreaDifference:
    """Whether AUCs of different cases differ.

    Method: DeLong variances added; Student's t with the degrees of freedom of Welch 1947, N - 1 of each.
    """
    gap, variance = first.auc - second.auc, first.variance + second.variance
    if variance <= _NONE:
        z = 0.0 if gap == 0 else float("inf") * np.sign(gap)
        return AreaDifference(first.auc, second.auc, z, float(gap == 0))
    shares = [one.variance**2 / (one.present + one.absent - 1) for one in (first, second)]
    z, df = gap / sqrt(variance), variance**2 / sum(shares)
    return AreaDifference(first.auc, second.auc, z, 2.0 * float(stdtr(df, -abs(z))), variance, df)


def _components(scores: Floats, truth: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """For a present case the share of absent ones below it; for an absent one the share of present above."""
    present, absent = np.sort(scores[truth]), np.sort(scores[~truth])
    if not len(present) or not len(absent):
        raise ValueError("an AUC needs at least one present and one absent case")
    return _share_below(scores[truth], absent), 1.0 - _share_below(scores[~truth], present)


def _covariance(first: Floats, second: Floats) -> Floats:
    """Of the means of two components; nought where one case tells nothing of a spread."""
    if len(first) < 2:
        return np.zeros((2, 2))
    return np.asarray(np.cov(np.vstack((first, second))) / len(first), dtype=np.float64)


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
    if variance <= _NONE:
        reach = ((1.0 - level) / 2.0) ** (1.0 / smaller)
        return min(auc, auc * reach), max(auc, 1.0 - (1.0 - auc) * reach)
    half = float(ndtri(0.5 + level / 2.0)) * sqrt(variance)
    if not logit or not 0.0 < auc < 1.0:
        return max(0.0, auc - half), min(1.0, auc + half)
    middle, half = log(auc / (1.0 - auc)), half / (auc * (1.0 - auc))
    return 1.0 / (1.0 + exp(half - middle)), 1.0 / (1.0 + exp(-half - middle))
