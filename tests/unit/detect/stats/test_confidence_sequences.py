# SPDX-License-Identifier: Apache-2.0
"""Confidence sequences: published targets, exact expectations, and what they refuse."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betainc, gammainc, gammaincc
from scipy.stats import binom, gamma, norm, poisson

from nadzor.base.problems import Refusal
from nadzor.detect.calc.registry import calculate
from nadzor.detect.stats.confidence_sequences import (
    Tuning,
    bernoulli_interval,
    beta_binomial_mixture,
    gamma_exponential_mixture,
    gamma_poisson_mixture,
    mixture_bound,
    normal_mixture,
)
from nadzor.detect.stats.confidence_sequences_stitched import lil_constant, quantile_ab_p_value
from nadzor.detect.stats.log_tails import log_beta_tail, log_gamma_above, log_gamma_below
from tests.shared import shared

FREE = Tuning(v_opt=30.0)
BOTH = Tuning(v_opt=30.0, one_sided=False)


def test_the_published_targets_are_met():
    """Every function and field of the targets of the reference implementation, to its printed digits."""
    for row in json.loads(shared("truth", "confseq_targets.json").read_text()):
        told = {name: row.pop(name) for name in ("bound", "lo", "hi") if name in row}
        answer = calculate("confseq", json.dumps(row).encode())
        for name, figure in told.items():
            assert getattr(answer, name) == pytest.approx(figure, abs=5e-6)


def test_mixtures_have_mean_one():
    """The mean of each mixture over the law it is made for is one, so Ville's bound is sharp."""
    counts = np.arange(41.0)
    beta = beta_binomial_mixture(BOTH, 0.3, 0.7)
    grown = np.exp([beta(x - 12.0, 8.4) for x in counts])
    assert grown @ binom.pmf(counts, 40, 0.3) == pytest.approx(1.0, abs=1e-9)
    counts = np.arange(200.0)
    rare = gamma_poisson_mixture(FREE, 1.0)
    grown = np.exp([rare(x - 20.0, 20.0) for x in counts])
    assert grown @ poisson.pmf(counts, 20.0) == pytest.approx(1.0, abs=1e-9)
    slow = gamma_exponential_mixture(FREE, 1.0)
    waits = np.exp(np.linspace(-5.0, 14.0, 20_001))
    grown = [np.exp(slow(x - 20.0, 20.0) + gamma.logpdf(x, 20.0)) * x for x in waits[::10]]
    assert np.trapezoid(grown, np.log(waits[::10])) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("tuning", [FREE, BOTH], ids=("one", "two"))
def test_normal_mixtures_have_mean_one(tuning):
    """Over a normal sum of variance v the mixture has mean one, whichever its sides."""
    mixture = normal_mixture(tuning)
    mean, _ = quad(lambda s: np.exp(mixture(s, 9.0) + norm.logpdf(s, scale=3.0)), -60.0, 60.0, limit=300)
    assert mean == pytest.approx(1.0, abs=1e-6)


def test_a_one_sided_mixture_of_shares_has_mean_one_at_its_null_and_less_below():
    """The one-sided mixture is a supermartingale for every share at most the null."""
    counts, one = np.arange(41.0), beta_binomial_mixture(FREE, 0.3, 0.7)
    grown = np.exp([one(x - 12.0, 8.4) for x in counts])
    assert grown @ binom.pmf(counts, 40, 0.3) == pytest.approx(1.0, abs=1e-9)
    assert grown @ binom.pmf(counts, 40, 0.2) < 0.9


@pytest.mark.parametrize(
    "mixture",
    [
        normal_mixture(FREE),
        normal_mixture(BOTH),
        gamma_exponential_mixture(FREE, 2.0),
        gamma_poisson_mixture(FREE, 2.0),
        beta_binomial_mixture(FREE, 0.2, 0.8),
        beta_binomial_mixture(BOTH, 0.2, 0.8),
    ],
)
def test_a_bound_is_where_its_mixture_reaches_the_limit(mixture):
    """The mixture starts at zero, and at its bound it is log(1 / alpha)."""
    assert mixture(0.0, 0.0) == pytest.approx(0.0, abs=1e-9)
    bound = mixture_bound(mixture, 50.0, 0.01, reach=250.0)
    assert mixture(bound, 50.0) == pytest.approx(np.log(100.0), rel=1e-9)
    assert bound > mixture_bound(mixture, 50.0, 0.05, reach=250.0)


