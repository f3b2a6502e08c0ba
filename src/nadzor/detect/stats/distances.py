# SPDX-License-Identifier: Apache-2.0
"""How far two distributions lie apart, from counts over the same ascending values or bins."""

from __future__ import annotations

from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import kolmogorov, rel_entr

Floats = NDArray[np.float64]
FLOOR: Final = 1e-6
"""The least share of a bin in PSI, which is infinite without one; published, since PSI depends on it."""


def aligned(reference: ArrayLike, current: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """The distinct values of both samples, ascending, and how often each sample has them."""
    one, two = np.asarray(reference, dtype=np.float64), np.asarray(current, dtype=np.float64)
    values, where = np.unique(np.concatenate((one, two)), return_inverse=True)
    counts = [np.bincount(part, minlength=len(values)) for part in (where[: len(one)], where[len(one) :])]
    return values, counts[0].astype(np.float64), counts[1].astype(np.float64)


def ks(reference: Floats, current: Floats) -> float:
    """The largest difference of the two distribution functions.

    Method: two-sample Kolmogorov-Smirnov; on bins it is exact up to their width.
    """
    return float(np.max(np.abs(_gap(reference, current))))


def ks_p(distance: float, reference: float, current: float) -> float:
    """The chance of such a distance or a larger one between samples of so many from one distribution.

    Method: Smirnov 1948, the limit law 2 sum (-1)^(i-1) exp(-2 i^2 n m / (n + m) D^2); ties make it cautious.
    """
    return float(kolmogorov(distance * sqrt(reference / (reference + current) * current)))


def w1(values: Floats, reference: Floats, current: Floats) -> float:
    """The area between the two distribution functions: how far mass must be moved, in the unit of values."""
    return float(np.abs(_gap(reference, current))[:-1] @ np.diff(values))


def psi(reference: Floats, current: Floats, *, floor: float = FLOOR) -> float:
    """The population stability index, sum (q - p) ln(q / p), over bins; shares below the floor count as it.

    Method: symmetric Kullback-Leibler divergence (Jeffreys 1946) of shares floored, not renormalised.
    """
    p, q = (np.maximum(share, floor) for share in _shares(reference, current))
    return float((q - p) @ np.log(q / p))


def js(reference: Floats, current: Floats) -> float:
    """The Jensen-Shannon distance to base 2 over bins, between 0 and 1.

    Method: Lin 1991; square root of the mean divergence of both from their mixture.
    """
    p, q = _shares(reference, current)
    middle = (p + q) / 2.0
    divergence = float(np.sum(rel_entr(p, middle) + rel_entr(q, middle))) / 2.0 / float(np.log(2.0))
    return sqrt(max(0.0, divergence))


def binned(sample: ArrayLike, edges: ArrayLike) -> Floats:
    """Counts in bins half-open to the right, the last one closed.

    Raises: ValueError for edges that do not rise, or a value outside of them.
    """
    values, bounds = np.asarray(sample, dtype=np.float64), np.asarray(edges, dtype=np.float64)
    if len(bounds) < 2 or not np.all(np.diff(bounds) > 0):
        raise ValueError("bins are at least two edges in rising order")
    if len(values) and not (values.min() >= bounds[0] and values.max() <= bounds[-1]):
        raise ValueError("a value lies outside of the bins; widen the first or the last one")
    return np.histogram(values, bounds)[0].astype(np.float64)


def _gap(reference: Floats, current: Floats) -> Floats:
    p, q = _shares(reference, current)
    return np.asarray(np.cumsum(p) - np.cumsum(q), dtype=np.float64)


def _shares(reference: Floats, current: Floats) -> tuple[Floats, Floats]:
    totals = float(reference.sum()), float(current.sum())
    if min(totals) <= 0:
        raise ValueError("both samples must hold at least one value")
    return reference / totals[0], current / totals[1]
