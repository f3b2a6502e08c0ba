# SPDX-License-Identifier: Apache-2.0
"""Whether the digits of reported figures fall as those of counted things do."""

from __future__ import annotations

from math import sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, kolmogorov

Floats = NDArray[np.float64]
CLASSES: Final = ("close conformity", "acceptable conformity", "marginal conformity", "nonconformity")
BOUNDS: Final = {1: (0.006, 0.012, 0.015), 2: (0.0012, 0.0018, 0.0022), 3: (0.00036, 0.00044, 0.00050)}
"""Nigrini 2012, table 7.1: the mean absolute deviation up to which the first k digits conform so well."""


class Digits(NamedTuple):
    """How far counts of digits are from their law."""

    n: int
    mad: float
    chi2: float
    p: float
    farthest: float
    farthest_p: float


def benford(k: int) -> Floats:
    """The share of each first k digits, from 1, 10 or 100 upwards: log10(1 + 1 / d) (Benford 1938)."""
    return np.log10(1.0 + 1.0 / np.arange(10 ** (k - 1), 10**k))


def digits(counts: Floats, law: Floats) -> Digits:
    """Counts of digits against their law.

    Method: mean absolute deviation of shares; Pearson's chi-squared with one degree of freedom less than
    digits; the largest difference of cumulated shares, with the limit law of Kolmogorov (cautious here).
    Raises: ValueError when there is no figure at all, or not a count for each digit.
    """
    n = float(counts.sum())
    if len(counts) != len(law) or n <= 0:
        raise ValueError(f"there must be {len(law)} counts, not all nought")
    gap = counts / n - law
    chi2 = float(n * (gap**2 / law).sum())
    far = float(np.max(np.abs(np.cumsum(gap))))
    p = float(chdtrc(len(law) - 1, chi2))
    return Digits(int(n), float(np.mean(np.abs(gap))), chi2, p, far, float(kolmogorov(far * sqrt(n))))


def conformity(mad: float, k: int) -> str:
    """Nigrini's class of a mean absolute deviation of the first k digits."""
    return CLASSES[int(np.searchsorted(BOUNDS[k], mad, side="left"))]
