# SPDX-License-Identifier: Apache-2.0
"""What must hold for every interval, area and run length, whatever the figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binom

from nadzor.detect.stats.auc import auc_of_bins, delong_paired
from nadzor.detect.stats.cusum_arl import normal_cusum_arl, poisson_cusum_arl
from nadzor.detect.stats.exposure_chart import exposure_limits, exposure_run_lengths
from nadzor.detect.stats.poisson_rate import rate_ratio
from nadzor.detect.stats.proportion import clopper_pearson, newcombe, smallest_detectable_drop, wilson

trials = st.integers(1, 3000)
levels = st.floats(0.5, 0.999)
histograms = st.lists(st.integers(0, 30), min_size=2, max_size=12)


@given(trials, st.floats(0, 1), levels)
def test_intervals_hold_their_estimate_and_mirror(n, share, level):
    """Limits lie around the estimate inside 0..1, and failures mirror successes."""
    x = round(share * n)
    for method in (clopper_pearson, wilson):
        bounds, mirror = method(x, n, level=level), method(n - x, n, level=level)
        assert 0.0 <= bounds.low <= bounds.estimate <= bounds.high <= 1.0 + 1e-12
        assert bounds.low == pytest.approx(1.0 - mirror.high, abs=1e-9)


@given(st.integers(1, 60), st.floats(0.01, 0.99))
def test_the_exact_interval_covers_what_it_says(n, true):
    """Summed over all outcomes, the exact 95 % interval holds the truth with at least that chance."""
    outcomes = np.arange(n + 1)
    held = [clopper_pearson(int(x), n).low <= true <= clopper_pearson(int(x), n).high for x in outcomes]
    assert binom.pmf(outcomes, n, true) @ held >= 0.95 - 1e-9


@given(st.tuples(trials, trials), st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_a_difference_turned_round_is_its_mirror(n, shares):
    """Second minus first is first minus second, negated."""
    x = tuple(round(share * total) for share, total in zip(shares, n, strict=True))
    gap, back = newcombe(x, n), newcombe(x[::-1], n[::-1])
    assert (gap.low, gap.high) == (pytest.approx(-back.high), pytest.approx(-back.low))
    assert gap.low <= gap.estimate <= gap.high


@given(st.integers(0, 400), st.floats(0.01, 300))
def test_rates_hold_their_ratio_and_p_values_are_chances(observed, expected):
    """Limits lie around the ratio, p-values inside 0..1, and the two sides overlap."""
    rate = rate_ratio(observed, expected)
    assert rate.low <= rate.ratio <= rate.high
    for p in (rate.p_two_sided, rate.p_greater, rate.p_less):
        assert 0.0 <= p <= 1.0 + 1e-12
    assert rate.p_greater + rate.p_less >= 1.0


@given(histograms, st.data())
def test_areas_mirror_and_do_not_care_for_empty_bins(present, draw):
    """Turning scores round turns the area round; bins without cases change nothing."""
    absent = draw.draw(st.lists(st.integers(0, 30), min_size=len(present), max_size=len(present)))
    assume(sum(present) and sum(absent))
    area, turned = auc_of_bins(present, absent), auc_of_bins(present[::-1], absent[::-1])
    assert area.auc == pytest.approx(1.0 - turned.auc)
    assert area.variance == pytest.approx(turned.variance, abs=1e-12)
    assert auc_of_bins([0, *present, 0], [0, *absent, 0]).auc == pytest.approx(area.auc)
    assert 0.0 <= area.low <= area.auc <= area.high <= 1.0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()), min_size=4, max_size=60))
def test_a_paired_comparison_turned_round_is_its_mirror(cases):
    """Swapping the scores changes the sign of z and nothing else."""
    assume(2 <= sum(present for *_, present in cases) <= len(cases) - 2)
    one = delong_paired((float(a), float(b), present) for a, b, present in cases)
    two = delong_paired((float(b), float(a), present) for a, b, present in cases)
    assert (one.z, one.p) == (pytest.approx(-two.z), pytest.approx(two.p))


@given(st.floats(0.1, 1.0), st.floats(1.0, 5.0), st.floats(0.0, 1.5))
def test_run_lengths_grow_with_the_limit_and_fall_with_the_shift(k, h, mu):
    """A higher limit waits longer, a larger shift shorter, and no run is shorter than one."""
    here = normal_cusum_arl(k, h, mu=mu)
    assert normal_cusum_arl(k, h + 0.5, mu=mu) > here > normal_cusum_arl(k, h, mu=mu + 0.3) >= 1.0


@given(st.integers(1, 8), st.integers(1, 20), st.floats(0.05, 2.0))
def test_count_charts_grow_with_the_limit(steps, limit, mu):
    """On the lattice of quarters, one step more waits longer."""
    k, h = steps / 4, limit / 4
    assert poisson_cusum_arl(mu, k, h + 0.25) * (1 + 1e-9) >= poisson_cusum_arl(mu, k, h) >= 1.0


@given(st.floats(1.05, 4.0), st.floats(0.2, 6.0))
def test_exposure_run_lengths_grow_with_the_limit(k, rate):
    """A higher limit never passes sooner, and the first event costs one over its rate."""
    lengths = exposure_run_lengths(k, [rate], reach=20)[0]
    assert (np.diff(lengths) >= 0).all()
    assert lengths[0] == pytest.approx(1.0 / rate)


@given(st.sampled_from((1.5, 3.0, 8.0)), st.floats(1, 3000), st.floats(0.5, 5000))
def test_limits_fall_with_knowledge_and_grow_with_exposure(ratio, shape, exposure):
    """More baseline never needs a higher limit, more exposure and a smaller budget never a lower one."""
    here = exposure_limits(ratio, shape=shape, exposure=exposure, budget=0.01)
    assert exposure_limits(ratio, shape=2 * shape, exposure=exposure, budget=0.01) <= here
    assert exposure_limits(ratio, shape=shape, exposure=2 * exposure, budget=0.01) >= here
    assert exposure_limits(ratio, shape=shape, exposure=exposure, budget=0.001) >= here


@given(st.integers(5, 2000), st.floats(0.5, 0.99), st.floats(0.5, 1.0))
def test_the_smallest_drop_is_at_least_the_margin(n, declared, part):
    """A drop that can be shown with a good chance reaches below the bound."""
    bound = declared * part
    drop = smallest_detectable_drop(n, declared, bound=bound)
    assert drop is None or drop >= declared - bound - 1e-9
