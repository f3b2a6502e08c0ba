# SPDX-License-Identifier: Apache-2.0
"""Bins on integers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nadzor.measures.bins import bin_of, quantile_edges, well_formed

SCORES = st.lists(st.integers(0, 10_000), max_size=300)


@pytest.mark.parametrize(("value", "bin"), [(0, 0), (4999, 0), (5000, 1), (5039, 1), (5040, 2), (10_000, 2)])
def test_value_on_an_edge_starts_the_bin(value: int, bin: int) -> None:
    """A value on an edge belongs to the bin that starts at it."""
    assert bin_of([5000, 5040], value) == bin


def test_no_edges_make_one_bin() -> None:
    """Without edges everything is in bin 0."""
    assert bin_of([], 7) == 0


@pytest.mark.parametrize("edges", [[1, 1], [2, 1]])
def test_edges_must_increase(edges: list[int]) -> None:
    """Equal or falling edges are not bins."""
    assert not well_formed(edges)


@given(SCORES, st.integers(2, 200))
def test_quantile_edges_are_well_formed(scores: list[int], count: int) -> None:
    """Whatever the baseline, its edges increase and never exceed the number of bins asked for."""
    edges = quantile_edges(scores, count)
    assert well_formed(edges)
    assert len(edges) < count


def test_quantile_edges_see_a_narrow_scale() -> None:
    """Scores between 0.500 and 0.504 still get as many bins as they have values."""
    assert quantile_edges(list(range(5000, 5041)) * 5) == list(range(5001, 5041))
