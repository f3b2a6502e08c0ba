# SPDX-License-Identifier: Apache-2.0
"""E-values: what Ville's inequality promises, simulated and summed exactly; what survives among many."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, binom, gamma, poisson

from nadzor.base.problems import Refusal
from nadzor.detect.calc.registry import calculate
from nadzor.detect.stats.e_evidence import surviving
from nadzor.detect.stats.e_values import (
    Prior,
    binomial_increments,
    binomial_log_e,
    first_crossing,
    log_e_detector,
    log_mean,
    poisson_increments,
    poisson_log_e,
)
from nadzor.detect.stats.e_values_discovery import e_benjamini_hochberg, lord_plus_plus, saffron

STREAMS, LOOKS, ALPHA = 3000, 120, 0.05
ALLOWED = binom.ppf(0.9999, STREAMS, ALPHA)
"""More of the streams than this would cross by chance once in ten thousand seeds."""


@pytest.mark.parametrize(
    ("share", "side"), [(0.1, "greater"), (0.07, "greater"), (0.1, "less"), (0.2, "less")]
)
def test_few_streams_of_shares_within_the_null_ever_cross(share, side):
    """Looked at after every batch, at the edge of the null or inside it, no more than alpha ever cross."""
    rng = np.random.default_rng(1)
    trials = np.broadcast_to(np.arange(1, LOOKS + 1) * 8, (STREAMS, LOOKS))
    events = np.cumsum(rng.binomial(8, share, (STREAMS, LOOKS)), axis=1)
    crossed = first_crossing(binomial_log_e(events, trials, 0.1, alternative=side), ALPHA) >= 0
    assert crossed.sum() <= ALLOWED


@pytest.mark.parametrize(
    ("ratio", "side"), [(1.0, "greater"), (0.8, "greater"), (1.0, "less"), (1.3, "less")]
)
def test_few_streams_of_counts_within_the_null_ever_cross(ratio, side):
    """The same of Poisson counts against their expectation."""
    rng = np.random.default_rng(2)
    expected = np.cumsum(rng.gamma(2.0, 0.5, (STREAMS, LOOKS)), axis=1)
    counts = np.cumsum(rng.poisson(ratio * np.diff(expected, axis=1, prepend=0.0)), axis=1)
    crossed = first_crossing(poisson_log_e(counts, expected, alternative=side), ALPHA) >= 0
    assert crossed.sum() <= ALLOWED


def test_streams_beyond_the_null_are_found():
    """The other way round nearly all cross: the promise above is not kept by silence."""
    rng = np.random.default_rng(3)
    trials, events = np.arange(1, LOOKS + 1) * 8, np.cumsum(rng.binomial(8, 0.2, (200, LOOKS)), axis=1)
    assert (first_crossing(binomial_log_e(events, trials, 0.1), ALPHA) >= 0).mean() > 0.98
    counts = np.cumsum(rng.poisson(0.5, (200, LOOKS)), axis=1)
    less = poisson_log_e(counts, np.arange(1.0, LOOKS + 1), alternative="less")
    assert (first_crossing(less, ALPHA) >= 0).mean() > 0.98


def test_evidence_is_the_mixture_that_it_says():
    """Against the integral of likelihood ratios over the prior cut at the null."""
    prior = beta(0.5, 0.5)
    ratio, _ = quad(lambda t: prior.pdf(t) * (t / 0.2) ** 9 * ((1 - t) / 0.8) ** 21, 0.2, 1.0)
    assert np.exp(binomial_log_e(9, 30, 0.2)) == pytest.approx(ratio / prior.sf(0.2), rel=1e-6)
    prior = gamma(2.0, scale=1 / 1.5)
    ratio, _ = quad(lambda t: prior.pdf(t) * t**4 * np.exp(-(t - 1.0) * 9.0), 0.0, 1.0)
    less = poisson_log_e(4, 9.0, alternative="less", prior=Prior(2.0, 1.5))
    assert np.exp(less) == pytest.approx(ratio / prior.cdf(1.0), rel=1e-6)


def test_evidence_has_mean_one_at_the_edge_and_less_inside():
    """Summed over all outcomes of one look, exactly."""
    counts = np.arange(61)
    grown = np.exp(binomial_log_e(counts, 60, 0.1))
    assert grown @ binom.pmf(counts, 60, 0.1) == pytest.approx(1.0, abs=1e-9)
    assert grown @ binom.pmf(counts, 60, 0.08) < 1.0
    counts = np.arange(400)
    log_e = poisson_log_e(counts, 20.0, prior=Prior(20.0, 10.0))
    assert np.exp(log_e + poisson.logpmf(counts, 20.0)).sum() == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("kind", ["sr", "cusum"])
def test_a_detector_runs_at_least_one_over_alpha_without_a_change(kind):
    """The mean run length to 1 / alpha keeps its bound, four standard errors allowed."""
    rng, alpha = np.random.default_rng(5), 0.02
    steps = poisson_increments(rng.poisson(2.0, (800, 1500)), 2.0, [1.3, 2.0])
    evidence = log_mean(log_e_detector(steps, kind=kind))
    runs = first_crossing(evidence, alpha) + 1.0
    assert (runs > 0).mean() > 0.95
    runs[runs == 0] = 1500.0
    assert runs.mean() >= 1 / alpha - 4 * runs.std() / np.sqrt(800)


def test_a_detector_is_the_sum_over_all_days_of_change():
    """The recursion equals the Shiryaev-Roberts sum, and the CUSUM its largest term, written out."""
    steps = binomial_increments([1, 0, 2, 3], [4, 4, 4, 4], 0.2, [0.5])[0]
    since = [np.exp(steps[j:].sum()) for j in range(4)]
    assert np.exp(log_e_detector(steps)[-1]) == pytest.approx(sum(since))
    assert np.exp(log_e_detector(steps, kind="cusum")[-1]) == pytest.approx(max(since))


def test_evidence_is_fused_by_its_mean():
    """A weighted mean of e-values, also where one is nothing and another enormous."""
    fused = log_mean(np.log([[2.0, 1.0], [6.0, 3.0]]), weights=[3.0, 1.0])
    assert np.exp(fused) == pytest.approx([3.0, 1.5])
    assert log_mean([-np.inf, 1000.0]) == pytest.approx(1000.0 - np.log(2.0))


def test_e_bh_rejects_what_its_definition_says():
    """Wang & Ramdas 2022, by brute force over all ranks, and the same as the national budget's."""
    rng = np.random.default_rng(6)
    for _ in range(50):
        e = np.exp(rng.normal(1.0, 2.0, 30))
        told = e_benjamini_hochberg(e, 0.2)
        most = max([k for k in range(1, 31) if np.sort(e)[::-1][k - 1] >= 30 / (0.2 * k)], default=0)
        assert told.rejected == sorted(np.argsort(-e)[:most].tolist())
        assert told.rejected == np.flatnonzero(surviving(e, streams=30, alpha=0.2)).tolist()
        assert told.rejected == [i for i, least in enumerate(told.adjusted) if least <= 0.2]
        assert told.threshold == pytest.approx(30 / (0.2 * max(1, most)))


