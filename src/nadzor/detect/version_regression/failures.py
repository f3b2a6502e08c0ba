# SPDX-License-Identifier: Apache-2.0
"""Failures since a release against the same sites' failures before it."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from scipy.sparse import csr_array

from nadzor.detect.learned import Table
from nadzor.detect.series import Floats
from nadzor.detect.stats.learned_strata import added
from nadzor.detect.version_regression.compared import HORIZON, PAST, strata_of
from nadzor.detect.version_regression.episodes import Episodes
from nadzor.measures.columns import Pair

PRIOR = 2.0
"""Failures that the device's own rate is worth at each of its sites, besides what the site itself shows."""
RISK = 0.01
"""The share of failures that is believed of a device before anything is seen, worth one failure."""


def log_ratios(
    table: Table, pairs: tuple[Pair, Pair], releases: Episodes, ratios: Collection[float]
) -> dict[float, Floats]:
    """By odds ratio, the evidence of each release and day for failures having risen so many times.

    Method: gamma-Poisson by site, its prior the device's past; divided by the over-dispersion of that past.
    """
    studies, failed = (table.counts[pair] for pair in pairs)
    episode = releases.of(table)
    row = np.flatnonzero(episode >= 0)
    episode, size = episode[row], len(releases)
    by = csr_array((np.ones(len(row)), (episode, np.arange(len(row)))), shape=(size, len(row)))
    n0, x0, pearson, days = _past(table, (studies, failed), row)
    rate = (by @ x0 + 1.0) / (by @ n0 + 1.0 / RISK)
    phi = _phi((by @ pearson, by @ days, by @ x0, by @ n0))
    x, n = (_after(table, part, (row, releases.start[episode] - table.first)) for part in (failed, studies))
    shape, exposure = (x0 + PRIOR)[:, None], (n0 + PRIOR / rate[episode])[:, None]
    return {ratio: by @ _log_ratio(ratio, (x, n), (shape, exposure)) / phi[:, None] for ratio in ratios}


def _log_ratio(ratio: float, seen: tuple[Floats, Floats], past: tuple[Floats, Floats]) -> Floats:
    """Method: the unknown rate is integrated out over what its past leaves of it, on both sides."""
    (x, n), (shape, exposure) = seen, past
    gain = (shape + x) * np.log((exposure + n) / (exposure + ratio * n))
    return np.asarray(x * np.log(ratio) + gain)


def _phi(past: tuple[Floats, Floats, Floats, Floats]) -> Floats:
    """Variance of days over Poisson's, from sums of x²/n, days, failures and studies; thirty days of none."""
    pearson, days, x, n = past
    mean = np.divide(x, n, out=np.zeros_like(n), where=n > 0)
    statistic = np.divide(pearson, mean, out=np.zeros_like(mean), where=mean > 0) - x
    return np.asarray(np.maximum(1.0, (statistic + 30.0) / (np.maximum(days - 1.0, 0.0) + 30.0)))


def _past(table: Table, counts: tuple[Floats, Floats], row: np.typing.NDArray[np.intp]) -> list[Floats]:
    stratum = strata_of(table)
    n, x = (added(part, stratum) for part in counts)
    end = (counts[0][row] > 0).argmax(axis=1)
    begin = np.maximum(end - PAST, 0)
    each = np.divide(x * x, n, out=np.zeros_like(x), where=n > 0)
    told = []
    for values in (n, x, each, (n > 0).astype(np.float64)):
        sums = np.zeros((len(values), values.shape[1] + 1))
        np.cumsum(values, axis=1, out=sums[:, 1:])
        told.append(sums[stratum[row], end] - sums[stratum[row], begin])
    return told


def _after(
    table: Table, values: Floats, where: tuple[np.typing.NDArray[np.intp], np.typing.NDArray[np.int64]]
) -> Floats:
    row, start = where
    column = start[:, None] + np.arange(HORIZON + 1)
    here = (column >= 0) & (column < table.length)
    return np.asarray(np.cumsum(values[row[:, None], np.where(here, column, 0)] * here, axis=1))
