# SPDX-License-Identifier: Apache-2.0
"""Evidence on one scale: e-values from p-values and from stated alarm rates, and which survive together.

An e-value is a figure whose mean, when nothing is wrong, is at most one; ten thousand streams may be compared
by them whatever ties the streams together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
GREATEST = 1e300
"""Evidence beyond this is written as this: a figure, not infinity."""


def e_of_p(p: float) -> float:
    """The e-value that a p-value is worth, whatever the test.

    Method: Vovk & Wang 2021 (Ann. Stat. 49:1736), the calibrators k p^(k-1) averaged over k in (0, 1):
    (1 - p + p ln p) / (p ln^2 p).
    Raises: ValueError unless 0 <= p <= 1.

    >>> round(e_of_p(0.001), 2)
    20.79
    """
    if not 0.0 <= p <= 1.0:
        raise ValueError("a p-value lies between 0 and 1")
    if p > 1.0 - 1e-4:
        return 0.5
    p = max(p, 1.0 / GREATEST)
    log = float(np.log(p))
    return min(GREATEST, (1.0 - p + p * log) / (p * log * log))


def e_of_alarm(*, yearly: float, years: float) -> float:
    """The e-value of a chart's alarm after so many years, when it gives so many false ones a year at most.

    Method: with intensity of false alarms at most b, the mean of 1 / (b (1 + t)^2) at the alarm is at most
    the integral of (1 + t)^-2 over all t, which is 1.
    Raises: ValueError when the rate is not positive or the years are negative.

    >>> e_of_alarm(yearly=0.02, years=0.0)
    50.0
    """
    if not (yearly > 0.0 and years >= 0.0):
        raise ValueError("a rate of false alarms is positive, and years are not negative")
    return min(GREATEST, 1.0 / (yearly * (1.0 + years) ** 2))


def surviving(e_values: ArrayLike, *, streams: int, alpha: float) -> NDArray[np.bool_]:
    """Which of these e-values survive among so many streams watched; the streams not named count nothing.

    Method: e-BH of Wang & Ramdas 2022 (JRSS B 84:822): the k largest, k the largest with e_(k) >= streams /
    (alpha k).  The false discovery rate is at most alpha under any dependence.
    Raises: ValueError for a negative or not finite e-value, fewer streams than values, alpha outside (0, 1).
    """
    e = np.asarray(e_values, dtype=np.float64)
    if len(e) > streams or not 0.0 < alpha < 1.0:
        raise ValueError("there are at least as many streams as e-values, and alpha lies between 0 and 1")
    if len(e) and not (np.isfinite(e).all() and e.min() >= 0.0):
        raise ValueError("an e-value is finite and not negative")
    ordered = np.sort(e)[::-1]
    enough = np.flatnonzero(ordered * alpha * np.arange(1, len(e) + 1) >= streams)
    return np.asarray(e >= ordered[enough[-1]]) if len(enough) else np.zeros(len(e), dtype=bool)