def test_lord_spends_as_its_formula_says():
    """Each level is the wealth left plus what each discovery earned, term by term."""
    p, alpha = np.array([0.5, 1e-5, 0.2, 1e-4, 0.9, 0.001]), 0.05
    told = lord_plus_plus(p, alpha)
    j = np.arange(1.0, 8)
    worth = 0.07720838 * np.log(np.maximum(j, 2)) / (j * np.exp(np.sqrt(np.log(j))))
    for t, level in enumerate(told.levels):
        earlier = [found for found in told.rejected if found < t]
        due = alpha / 10 * worth[t] + sum(
            (0.9 if i == 0 else 1.0) * alpha * worth[t - f - 1] for i, f in enumerate(earlier)
        )
        assert level == pytest.approx(due)
    assert told.rejected[:2] == [1, 3]


def test_saffron_spends_nothing_on_candidates():
    """Levels stay while p-values are candidates, fall after one that is none, and rise after a discovery."""
    worth = 0.4374901658 / np.arange(1.0, 9) ** 1.6
    told = saffron([0.4, 0.3, 0.9, 0.9, 1e-6, 0.9], 0.1)
    assert told.levels[0] == told.levels[1] == told.levels[2] == pytest.approx(0.5 * 0.05 * worth[0])
    assert told.levels[3] == pytest.approx(0.5 * 0.05 * worth[1])
    assert told.rejected == [4]
    assert told.levels[5] == pytest.approx(0.5 * (0.05 * worth[2] + 0.05 * worth[0]))


