# SPDX-License-Identifier: Apache-2.0
"""Distances, funnels, calibration, isotonic shares, EARS C3 and unpaired areas, each against a slow way."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import ks_2samp, wasserstein_distance

from nadzor.detect.stats import distances, funnel
from nadzor.detect.stats.auc import auc_of_cases, delong_unpaired
from nadzor.detect.stats.calibration import calibration_in_the_large, calibration_slope, reliability
from nadzor.detect.stats.cbpe import calibrated, performance, pooled
from nadzor.detect.stats.digits import benford, conformity
from nadzor.detect.stats.ears import ears
from nadzor.detect.stats.multiplicity import adjusted


@pytest.fixture
def draw():
    """Numbers that are the same each time."""
    return np.random.default_rng(5)


def test_distances_of_tied_samples_are_those_of_scipy(draw):
    """KS, its asymptotic p and W1 of rounded samples of unlike size."""
    one, two = draw.normal(size=80).round(1), draw.normal(0.3, 1.2, size=130).round(1)
    values, p, q = distances.aligned(one, two)
    told = ks_2samp(one, two, method="asymp")
    assert distances.ks(p, q) == pytest.approx(told.statistic)
    slow = 2 * sum(
        (-1) ** (i - 1) * np.exp(-2 * i * i * 80 * 130 / 210 * told.statistic**2) for i in range(1, 99)
    )
    assert distances.ks_p(told.statistic, 80, 130) == pytest.approx(slow)
    assert distances.w1(values, p, q) == pytest.approx(wasserstein_distance(one, two))


def test_psi_and_js_are_their_sums():
    """By hand over three bins, one of them empty in the reference: the floor is named."""
    one, two = (
        distances.binned([0.1, 0.2, 0.9], [0, 0.5, 0.8, 1]),
        distances.binned([0.5, 0.6, 1], [0, 0.5, 0.8, 1]),
    )
    shares = [(2 / 3, 1e-6), (1e-6, 2 / 3), (1 / 3, 1 / 3)]
    assert distances.psi(one, two) == pytest.approx(sum((q - p) * np.log(q / p) for p, q in shares))
    assert distances.js(one, two) == pytest.approx(np.sqrt(2 / 3))
    assert distances.js(one, one) == 0.0


def test_over_dispersion_is_that_of_the_paper(draw):
    """Winsorised z and the moment tau2, by hand; places that differ by chance alone have none."""
    expected = draw.uniform(20, 200, 60)
    quiet = draw.poisson(expected).astype(float)
    wild = draw.poisson(expected * draw.gamma(10, 0.1, 60)).astype(float)
    told = funnel.ratio_deviations(wild, expected, 1.0, "sqrt")
    z = np.clip(
        2 * (np.sqrt(wild) - np.sqrt(expected)),
        *np.quantile(2 * (np.sqrt(wild) - np.sqrt(expected)), [0.1, 0.9]),
    )
    w = 4 * expected
    phi = float((z**2).mean())
    tau2 = (60 * phi - 59) / (w.sum() - (w**2).sum() / w.sum())
    assert funnel.over_dispersion(told) == pytest.approx((phi, tau2))
    assert funnel.over_dispersion(funnel.ratio_deviations(quiet, expected, 1.0, "sqrt")).tau2 == 0.0


@pytest.mark.parametrize("scale", ["sqrt", "log", "none"])
def test_wide_limits_without_variance_between_places_are_plain(scale):
    """On each scale the limits hold the target, and grow with tau2."""
    expected = np.array([30.0, 300.0])
    se = funnel.ratio_deviations(expected, expected, 1.0, scale).se
    plain, wide = (funnel.wide_limits(1.0, se, tau2, level=0.95, scale=scale) for tau2 in (0.0, 0.01))
    exact = funnel.poisson_limits(expected, 1.0, 0.95)
    assert plain[0] == pytest.approx(exact[0], abs=0.09)
    assert plain[1] == pytest.approx(exact[1], abs=0.09)
    assert np.all(wide[0] < plain[0])
    assert np.all(wide[1] > plain[1])


def test_limits_of_a_share_never_leave_its_range():
    """Targets of nought, a half and one; arcsine limits of a share too."""
    trials = np.array([5.0, 50.0])
    for target in (0.0, 0.5, 1.0):
        low, high = funnel.binomial_limits(trials, target, 0.95)
        assert np.all((low >= 0) & (low <= target) & (high >= target) & (high <= 1))
    low, high = funnel.wide_limits(0.5, np.array([2.0]), 0.0, level=0.95, scale="arcsine")
    assert (low[0], high[0]) == pytest.approx((0.0, 1.0))


def test_calibration_solves_its_equations(draw):
    """The slope and the constant that make expected events equal to those observed."""
    p = draw.uniform(0.05, 0.95, 200)
    y = (draw.uniform(size=200) < expit(0.4 + 0.7 * logit(p))).astype(float)
    citl = calibration_in_the_large(p, y)
    assert citl is not None
    assert citl.value == pytest.approx(
        brentq(lambda a: float((y - expit(a + logit(p))).sum()), -5, 5), abs=1e-7
    )
    slope = calibration_slope(p, y)
    assert slope is not None
    inner = lambda b: brentq(lambda a: float((y - expit(a + b * logit(p))).sum()), -9, 9)  # noqa: E731
    root = brentq(lambda b: float(((y - expit(inner(b) + b * logit(p))) * logit(p)).sum()), 0, 3)
    assert slope.value == pytest.approx(root, abs=1e-6)


def test_groups_hold_every_case_once_and_ties_together():
    """Ten groups asked, three values given: three groups."""
    p, y = np.array([0.1] * 10 + [0.5] * 5 + [0.9] * 5), np.array([0, 1] * 10, dtype=float)
    parts = reliability(p, y)
    assert [part.n for part in parts] == [10, 5, 5]
    assert [part.lowest for part in parts] == [part.highest for part in parts] == [0.1, 0.5, 0.9]


def test_pooled_shares_rise_and_are_nearest():
    """Every block is the mean of its cases, and no rising curve lies nearer: the max-min formula."""
    events, trials = np.array([3.0, 1.0, 4.0, 0.0, 5.0]), np.array([5.0, 5.0, 6.0, 2.0, 6.0])
    slow = [
        max(
            min(events[low : high + 1].sum() / trials[low : high + 1].sum() for high in range(at, 5))
            for low in range(at + 1)
        )
        for at in range(5)
    ]
    assert pooled(events, trials) == pytest.approx(slow)
    assert all(a <= b for a, b in pairwise(pooled(events, trials)))
    curve = calibrated(np.array([0.1, 0.1, 0.6]), np.array([1.0, 0.0, 3.0]), np.array([2.0, 2.0, 4.0]))
    assert curve.at(np.array([0.0, 0.1, 0.35, 0.9])) == pytest.approx([0.25, 0.25, 0.5, 0.75])


def test_performance_of_known_cases_is_plain_counting():
    """Shares of nought and one: the confusion matrix, and what has no cases is none."""
    ones = np.ones(4)
    told = performance(
        np.array([0.0, 1, 1, 0]), np.array([0.1, 0.8, 0.3, 0.6]), np.array([0.0, 1, 0, 1]), ones
    )
    assert (told.roc_auc, told.accuracy, told.precision, told.recall, told.f1) == (0.75, 0.5, 0.5, 0.5, 0.5)
    empty = performance(np.zeros(4), ones, np.zeros(4), ones)
    assert (empty.roc_auc, empty.recall, empty.precision, empty.specificity) == (None, None, None, 1.0)


def test_c3_adds_what_two_days_before_exceeded(draw):
    """Day by day as the definition says, from C2 of each day."""
    counts = draw.poisson(6.0, 60).astype(float)
    told = ears(counts, method="C3", baseline=5)
    z = 1.959963984540054

    def c2(day):
        part = counts[day - 7 : day - 2]
        return part.mean(), part.std(ddof=1)

    for day in range(9, 60):
        mean, sd = c2(day)
        over = sum(max(0.0, (counts[back] - c2(back)[0]) / c2(back)[1] - 1.0) for back in (day - 1, day - 2))
        assert told.upper[day] == pytest.approx(mean + sd * (z - over))
    assert np.isnan(told.upper[:9]).all()


def test_areas_of_different_cases_differ_by_welch(draw):
    """The variances add up, and the statistic of a group against itself is nought."""
    scores, labels = draw.normal(size=40), draw.uniform(size=40) < 0.5
    one, two = auc_of_cases(scores, labels), auc_of_cases(scores[:25] + labels[:25], labels[:25])
    told = delong_unpaired(one, two)
    assert told.variance == pytest.approx(one.variance + two.variance)
    low, high = told.limits(0.95) or (0.0, 0.0)
    assert low < one.auc - two.auc < high
    same = delong_unpaired(one, one)
    assert (same.z, same.p) == (0.0, 1.0)


def test_adjusted_values_bound_each_other(draw):
    """BH is the mildest; Hochberg no harder than Holm, Holm no harder than Bonferroni; order is kept."""
    p = draw.uniform(size=40) ** 2
    by = {name: adjusted(p, method=name) for name in ("BH", "hochberg", "holm", "bonferroni", "BY")}
    for milder, harder in (("BH", "hochberg"), ("hochberg", "holm"), ("holm", "bonferroni"), ("BH", "BY")):
        assert np.all(by[milder] <= by[harder] + 1e-15), (milder, harder)
    assert np.array_equal(np.argsort(by["BH"][np.argsort(p)], kind="stable"), np.arange(40))


@pytest.mark.parametrize(
    ("mad", "named"), [(0.006, "close"), (0.0061, "acceptable"), (0.015, "marginal"), (1, "non")]
)
def test_conformity_is_named_up_to_its_bound(mad, named):
    """Nigrini's four classes of the first digit."""
    assert conformity(mad, 1).startswith(named)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_law_of_digits_adds_up(k):
    """Shares of all first k digits are one together, and fall."""
    law = benford(k)
    assert law.sum() == pytest.approx(1.0)
    assert np.all(np.diff(law) < 0)