def test_a_share_is_covered_at_all_times_at_once():
    """Of 400 simulated sequences of 300 trials, no more leave their 90 % interval than chance allows."""
    rng, left = np.random.default_rng(21), 0
    mixture = beta_binomial_mixture(Tuning(v_opt=0.21 * 50, one_sided=False), 0.3, 0.7)
    steps = np.arange(1, 301)
    for _ in range(400):
        sums = np.cumsum(rng.random(300) < 0.3)
        left += any(mixture(x - 0.3 * n, 0.21 * n) > np.log(10.0) for x, n in zip(sums, steps, strict=True))
    assert left <= binom.ppf(0.9999, 400, 0.1)
    low, high = bernoulli_interval(float(sums[-1]), 300, 0.1, Tuning(v_opt=50.0))
    assert (low < 0.3 < high) == (mixture(sums[-1] - 90.0, 63.0) < np.log(10.0))


def test_the_constant_of_the_empirical_process_is_the_paper_s():
    """Howard & Ramdas 2022: with A = 0.85 and alpha 0.05, C is 8.12; a finer search finds no better ratio."""
    assert lil_constant(0.05, 0.85) == pytest.approx(8.12, abs=5e-3)
    c, ratios = lil_constant(0.05, 0.85), np.linspace(1.0001, 1.4, 20_000)
    grown = 2.0 / ratios * (0.85 - np.sqrt(2.0 * (ratios - 1.0) / c)) ** 2
    usable = (grown > 1.0) & (np.sqrt(2.0 * (ratios - 1.0) / c) < 0.85)
    error = 4.0 * np.exp(-grown[usable] * c) * (1 + 1 / ((grown[usable] - 1) * np.log(ratios[usable])))
    assert error.min() == pytest.approx(0.05, rel=1e-5)


def test_arms_of_unlike_medians_are_told_apart():
    """A shifted arm has a small p-value, an equal one does not, and the order of arms does not matter."""
    rng, tuning = np.random.default_rng(4), Tuning(v_opt=500.0)
    plain, same, moved = rng.normal(size=500), rng.normal(size=400), rng.normal(0.6, 1.0, 400)
    assert quantile_ab_p_value(plain, moved, quantile=0.5, tuning=tuning) < 1e-6
    assert quantile_ab_p_value(plain, same, quantile=0.5, tuning=tuning) > 0.05
    assert quantile_ab_p_value(moved, plain, quantile=0.2, tuning=tuning) == pytest.approx(
        quantile_ab_p_value(plain, moved, quantile=0.2, tuning=tuning)
    )


def test_tails_keep_their_logarithm_where_a_double_loses_them():
    """Where the plain function still works, the logs agree; beyond, they go on smoothly."""
    assert log_beta_tail(3.0, 4.0, 0.2)[0] == pytest.approx(np.log(betainc(3.0, 4.0, 0.2)))
    assert log_gamma_below(5.0, 0.3)[0] == pytest.approx(np.log(gammainc(5.0, 0.3)))
    assert log_gamma_above(5.0, 30.0)[0] == pytest.approx(np.log(gammaincc(5.0, 30.0)))
    far = log_gamma_above(5.0, np.array([440.0, 460.0, 480.0, 900.0]))
    assert far[0] == pytest.approx(np.log(gammaincc(5.0, 440.0)), rel=1e-12)
    assert far[3] == pytest.approx(
        -900.0 + np.log(np.sum([900.0**k / np.prod(np.arange(1, k + 1)) for k in range(5)]))
    )
    assert log_beta_tail(2000.0, 1.0, 0.5)[0] == pytest.approx(2000.0 * np.log(0.5))
    assert log_gamma_below(1.0, 1e-250)[0] == pytest.approx(np.log(1e-250))


