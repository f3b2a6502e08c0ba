# SPDX-License-Identifier: Apache-2.0
"""Rates: exact tests, the evidence of nothing, and run lengths against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson

from nadzor.detect.stats.cusum_arl import (
    binomial_cusum_arl,
    binomial_cusum_threshold,
    normal_cusum_arl,
    normal_cusum_threshold,
    poisson_cusum_arl,
    poisson_cusum_threshold,
)
from nadzor.detect.stats.ewma_arl import normal_ewma_arl
from nadzor.detect.stats.exposure_chart import REACH, STEPS, exposure_limits, exposure_run_lengths
from nadzor.detect.stats.poisson_rate import rate_ratio, silence_evidence


@pytest.mark.parametrize(("observed", "expected"), [(0, 3.2), (5, 2.1), (2, 9.5), (12, 7.0), (4, 4.0)])
def test_two_sided_p_adds_what_is_no_likelier(observed, expected):
    """The two-sided p-value is the sum over all outcomes not likelier than the one seen."""
    chances = poisson.pmf(np.arange(200), expected)
    brute = min(1.0, chances[chances <= poisson.pmf(observed, expected) * (1 + 1e-7)].sum())
    assert rate_ratio(observed, expected).p_two_sided == pytest.approx(brute)


def test_one_sided_p_values_share_the_outcome_seen():
    """Greater and less overlap in exactly the count seen."""
    rate = rate_ratio(5, 2.1)
    assert rate.p_greater + rate.p_less == pytest.approx(1.0 + poisson.pmf(5, 2.1))


def test_impossible_rates_are_refused():
    """An expectation is positive, a count is not negative."""
    with pytest.raises(ValueError, match="expectation is positive"):
        rate_ratio(1, 0.0)
    with pytest.raises(ValueError, match="not negative"):
        rate_ratio(-1, 1.0)


def test_silence_is_weaker_evidence_when_days_vary_more():
    """Over-dispersion makes an empty day likelier; without it the evidence is the expectation itself."""
    assert silence_evidence(6.0) == 6.0
    assert silence_evidence(6.0, dispersion=0.5) == pytest.approx(np.log(4.0) / 0.5)
    with pytest.raises(ValueError, match="not negative"):
        silence_evidence(-1.0)


def test_a_bernoulli_chart_counts_trials_until_a_run():
    """With k = 0 the chart waits for h successes, which takes h / p trials on average."""
    assert binomial_cusum_arl(0.2, 1, 0.0, 3.0) == pytest.approx(15.0)


def test_limits_are_the_smallest_that_keep_the_run_length():
    """One lattice step less would alarm too often."""
    h = poisson_cusum_threshold(0.25, 0.25, 430.0)
    assert poisson_cusum_arl(0.25, 0.25, h) >= 430.0 > poisson_cusum_arl(0.25, 0.25, h - 0.25)
    h = binomial_cusum_threshold(0.1, 5, 1.0, 300.0)
    assert binomial_cusum_arl(0.1, 5, 1.0, h) >= 300.0 > binomial_cusum_arl(0.1, 5, 1.0, h - 1.0)


def test_normal_limit_gives_back_its_run_length():
    """The limit and the run length are inverse to each other, on one side and on two."""
    for sided in ("one", "two"):
        h = normal_cusum_threshold(0.5, 500.0, sided=sided)
        assert normal_cusum_arl(0.5, h, sided=sided) == pytest.approx(500.0, rel=1e-6)


def test_unreachable_run_lengths_are_refused():
    """Where no limit within reach is long enough, nothing is invented."""
    with pytest.raises(ValueError, match="so long a run"):
        normal_cusum_threshold(0.0, 1e9)
    with pytest.raises(ValueError, match="so long a run"):
        poisson_cusum_threshold(5.0, 1.0, 1e9)
    with pytest.raises(ValueError, match="lattice"):
        poisson_cusum_arl(1.0, 1.0, 0.0)
    with pytest.raises(ValueError, match="above where"):
        normal_cusum_arl(0.5, 0.0)


def test_ewma_run_lengths_are_the_published_ones():
    """Lucas and Saccucci 1990: weight 0.1 and limit 2.814 give 500, weight 0.25 and 3.0 give about 503."""
    assert normal_ewma_arl(0.1, 2.814) == pytest.approx(500.0, rel=2e-3)
    assert normal_ewma_arl(0.25, 2.998) == pytest.approx(500.0, rel=2e-3)
    assert normal_ewma_arl(0.1, 2.814, sided="one") > normal_ewma_arl(0.1, 2.814)


def test_exposure_run_length_is_what_simulation_gives():
    """A continuous chart simulated event by event passes its limit after the exposure computed."""
    k, h, runs = 1.5, 4.0, 4000
    rng = np.random.default_rng(8)
    score, spent, alive = np.zeros(runs), np.zeros(runs), np.ones(runs, dtype=bool)
    while alive.any():
        gap = rng.exponential(size=alive.sum())
        score[alive] = np.maximum(0.0, score[alive] - k * gap) + 1.0
        spent[alive] += gap
        alive &= score <= h
    computed = exposure_run_lengths(k, [1.0], reach=5)[0, int(h * STEPS)]
    assert spent.mean() == pytest.approx(computed, abs=4 * spent.std() / np.sqrt(runs))


def test_a_short_baseline_buys_a_higher_limit():
    """The less is known of the rate, the higher the limit, until the chart is of no use and says so."""
    limits = exposure_limits(1.5, shape=[4096, 128, 32, 1], exposure=100.0, budget=0.01)
    assert (np.diff(limits[:3]) > 0).all()
    assert limits[0] < REACH
    assert np.isinf(limits[3])
    assert np.isinf(exposure_limits(1.5, shape=0.1, exposure=100.0, budget=0.01))
