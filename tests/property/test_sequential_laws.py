# SPDX-License-Identifier: Apache-2.0
"""What must hold for every sequential test and every bound, whatever the figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nadzor.detect.stats.confidence_sequences import Tuning, bernoulli_interval, mixture_bound, normal_mixture
from nadzor.detect.stats.maxsprt_binomial import Matched, binomial_critical_value, binomial_performance
from nadzor.detect.stats.maxsprt_poisson import Design, poisson_critical_value, poisson_performance

horizons = st.floats(0.5, 60.0)
alphas = st.floats(0.001, 0.3)
designs = st.one_of(
    st.builds(Design, horizon=horizons, min_events=st.integers(1, 6)),
    horizons.map(lambda horizon: Design(horizon=horizon, delayed_start=horizon / 3.0)),
    st.tuples(horizons, st.integers(1, 8)).map(
        lambda of: Design(horizon=of[0], groups=(of[0] / of[1],) * of[1])
    ),
)


@settings(max_examples=30)
@given(designs, alphas)
def test_a_limit_keeps_alpha_and_falls_as_alpha_grows(design, alpha):
    """At the limit no more than alpha is spent; a test that may spend more has a limit no higher."""
    limit = poisson_critical_value(design, alpha)
    if limit is not None:
        assert poisson_performance(design, limit, rr=1.0).power <= alpha * (1 + 1e-8)
        assert (poisson_critical_value(design, 1.3 * alpha) or 0.0) <= limit + 1e-9


@settings(max_examples=30)
@given(designs, st.floats(0.5, 5.0), st.floats(0.3, 6.0))
def test_power_grows_with_risk_and_times_lie_within_the_horizon(design, rr, limit):
    """More risk, more signals; a signal and the end of surveillance come by the horizon, and add up."""
    here, worse = (poisson_performance(design, limit, rr=ratio) for ratio in (rr, 1.2 * rr))
    assert worse.power >= here.power - 1e-9
    assert 0.0 <= here.expected_sample_size <= design.horizon * (1 + 1e-9)
    if here.power > 1e-6:
        whole = here.power * here.expected_signal_time + (1.0 - here.power) * design.horizon
        assert whole == pytest.approx(here.expected_sample_size)
        assert -1e-9 <= here.expected_signal_time <= design.horizon * (1 + 1e-6)


@settings(max_examples=30)
@given(st.integers(1, 60), st.floats(0.1, 9.0), st.integers(1, 5), alphas)
def test_a_matched_test_keeps_alpha_and_gains_power_with_risk(n, z, least, alpha):
    """The attained alpha is that of performance at no risk, and more risk gives more power."""
    design = Matched(n=n, z=z, min_events=least)
    found = binomial_critical_value(design, alpha)
    if found is not None:
        assert 0.0 < found.attained_alpha <= alpha
        powers = [binomial_performance(design, found.critical_value, rr=rr).power for rr in (1.0, 2.0, 4.0)]
        assert powers[0] == pytest.approx(found.attained_alpha)
        assert (np.diff(powers) >= -1e-12).all()


@given(st.integers(1, 5000), st.floats(0.0, 1.0), alphas, st.floats(1.0, 5000.0))
def test_an_interval_at_all_times_holds_its_estimate_and_mirrors(n, share, alpha, t_opt):
    """Limits lie around the share seen, inside 0..1, and failures mirror successes."""
    x, tuning = round(share * n), Tuning(v_opt=t_opt)
    (low, high), (other, mirror) = (bernoulli_interval(k, n, alpha, tuning) for k in (x, n - x))
    assert 0.0 <= low <= x / n <= high <= 1.0
    assert (low, high) == (pytest.approx(1.0 - mirror, abs=1e-9), pytest.approx(1.0 - other, abs=1e-9))


@given(st.floats(0.0, 1e6), alphas, st.floats(0.01, 1e5))
def test_bounds_widen_with_time_and_with_certainty(v, alpha, v_opt):
    """Later and surer bounds are wider, and one side is narrower than two."""
    one, two = (normal_mixture(Tuning(v_opt=v_opt, one_sided=sides)) for sides in (True, False))
    here = mixture_bound(one, v, alpha)
    assert mixture_bound(one, v + 1.0, alpha) >= here
    assert mixture_bound(one, v, alpha / 2.0) >= here
    assert mixture_bound(two, v_opt, 0.05) >= mixture_bound(one, v_opt, 0.05)
