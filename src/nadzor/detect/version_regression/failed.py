# SPDX-License-Identifier: Apache-2.0
"""How much more often studies fail since a release than at the same sites before it."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.series import Floats
from nadzor.detect.stats.learned_strata import added
from nadzor.detect.version_regression.compared import PAST, strata_of
from nadzor.detect.version_regression.contrast import LEVEL, Places
from nadzor.detect.version_regression.scene import FAILED, STUDIES, Scene

HALF = 0.5


class Ratio(Struct, frozen=True):
    """A ratio of failures to those expected, with its interval."""

    ratio: float
    low: float
    high: float
    events: float
    expected: float
    studies: float


def failing_shift(told: Scene, release: int, day: int) -> Ratio:
    """Method: log-normal interval of a ratio of Poisson counts, half an event added to each."""
    x, n, expected, past = _sites(told, release, day)
    seen, due, before = float(x.sum()), float(expected.sum()), float(past.sum())
    ratio = (seen + HALF) / (due + HALF)
    width = float(np.exp(LEVEL * np.sqrt(1.0 / (seen + HALF) + 1.0 / (before + HALF))))
    return Ratio(ratio, ratio / width, ratio * width, seen, due, float(n.sum()))


def failing_sites(told: Scene, release: int, day: int) -> Places:
    """Sites with more failures than expected, most first."""
    x, n, expected, _ = _sites(told, release, day)
    table, names = told.tables["failures"], told.days.columns.names["site"]
    site = table.code["site"][_rows(told, release)]
    over = x - expected
    worse = [names[site[i]] for i in np.argsort(-over, kind="stable").tolist() if over[i] > 0]
    return Places(worse, int(np.count_nonzero(n)))


def _rows(told: Scene, release: int) -> NDArray[np.intp]:
    return np.flatnonzero(told.releases.of(told.tables["failures"]) == release)


def _sites(told: Scene, release: int, day: int) -> tuple[Floats, Floats, Floats, Floats]:
    """By site: failures and studies since the release, failures expected, and failures in the past."""
    table = told.tables["failures"]
    row, stratum = _rows(told, release), strata_of(table)[_rows(told, release)]
    start = int(told.releases.start[release]) - table.first
    n, x = (table.counts[pair][row, start : start + day + 1].sum(axis=1) for pair in (STUDIES, FAILED))
    n0, x0 = (
        added(table.counts[pair], strata_of(table))[stratum, max(0, start - PAST) : start].sum(axis=1)
        for pair in (STUDIES, FAILED)
    )
    rate = (x0.sum() + HALF) / (n0.sum() + HALF / 0.01)
    return x, n, n * (x0 + rate * 100.0) / (n0 + 100.0), x0