@pytest.mark.parametrize(
    "asked",
    [
        {"fn": "normal_mixture_bound", "v": 1},
        {"fn": "normal_mixture_bound", "v": 1, "alpha": 0.05, "v_opt": 1, "c": 2},
        {"fn": "normal_mixture_bound", "v": 1, "alpha": 1, "v_opt": 1},
        {"fn": "normal_mixture_bound", "v": 1, "alpha": 0.05, "v_opt": 1, "alpha_opt": 0.7},
        {"fn": "gamma_exponential_mixture_bound", "v": 1, "alpha": 0.05, "v_opt": 1, "c": 0},
        {"fn": "gamma_exponential_log_mixture", "v": 1, "s": -99, "v_opt": 1, "c": 1},
        {"fn": "gamma_poisson_log_mixture", "v": 1, "s": -99, "v_opt": 1, "c": 1},
        {"fn": "beta_binomial_log_mixture", "v": 1, "s": 1e9, "v_opt": 1, "g": 0.2, "h": 0.8},
        {"fn": "beta_binomial_mixture_bound", "v": 1, "alpha": 0.05, "v_opt": 1, "g": 1e200, "h": 0.8},
        {"fn": "bernoulli_confidence_interval", "successes": 3, "trials": 2, "alpha": 0.05, "t_opt": 9},
        {"fn": "poly_stitching_bound", "v": 1, "alpha": 0.05, "v_min": 1, "s": 1.0},
        {"fn": "poly_stitching_bound", "v": 1, "alpha": 0.05, "v_min": 1, "c": -1},
        {"fn": "double_stitching_bound", "t": 1, "alpha": 0.05, "quantile_p": 0.5, "t_opt": 0.5},
        {"fn": "empirical_process_lil_bound", "t": 9, "alpha": 0.05, "t_min": 1, "A": 0.5},
        {"fn": "empirical_process_lil_bound", "t": 9, "alpha": 0.05, "t_min": 1, "A": 0.70710679},
        {"fn": "quantile_ab_p_value", "a_values": [], "b_values": [1], "quantile_p": 0.5, "t_opt": 9},
        {"fn": "astrology"},
    ],
)
def test_what_makes_no_boundary_is_refused(asked):
    """Missing, superfluous and impossible fields are refused with a reason."""
    with pytest.raises(Refusal) as refused:
        calculate("confseq", json.dumps(asked).encode())
    assert refused.value.code == "calc.malformed"


def test_other_functions_answer_under_their_names():
    """Evidence, precision, stitched bounds and p-values; before t_min the bound is infinite."""
    asked = {"fn": "gamma_poisson_log_mixture", "v": 20, "s": 9, "v_opt": 30, "c": 1}
    answer = calculate("confseq", json.dumps(asked).encode())
    assert answer.e_value == pytest.approx(np.exp(answer.log_mixture))
    assert calculate("confseq", b'{"fn": "best_rho", "v_opt": 100}').rho == pytest.approx(
        100 / (2 * np.log(10) + np.log(1 + 2 * np.log(10)))
    )
    late = {"fn": "empirical_process_lil_bound", "t": 9, "alpha": 0.05, "t_min": 10}
    assert calculate("confseq", json.dumps(late).encode()).bound is None
    wide = {"fn": "double_stitching_bound", "t": 1000, "alpha": 0.05, "quantile_p": 0.5, "t_opt": 100}
    narrow = {"fn": "poly_stitching_bound", "v": 250, "alpha": 0.05, "v_min": 25}
    assert (
        calculate("confseq", json.dumps(wide).encode()).bound
        > calculate("confseq", json.dumps(narrow).encode()).bound
    )
    arms = {
        "fn": "quantile_ab_p_value",
        "a_values": [1, 2],
        "b_values": [1, 2],
        "quantile_p": 0.5,
        "t_opt": 9,
    }
    assert calculate("confseq", json.dumps(arms).encode()).p_value == 1.0
