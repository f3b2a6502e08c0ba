# SPDX-License-Identifier: Apache-2.0
"""Farrington's bounds against a likelihood maximised by other means, and what the method promises."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import nbinom, norm

from nadzor.detect.stats.farrington import Plan, reference, watch_week
from nadzor.detect.stats.glm import fitted


def plan(**changed):
    """The plan of 1996, years of twelve counts."""
    usual = {
        "frequency": 12, "years": 4, "half_window": 1, "periods": 1, "left_out": 0, "alpha": 0.05,
        "two_sided": True, "reweight": False, "weight_above": 1.0, "trend": False, "trend_p": 0.05,
        "threshold": "delta", "power": "2/3",
    }  # fmt: skip
    return Plan(**(usual | changed))


@pytest.fixture
def counts():
    """Sixty counts with a rise and one old outbreak."""
    found = np.random.default_rng(3).poisson(np.linspace(5.0, 14.0, 60)).astype(float)
    found[23] = 60.0
    return found


def test_the_fit_has_the_greatest_likelihood(counts):
    """The same coefficients as a general optimiser finds, for weighted counts with an offset."""
    x = np.column_stack((np.ones(60), np.linspace(-1.0, 1.0, 60)))
    offset, prior = np.linspace(0.0, 0.3, 60), np.linspace(0.5, 1.5, 60)

    def lost(beta):
        eta = x @ beta + offset
        return float(prior @ (np.exp(eta) - counts * eta))

    told = fitted(x, counts, "poisson", offset=offset, prior=prior)
    assert told is not None
    assert told.beta == pytest.approx(minimize(lost, [2.0, 0.0], tol=1e-12).x, abs=1e-4)
    assert told.leverage.sum() == pytest.approx(2.0)


def test_the_windows_of_earlier_years_are_read(counts):
    """Four years of three counts each, and a constant mean: expected is their average."""
    read, season = reference(59, plan())
    assert read.tolist() == [year + step for year in (10, 22, 34, 46) for step in (0, 1, 2)]
    assert not season.any()
    week = watch_week(counts, 59, plan())
    assert week is not None
    assert week.expected == pytest.approx(counts[read].mean())


def test_the_delta_bound_is_that_of_the_paper(counts):
    """By hand for a constant mean: dispersion, standard error of the mean, power 2/3."""
    y = counts[reference(59, plan())[0]]
    mean, phi = y.mean(), max(1.0, float(((y - y.mean()) ** 2 / y.mean()).sum() / (len(y) - 1)))
    tau = phi + (phi * mean / len(y)) / mean
    half = norm.ppf(0.975) * np.sqrt(4.0 / 9.0 * mean ** (1.0 / 3.0) * tau)
    week = watch_week(counts, 59, plan())
    assert week is not None
    assert (week.phi, week.upper) == pytest.approx((phi, (mean ** (2.0 / 3.0) + half) ** 1.5))


@pytest.mark.parametrize("threshold", ["nb", "muan"])
def test_the_other_bounds_are_quantiles_of_a_negative_binomial(counts, threshold):
    """Mean and variance phi times the mean; muan takes the upper end of the mean."""
    y = counts[reference(59, plan())[0]]
    week = watch_week(counts, 59, plan(threshold=threshold, two_sided=False))
    assert week is not None
    mean = y.mean()
    if threshold == "muan":
        mean *= np.exp(norm.ppf(0.95) * np.sqrt(week.phi / y.sum()))
    assert week.upper == nbinom.ppf(0.95, mean / (week.phi - 1.0), 1.0 / week.phi)


def test_a_past_outbreak_is_weighed_down(counts):
    """With weights the old outbreak neither raises what is expected nor hides the next one."""
    plain, weighed = watch_week(counts, 59, plan()), watch_week(counts, 59, plan(reweight=True))
    assert plain is not None
    assert weighed is not None
    assert weighed.expected < plain.expected
    assert weighed.upper < plain.upper


def test_a_trend_is_kept_only_if_it_does_not_run_away():
    """A gentle rise is followed; one that ends above all past counts is not."""
    gentle = np.array([10.0 + (at // 12) * 2 + (at % 3 == 1) * 5 for at in range(60)])
    steep = np.array([2.0 ** (at // 12 + 1) for at in range(60)])
    kept, dropped = (watch_week(series, 59, plan(trend=True)) for series in (gentle, steep))
    assert kept is not None
    assert dropped is not None
    assert (kept.trend, dropped.trend) == (True, False)


def test_seasons_cut_the_year_and_leave_out_the_last_counts():
    """Three periods of a year of twelve: the window, then two parts; the last six counts are not read."""
    read, season = reference(59, plan(periods=3, left_out=6))
    assert (read[0], read[-1]) == (10, 52)
    assert season[:12].tolist() == [0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2]


def test_the_flexible_bound_follows_the_season():
    """Winter has ten times the counts of summer, and so have its bounds."""
    series = np.array([50.0 if at % 12 < 3 else 5.0 for at in range(72)]) + np.arange(72) % 2
    seasonal = plan(periods=4, left_out=6, threshold="nb", two_sided=False, trend_p=1.0, trend=True)
    winter, summer = (watch_week(series, at, seasonal) for at in (61, 67))
    assert winter is not None
    assert summer is not None
    assert winter.expected > 8 * summer.expected
