# SPDX-License-Identifier: Apache-2.0
"""Bins on integers."""

from __future__ import annotations

import pytest

from nadzor.measures.bins import bin_of, well_formed


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
