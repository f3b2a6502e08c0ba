# SPDX-License-Identifier: Apache-2.0
"""Many charts at once: the same crossings as one chart followed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nadzor.detect.failure_cusum.chart import run_charts


def by_hand(seen, expected, k, h):
    """First days above the limit of one chart, each after a return to zero."""
    score, alarmed, days = 0.0, False, []
    for day, (x, m) in enumerate(zip(seen, expected, strict=True)):
        score = max(0.0, score + x - k * m)
        if score > h and not alarmed:
            days.append(day)
        alarmed = score > 0.0 and (alarmed or score > h)
        score = min(score, h)
    return days


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_charts_cross_where_one_by_hand_does(seed):
    """Of forty streams, each crosses on the days on which it would alone."""
    rng = np.random.default_rng(seed)
    expected = rng.uniform(0.2, 2.0, (40, 1)) * rng.uniform(0.5, 1.5, (40, 300))
    seen = rng.poisson(expected).astype(float)
    seen[::4, 200:] += rng.poisson(1.0, (10, 100))
    limits = rng.uniform(3.0, 8.0, (40, 1))
    told = run_charts(seen, expected, reference=np.array([1.4]), limits=limits)
    found = [[one.column for one in told.crossings if one.stream == i] for i in range(40)]
    assert found == [by_hand(seen[i], expected[i], 1.4, limits[i, 0]) for i in range(40)]
    assert told.busy.any(axis=1).tolist() == [bool(days) for days in found]


def test_charts_without_a_limit_are_not_followed():
    """A stream whose limits are all infinite never speaks."""
    told = run_charts(
        np.full((1, 50), 9.0), np.ones((1, 50)), reference=np.array([1.4]), limits=np.array([[np.inf]])
    )
    assert told.crossings == [] and not told.busy.any()
