# SPDX-License-Identifier: Apache-2.0
"""The likelihood-ratio test of a table of reports: how far cells stand out, and the chance of the largest."""

from __future__ import annotations

from typing import Final

import numpy as np
from msgspec import Struct
from scipy.special import xlogy

from nadzor.detect.stats.disproportionality import Floats

WORK_MAX: Final = 2e9
"""Cells times tables beyond which a run is refused rather than left to last for hours."""


class Maximum(Struct, frozen=True):
    """The largest ratio of a table, its chance under independence, and the same chance for each cell.

    Shapes: `p_of_cell` is that of the table; each of its chances allows for all cells having been looked at.
    """

    loglr: float
    p: float
    p_of_cell: Floats
    tables: int


def log_ratio(n: Floats, e: Floats) -> Floats:
    """The log likelihood ratio of each cell: 0 where no more was seen than expected.

    Method: Huang, Zalkikar & Tiwari 2011 in the Poisson form of Chakraborty et al. 2022 (pvLRT):
    n log(n/E) - (n - E), one-sided.
    """
    above = n > e
    return np.where(above, xlogy(n, np.where(above, n / np.maximum(e, 1e-300), 1.0)) - (n - e), 0.0)


def expected(counts: Floats) -> Floats:
    """What independence of rows and columns gives, for every cell of a checked table."""
    return np.asarray(np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum())


def maximum(counts: Floats, *, tables: int, seed: int) -> Maximum:
    """The largest ratio of a checked table against tables drawn with the same margins.

    Method: Huang, Zalkikar & Tiwari 2011, section 2.3: the Monte-Carlo distribution of the maximum, which
    keeps the error over all cells together.  Tables are drawn given both margins, so that the chance
    (1 + as large) / (1 + tables) is exact whatever the margins are.
    Raises: ValueError when so many tables of this size would take hours.
    """
    if counts.size * tables > WORK_MAX:
        raise ValueError("so many tables of this size would take hours: ask for fewer")
    from scipy.stats import random_table  # only here: all of scipy.stats takes a second to load

    e, rng = expected(counts), np.random.default_rng(seed)
    family = random_table(counts.sum(axis=1).astype(np.int64), counts.sum(axis=0).astype(np.int64))
    drawn = np.sort([_largest(family.rvs(random_state=rng), e) for _ in range(tables)])
    seen = log_ratio(counts, e)
    below = np.searchsorted(drawn, seen * (1.0 - 1e-12), side="left")
    p = (1.0 + tables - below) / (1.0 + tables)
    return Maximum(float(seen.max()), float(p.min()), np.asarray(p), tables)


def _largest(drawn: Floats, e: Floats) -> float:
    """The largest ratio of one table; only cells that hold something need a logarithm."""
    row, column = np.nonzero(drawn)
    return float(log_ratio(drawn[row, column].astype(np.float64), e[row, column]).max())
