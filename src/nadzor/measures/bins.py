# SPDX-License-Identifier: Apache-2.0
"""Bins on integers: which bin a value falls into, and edges from a baseline.

Edges e1 < e2 < … < ek make k + 1 bins: bin 0 is everything below e1, bin i is [ei, ei+1), bin k is ek and
above.  A value on an edge belongs to the bin that starts at it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

Edges = Sequence[int]
Bins = Mapping[tuple[str, str], Edges]
"""Registered edges of the score histogram by (device, finding)."""

BASELINE_BINS = 200
"""Bins of a baseline; real scores can all lie between 0.500 and 0.504, where a fixed grid is blind."""


def bin_of(edges: Edges, value: int) -> int:
    """The bin of a value: how many edges are not above it.

    >>> [bin_of([10, 20], v) for v in (9, 10, 19, 20)]
    [0, 1, 1, 2]
    """
    return bisect_right(edges, value)


def well_formed(edges: Edges) -> bool:
    """Whether edges are strictly increasing integers: otherwise a value would have two bins."""
    return all(a < b for a, b in zip(edges, edges[1:], strict=False))


def quantile_edges(scores: Sequence[int], count: int = BASELINE_BINS) -> list[int]:
    """Edges that cut a baseline into at most `count` bins of about equal numbers.

    Method: the lower empirical quantiles i/count, i = 1 … count - 1, equal values merged.

    >>> quantile_edges([5, 1, 3, 7], 4)
    [3, 5, 7]
    """
    ordered = sorted(scores)
    cuts = {ordered[i * len(ordered) // count] for i in range(1, count)} if ordered else set()
    return sorted(cuts - set(ordered[:1]))
