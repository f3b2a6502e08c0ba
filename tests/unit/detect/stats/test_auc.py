# SPDX-License-Identifier: Apache-2.0
"""The area under the curve from counts."""

from __future__ import annotations

import numpy as np
import pytest

from nadzor.detect.stats.auc import auc_of_bins, auc_of_cases, auc_of_counts, delong_paired


def test_counts_lose_nothing():
    """Cases and their counts per score give one area, variance and interval."""
    rng = np.random.default_rng(3)
    scores, present = rng.integers(0, 40, 300), rng.random(300) < 0.3
    counts = [
        {int(s): int(n) for s, n in zip(*np.unique(scores[side], return_counts=True), strict=True)}
        for side in (present, ~present)
    ]
    assert auc_of_counts(*counts) == auc_of_cases(scores, present)


def test_variance_is_the_textbook_sum_over_cases():
    """DeLong's structural components, case by case, give the variance that the bins give."""
    rng = np.random.default_rng(4)
    x, y = rng.normal(1, 1, 30).round(1), rng.normal(0, 1, 50).round(1)
    wins = (x[:, None] > y).astype(float) + 0.5 * (x[:, None] == y)
    variance = wins.mean(axis=1).var(ddof=1) / 30 + wins.mean(axis=0).var(ddof=1) / 50
    area = auc_of_cases([*x, *y], [True] * 30 + [False] * 50)
    assert (area.auc, area.variance) == (pytest.approx(wins.mean()), pytest.approx(variance))


def test_perfect_separation_does_not_claim_certainty():
    """An area of one from four cases has a lower limit far below one."""
    area = auc_of_counts({9: 4}, {1: 50})
    assert (area.auc, area.high) == (1.0, 1.0)
    assert area.low == pytest.approx(0.025**0.25)


def test_logit_limits_stay_inside():
    """On the logit scale the limits of a high area do not reach one."""
    plain = auc_of_bins([0, 1, 9], [9, 2, 0])
    logit = auc_of_bins([0, 1, 9], [9, 2, 0], logit=True)
    assert plain.high == 1.0
    assert plain.auc < logit.high < 1.0


def test_one_class_has_no_area():
    """Without a present and an absent case there is nothing to rank."""
    with pytest.raises(ValueError, match="at least one present"):
        auc_of_counts({1: 3}, {})
    with pytest.raises(ValueError, match="at least one present"):
        delong_paired([(1.0, 2.0, True)])


def test_a_level_outside_is_refused():
    """A level is strictly between nothing and all."""
    with pytest.raises(ValueError, match="strictly between"):
        auc_of_counts({1: 3}, {0: 2}, level=0.0)


def test_a_score_does_not_differ_from_itself():
    """The paired test of a score with itself is exactly nothing."""
    gap = delong_paired([(float(i % 7), float(i % 7), i % 3 == 0) for i in range(60)])
    assert (gap.z, gap.p) == (0.0, 1.0)
