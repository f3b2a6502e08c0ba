# SPDX-License-Identifier: Apache-2.0
"""The registered score scale keeps ranks and never leaves 0..10000."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nadzor.measures.score_scale import WIRE_TOP, ScoreScale, baseline_scale

shares = st.floats(0, 1)


@given(st.lists(shares, min_size=1), shares)
def test_any_score_lands_on_the_wire(baseline: list[float], score: float) -> None:
    """Whatever the baseline, a score becomes an integer 0..10000."""
    assert 0 <= baseline_scale(baseline).to_wire(score) <= WIRE_TOP


@given(st.lists(shares, min_size=1), shares, shares)
def test_ranks_survive(baseline: list[float], one: float, other: float) -> None:
    """A higher score never gets a lower integer."""
    scale = baseline_scale(baseline)
    low, high = sorted((one, other))
    assert scale.to_wire(low) <= scale.to_wire(high)


def test_a_narrow_baseline_gets_its_own_range() -> None:
    """Scores between 0.5004 and 0.5041 are told apart at a two-thousandth of a thousandth."""
    scale = baseline_scale([0.5004, 0.5041])
    assert scale == ScoreScale(0.5, 0.505)
    assert scale.to_wire(0.50041) != scale.to_wire(0.50042)


def test_a_wide_baseline_keeps_the_plain_scale() -> None:
    """The wire integer of an ordinary model is its score times ten thousand."""
    assert baseline_scale([0.02, 0.98]).to_wire(0.1234) == 1234


def test_a_constant_baseline_is_usable() -> None:
    """A model that always says the same does not divide by zero."""
    assert baseline_scale([0.25, 0.25]).to_wire(0.25) in range(WIRE_TOP + 1)
