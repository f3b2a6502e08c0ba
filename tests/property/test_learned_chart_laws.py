# SPDX-License-Identifier: Apache-2.0
"""Laws of learned charts: what no table, order or split may change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nadzor.detect.stats.learned_chart import SKEW_MAX, chart, learn, least_z, to_normal
from nadzor.detect.stats.learned_limits import SHIFT, SLOW, chance_of, limit
from nadzor.detect.stats.learned_strata import in_logits, share_strata

chances = st.floats(1e-9, 0.1)
LENGTH = 150


def drawn(seed, streams=3):
    """Counts of some streams, with empty days among them."""
    rng = np.random.default_rng(seed)
    trials = rng.poisson(30, (streams, LENGTH)) * (rng.random((streams, LENGTH)) > 0.2)
    return rng.binomial(trials, 0.2).astype(float), trials.astype(float)


def learned_of(events, trials, stream=None, *, logits=False):
    """What a chart learns of them."""
    first = np.zeros(len(events), np.int64)
    stream = np.arange(len(events)) if stream is None else stream
    strata = share_strata(events, trials, stream=stream, window=(first, first + 90))
    return learn(in_logits(strata) if logits else strata)


@given(chances, chances)
def test_a_rarer_alarm_never_has_a_lower_limit(one, other):
    """Limits fall as chances rise, and the chance of a limit is the one it was made for."""
    low, high = sorted((one, other))
    assert limit(SLOW, low) >= limit(SLOW, high)
    assert chance_of(SLOW, limit(SLOW, low)) == pytest.approx(low, rel=1e-6)


@given(st.floats(-6.0, 12.0), st.floats(0.0, 3.0), st.floats(-SKEW_MAX, SKEW_MAX))
def test_more_evidence_is_never_less(z, more, skew):
    """Bringing a sum to the normal scale keeps the order, whatever its skewness."""
    shape = np.array([skew])
    assert to_normal(np.array([z + more]), shape)[0] >= to_normal(np.array([z]), shape)[0] - 1e-12


@given(st.floats(1.0, 9.0), st.floats(-SKEW_MAX, SKEW_MAX))
def test_nothing_below_the_bound_passes(h, skew):
    """What screening lets go could not have passed its limit."""
    bound = least_z(np.array([h]))
    assert to_normal(bound, np.array([skew]))[0] <= h + 1e-6


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(91, LENGTH))
def test_a_later_day_changes_no_earlier_one(seed, cut):
    """The chart of the first days is the same whatever comes after."""
    events, trials = drawn(seed)
    whole = chart(learned_of(events, trials), SHIFT).z[:, :cut]
    assert chart(learned_of(events[:, :cut], trials[:, :cut]), SHIFT).z == pytest.approx(whole, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_two_sides_are_one_number(seed):
    """Events upwards are the other events downwards."""
    events, trials = drawn(seed)
    up = chart(learned_of(events, trials), SHIFT).z
    down = chart(learned_of(trials - events, trials), SHIFT, side=-1).z
    usable = np.isfinite(up) & np.isfinite(down)
    assert up[usable] == pytest.approx(down[usable], abs=0.05)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_logits_of_one_stratum_say_what_shares_say(seed):
    """For a single stratum the unit of the values changes nothing."""
    events, trials = drawn(seed)
    plain = chart(learned_of(events, trials), SLOW).z
    assert chart(learned_of(events, trials, logits=True), SLOW).z == pytest.approx(plain, abs=1e-6)
