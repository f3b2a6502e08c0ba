# SPDX-License-Identifier: Apache-2.0
"""What must hold for every e-value, whatever the figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from nadzor.detect.stats.e_values import Prior, binomial_log_e, log_e_detector, log_mean, poisson_log_e
from nadzor.detect.stats.e_values_discovery import e_benjamini_hochberg

shares = st.floats(0.001, 0.999)
sides = st.sampled_from(("greater", "less"))
priors = st.builds(Prior, st.floats(0.05, 50.0), st.floats(0.05, 50.0))
evidence = st.lists(st.floats(0.0, 1e6), min_size=1, max_size=40)


@given(st.integers(1, 60), shares, shares, sides, priors)
def test_evidence_has_mean_at_most_one_within_the_null(n, null, part, side, prior):
    """Summed over all outcomes, for any share within the null and any prior."""
    share = null * part if side == "greater" else 1.0 - (1.0 - null) * part
    counts = np.arange(n + 1)
    log_e = binomial_log_e(counts, n, null, alternative=side, prior=prior)
    assert np.exp(log_e + binom.logpmf(counts, n, share)).sum() <= 1.0 + 1e-6


@given(st.integers(0, 10**6), st.integers(0, 10**6), shares, sides)
def test_evidence_of_shares_is_a_number_and_grows_with_events(x, more, null, side):
    """No counts give anything but a number, and an event more never speaks for fewer."""
    n = x + more + 1
    here, then = binomial_log_e([x, x + 1], n, null, alternative=side)
    assert np.isfinite([here, then]).all()
    assert (then - here) * (1 if side == "greater" else -1) >= -1e-6 * (1.0 + abs(here))


@given(st.integers(0, 10**6), st.floats(0.0, 1e6), sides, priors)
def test_evidence_of_rates_is_a_number_and_grows_with_events(x, expected, side, prior):
    """The same of counts against an expectation."""
    here, then = poisson_log_e([x, x + 1], expected, alternative=side, prior=prior)
    assert np.isfinite([here, then]).all()
    assert (then - here) * (1 if side == "greater" else -1) >= -1e-6 * (1.0 + abs(here))


@given(st.lists(st.floats(-20.0, 20.0), min_size=1, max_size=30))
def test_the_sum_is_more_than_its_largest_term(steps):
    """A Shiryaev-Roberts detector is above the CUSUM, and by no more than the number of looks."""
    total, largest = log_e_detector(steps), log_e_detector(steps, kind="cusum")
    assert (total >= largest - 1e-9).all()
    assert (total <= largest + np.log(np.arange(1, len(steps) + 1)) + 1e-9).all()


@given(st.lists(st.floats(-50.0, 50.0), min_size=1, max_size=20))
def test_a_mean_lies_within_its_parts(parts):
    """Fusion never says more than the loudest part, nor less than the quietest."""
    fused = float(log_mean(parts))
    assert min(parts) - 1e-9 <= fused <= max(parts) + 1e-9


@given(evidence, st.floats(0.001, 0.5), st.randoms(use_true_random=False))
def test_e_bh_does_not_care_for_order(e, alpha, rng):
    """Shuffled streams are rejected alike, and a larger alpha rejects no less."""
    order = list(range(len(e)))
    rng.shuffle(order)
    plain, shuffled = (e_benjamini_hochberg(some, alpha) for some in (e, [e[i] for i in order]))
    assert sorted(order[i] for i in shuffled.rejected) == plain.rejected
    assert set(plain.rejected) <= set(e_benjamini_hochberg(e, min(0.99, alpha * 1.5)).rejected)
    assert [shuffled.adjusted[order.index(i)] for i in range(len(e))] == pytest.approx(plain.adjusted)
