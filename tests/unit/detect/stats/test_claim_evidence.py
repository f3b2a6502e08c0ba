# SPDX-License-Identifier: Apache-2.0
"""Evidence against a declared bound: a martingale at the bound, below one above it, and its inversion."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, binom

from nadzor.detect.stats.claim_evidence import (
    PRIOR_CASES,
    confidence_sequence,
    log_e_above,
    log_e_below,
    may_reach,
)


def slow(x, n, bound):
    """The mixture by quadrature: likelihood ratios of smaller shares, weighed by the cut beta."""
    prior = beta(PRIOR_CASES * bound, PRIOR_CASES * (1 - bound))

    def weighed(p):
        return prior.pdf(p) * (p / bound) ** x * ((1 - p) / (1 - bound)) ** (n - x)

    return quad(weighed, 0, bound, epsabs=0, epsrel=1e-10, limit=300)[0] / prior.cdf(bound)


@pytest.mark.parametrize(("x", "n", "bound"), [(0, 0, 0.9), (8, 10, 0.9), (70, 100, 0.85), (95, 100, 0.9)])
def test_the_closed_form_is_the_mixture(x, n, bound):
    """Against numerical integration of the same mixture."""
    assert np.exp(log_e_below(x, n, bound)) == pytest.approx(slow(x, n, bound), rel=1e-7)


@pytest.mark.parametrize(("share", "mean"), [(0.9, 1.0), (0.95, None)])
def test_its_mean_is_one_at_the_bound_and_less_above(share, mean):
    """An e-value at every number of cases."""
    for n in (1, 20, 300):
        x = np.arange(n + 1)
        average = float(binom.pmf(x, n, share) @ np.exp(log_e_below(x, n, 0.9)))
        assert average == pytest.approx(mean, rel=1e-9) if mean else average < 1.0


def test_looking_every_time_keeps_the_stated_chance():
    """With the truth on the bound, evidence of 20 is ever reached in less than one of twenty histories."""
    hits = np.random.default_rng(7).random((1500, 1500)) < 0.9
    n = np.arange(1, 1501)
    log_e = log_e_below(np.cumsum(hits, axis=1), n, 0.9)
    assert 0.005 < np.mean((log_e >= np.log(20)).any(axis=1)) <= 0.05


def test_the_limits_are_where_the_evidence_suffices():
    """Each limit is a share against which the evidence is just 2 / alpha."""
    low, high = confidence_sequence(90, 100, alpha=0.05)
    assert np.exp(log_e_above(90, 100, low)) == pytest.approx(40, rel=1e-6)
    assert np.exp(log_e_below(90, 100, high)) == pytest.approx(40, rel=1e-6)


@pytest.mark.parametrize(("x", "n"), [(0, 0), (0, 50), (50, 50)])
def test_limits_stay_within_shares(x, n):
    """No cases exclude nothing; all right excludes only small shares."""
    low, high = confidence_sequence(x, n, alpha=0.05)
    assert 0.0 <= low <= (x / n if n else 0.5) <= high <= 1.0
    assert (low == 0.0) == (x == 0)


def test_far_above_the_bound_there_is_no_evidence():
    """Where the figure underflows it says none, never much."""
    assert log_e_below(9960, 10100, 0.88) < 0
    assert log_e_below(10_000_000, 10_000_000, 0.5) < 0
    assert log_e_below(0, 1, 1.0) > 0


def test_the_cheap_test_spares_nothing_that_counts():
    """Wherever the evidence suffices, the cheap test says it may."""
    n, x = np.meshgrid(np.arange(1.0, 200.0), np.arange(0.0, 200.0))
    x = np.minimum(x, n)
    enough = log_e_below(x, n, 0.9) >= 3.0
    assert enough.any()
    assert may_reach(x, n, np.full(x.shape, 0.9), log_e=np.full(x.shape, 3.0))[enough].all()


@pytest.mark.parametrize(("x", "n", "alpha"), [(5, 3, 0.05), (-1, 3, 0.05), (1, 3, 0.0)])
def test_impossible_counts_are_refused(x, n, alpha):
    """More events than trials, negative ones, or no alpha."""
    with pytest.raises(ValueError, match="events lie"):
        confidence_sequence(x, n, alpha=alpha)