@pytest.mark.parametrize("method", [lord_plus_plus, saffron])
def test_online_discoveries_are_rarely_false(method):
    """Over simulated streams, a third of them with an effect, the mean false share keeps alpha."""
    rng, shares, found = np.random.default_rng(7), [], 0
    for _ in range(200):
        real = rng.random(200) < 0.33
        p = np.where(real, rng.random(200) ** 12, rng.random(200))
        told = method(p, 0.1).rejected
        shares.append(np.mean(~real[told]) if told else 0.0)
        found += int(real[told].sum())
    assert np.mean(shares) <= 0.1 + 4 * np.std(shares) / np.sqrt(200)
    assert found > 1000


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("e-process", {"events": []}),
        ("e-process", {"events": [3], "null": 0.1}),
        ("e-process", {"events": [3], "trials": [2], "null": 0.1}),
        ("e-process", {"events": [3], "trials": [9], "null": 1}),
        ("e-process", {"events": [3, 1], "trials": [9], "null": 0.1}),
        ("e-process", {"events": [3], "trials": [9], "expected": [1]}),
        ("e-process", {"events": [-1], "expected": [1]}),
        ("e-process", {"events": [1], "expected": [1], "prior": [1e9, 1]}),
        ("e-detector", {"events": [1], "expected": [1], "beyond": []}),
        ("e-detector", {"events": [1], "trials": [2], "null": 0.1, "beyond": [1.5]}),
        ("ebh", {"e": []}),
        ("ebh", {"e": [1, -1]}),
        ("ebh", {"e": [1], "alpha": 0}),
        ("online-fdr", {"p": []}),
        ("online-fdr", {"p": [1.5]}),
        ("online-fdr", {"p": [0.5] * 10_001}),
    ],
)
def test_what_is_no_evidence_is_refused(name, asked):
    """Empty, unequal, negative and impossible figures are refused with a reason."""
    with pytest.raises(Refusal) as refused:
        calculate(name, json.dumps(asked).encode())
    assert refused.value.code == "calc.malformed"


def test_functions_refuse_what_the_figures_cannot_say():
    """Counts that are not numbers, ratios and weights of zero, increments that are infinite."""
    with pytest.raises(ValueError, match="finite"):
        poisson_log_e([np.nan], [1.0])
    with pytest.raises(ValueError, match="ratio"):
        poisson_increments([1], [1.0], [0.0])
    with pytest.raises(ValueError, match="weights"):
        log_mean([0.0, 0.0], weights=[0.0, 0.0])
    with pytest.raises(ValueError, match="increments"):
        log_e_detector([np.inf])
    with pytest.raises(ValueError, match="alpha"):
        first_crossing([0.0], 1.0)
    with pytest.raises(ValueError, match="no e-value"):
        e_benjamini_hochberg([], 0.05)
    with pytest.raises(ValueError, match="candidate"):
        saffron([0.5], 0.05, candidate=1.0)
