# SPDX-License-Identifier: Apache-2.0
"""Run lengths: full precision however long, any lattice, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csc_array
from scipy.special import ndtr
from scipy.stats import binom, poisson

from nadzor.detect.stats.absorbing_chain import mean_exit_times, mean_exit_times_sparse
from nadzor.detect.stats.cusum_arl import binomial_cusum_arl, normal_cusum_arl, poisson_cusum_arl
from nadzor.detect.stats.ewma_arl import normal_ewma_arl


def test_exit_times_keep_their_digits_however_long():
    """A state that is left with chance 1e-60 is left after 1e60 steps, to the last digit."""
    assert mean_exit_times(np.array([[0.5]]), np.array([1e-60]))[0] == pytest.approx(1e60, rel=1e-12)
    chain, leaves = np.array([[0.0, 1.0], [0.25, 0.0]]), np.array([0.0, 1e-40])
    assert mean_exit_times(chain, leaves) == pytest.approx([1.25e40, 1.25e40], rel=1e-12)


def test_a_chain_that_is_never_left_has_no_mean():
    """Without a way out the answer is infinity, not a large number."""
    assert np.isinf(mean_exit_times(np.ones((1, 1)), np.zeros(1))).all()


def test_both_solutions_of_a_chain_agree():
    """The sparse solution and the one without subtractions give the same run lengths."""
    rng = np.random.default_rng(3)
    chain = rng.random((40, 40)) * (rng.random((40, 40)) < 0.1)
    leaves = rng.random(40) * 1e-3
    total = chain.sum(axis=1) + leaves + 0.1
    chain, leaves = chain / total[:, None], leaves / total
    np.fill_diagonal(chain, 0.0)
    np.fill_diagonal(chain, 1.0 - chain.sum(axis=1) - leaves)
    sparse = mean_exit_times_sparse(csc_array(chain), leaves)
    assert sparse == pytest.approx(mean_exit_times(chain, leaves), rel=1e-9)


def test_a_large_chain_that_hardly_ends_is_refused():
    """Where neither solution keeps its digits, there is no number."""
    with pytest.raises(ValueError, match="precisely"):
        poisson_cusum_arl(0.25, 0.747, 15.0)


@pytest.mark.parametrize(("k", "h"), [(0.5, 12.0), (1.0, 10.0), (2.0, 16.0)])
def test_long_normal_runs_follow_their_exponent(k, h):
    """A unit more of limit multiplies a long run by exp(2 k), the exponent of the walk."""
    growth = normal_cusum_arl(k, h + 1.0) / normal_cusum_arl(k, h)
    assert growth == pytest.approx(np.exp(2.0 * k), rel=1e-4)


def test_shifts_and_references_move_together():
    """A chart sees only the mean above its reference, downward shifts included."""
    assert normal_cusum_arl(0.5, 4.0, mu=-0.75) == pytest.approx(normal_cusum_arl(1.25, 4.0))


def test_two_sides_mirror():
    """Up and down are alike, and one side that cannot alarm leaves the other alone."""
    up, down = (normal_cusum_arl(0.5, 4.0, mu=m, headstart=2.0, sided="two") for m in (0.7, -0.7))
    assert up == pytest.approx(down)
    far = normal_cusum_arl(0.5, 5.0, mu=30.0, headstart=2.5, sided="two")
    assert far == pytest.approx(1.0)


@pytest.mark.parametrize(("k", "h"), [(0.347, 2.96), (1.4426950408889634, 4.3), (0.5, 3.25)])
def test_counts_off_any_coarse_lattice_are_what_simulation_gives(k, h):
    """References with many digits: the mean run lies within four standard errors of simulated ones."""
    runs, rng = 20_000, np.random.default_rng(11)
    score, length, alive = np.zeros(runs), np.zeros(runs), np.ones(runs, dtype=bool)
    while alive.any():
        score[alive] = np.maximum(0.0, score[alive] + rng.poisson(1.1, alive.sum()) - k)
        length[alive] += 1
        alive &= score < h - 1e-9
    assert poisson_cusum_arl(1.1, k, h) == pytest.approx(length.mean(), abs=4 * length.std() / np.sqrt(runs))


def test_counts_that_alarm_at_once_wait_for_the_first():
    """With a limit of one and no reference the chart waits for the first event."""
    assert poisson_cusum_arl(0.02, 0.0, 1.0) == pytest.approx(1.0 / poisson.sf(0, 0.02))
    assert binomial_cusum_arl(0.02, 7, 0.0, 1.0) == pytest.approx(1.0 / binom.sf(0, 7, 0.02))
    half = binomial_cusum_arl(0.3, 4, 1.0, 6.0, headstart=3.0)
    assert half < binomial_cusum_arl(0.3, 4, 1.0, 6.0)


def test_an_ewma_of_weight_one_is_the_shewhart_chart():
    """Nothing is remembered, so the run is one over the chance beyond the limit."""
    assert normal_ewma_arl(1.0, 3.0) == pytest.approx(1.0 / (2.0 * ndtr(-3.0)), rel=1e-9)
    assert normal_ewma_arl(1.0, 3.0, mu=-1.0) == pytest.approx(1.0 / (ndtr(-2.0) + ndtr(-4.0)), rel=1e-9)
    assert normal_ewma_arl(1.0, 3.0, mu=1.0, sided="one") == pytest.approx(1.0 / ndtr(-2.0), rel=1e-9)


@pytest.mark.parametrize(("weight", "sided"), [(0.05, "two"), (0.3, "two"), (0.2, "one")])
def test_ewma_runs_are_what_simulation_gives(weight, sided):
    """Shifted means and headstarts, within four standard errors of simulated runs."""
    runs, rng, limit = 20_000, np.random.default_rng(5), 2.5
    scale = np.sqrt(weight / (2.0 - weight))
    level, length, alive = np.full(runs, 0.5 * scale), np.zeros(runs), np.ones(runs, dtype=bool)
    while alive.any():
        new = (1 - weight) * level[alive] + weight * rng.normal(0.4, 1.0, alive.sum())
        level[alive] = np.maximum(new, 0.0) if sided == "one" else new
        length[alive] += 1
        alive &= np.abs(level) <= limit * scale
    seen = normal_ewma_arl(weight, limit, mu=0.4, sided=sided, headstart=0.5)
    assert seen == pytest.approx(length.mean(), abs=4 * length.std() / np.sqrt(runs))


def test_a_slow_ewma_is_as_precise_as_a_quick_one():
    """Lucas & Saccucci 1990: weight 0.03 and limit 2.437 give 500."""
    assert normal_ewma_arl(0.03, 2.437) == pytest.approx(500.0, rel=1e-3)


@pytest.mark.parametrize(
    ("chart", "asked"),
    [
        (normal_cusum_arl, {"k": 0.5, "h": 1e9}),
        (normal_cusum_arl, {"k": 0.5, "h": 5.0, "mu": -1e9}),
        (normal_cusum_arl, {"k": float("nan"), "h": 5.0}),
        (normal_cusum_arl, {"k": 0.5, "h": 5.0, "headstart": 6.0}),
        (normal_cusum_arl, {"k": -0.5, "h": 5.0, "sided": "two"}),
        (poisson_cusum_arl, {"mu": 0.0, "k": 1.0, "h": 5.0}),
        (poisson_cusum_arl, {"mu": 1.0, "k": 1.0, "h": 1e9}),
        (poisson_cusum_arl, {"mu": 1.0, "k": 1e9, "h": 5.0}),
        (poisson_cusum_arl, {"mu": 1e-300, "k": 1.0, "h": 5.0}),
        (poisson_cusum_arl, {"mu": 1e3, "k": 1000.5, "h": 3e4}),
        (binomial_cusum_arl, {"p": 0.0, "n": 5, "k": 1.0, "h": 5.0}),
        (binomial_cusum_arl, {"p": 0.1, "n": 10**9, "k": 1.0, "h": 5.0}),
        (normal_ewma_arl, {"weight": 0.0, "limit": 3.0}),
        (normal_ewma_arl, {"weight": 1e-9, "limit": 3.0}),
        (normal_ewma_arl, {"weight": 0.1, "limit": 3.0, "headstart": 4.0}),
    ],
)
def test_impossible_charts_are_refused(chart, asked):
    """Absurd limits, means and weights, and charts that never alarm, are refused with a reason."""
    with pytest.raises(
        ValueError, match=r"limit|alarm|headstart|reference|mean|share|weight|starts|large|k is"
    ):
        chart(**asked)


@pytest.mark.parametrize(
    ("mu", "run"), [(0.0, 397.46), (0.25, 208.54), (0.5, 75.35), (1.0, 15.74), (2.0, 3.47)]
)
def test_ewma_runs_are_crowder_s(mu, run):
    """Crowder 1987, weight 0.5 and limit 3, to all printed digits."""
    assert normal_ewma_arl(0.5, 3.0, mu=mu) == pytest.approx(run, abs=0.005)


def test_a_reflected_ewma_is_waldmann_s():
    """Waldmann 1986, weight 0.75, reflected four deviations of an observation below the mean: 209.3."""
    factor = np.sqrt(1.25 / 0.75)
    run = normal_ewma_arl(0.75, 2.0 * factor, sided="one", barrier=-4.0 * factor)
    assert run == pytest.approx(209.3, abs=0.05)
