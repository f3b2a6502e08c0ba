# SPDX-License-Identifier: Apache-2.0
"""Scan of a hierarchy of codes: on which branch events are too many, with all branches allowed for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import xlogy

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
IMDRF_STEP: Final = 2
"""Each level of an IMDRF code adds two digits to its parent's: A01, A0101, A010101."""
IMDRF_TOP: Final = 3
WORK_MAX: Final = 2e8


class Tree(Struct, frozen=True):
    """Nodes, and for each the place of its parent; -1 at the top.  `order` is children before parents."""

    nodes: list[str]
    parent: Ints
    order: Ints

    def sums(self, leaves: Floats) -> Floats:
        """What each node and all below it hold; shape (..., nodes), as given."""
        held = leaves.copy()
        for node in self.order.tolist():
            above = int(self.parent[node])
            if above >= 0:
                held[..., above] += held[..., node]
        return held


class Scan(Struct, frozen=True):
    """For each node: events on its branch, expected there, log likelihood ratio, and its chance."""

    n: Floats
    e: Floats
    llr: Floats
    p: Floats


def tree_of(parents: Mapping[str, str | None]) -> Tree:
    """A tree from the parent of each node.

    Raises: ValueError when it is empty, a parent is no node, or a node is above itself.
    """
    nodes = sorted(parents)
    place = {node: i for i, node in enumerate(nodes)}
    if not nodes:
        raise ValueError("a tree has a node at least")
    if lost := sorted({above for above in parents.values() if above and above not in place}):
        raise ValueError(f"parents that are no nodes: {', '.join(lost[:5])}")
    parent = np.array([place[above] if (above := parents[node]) else -1 for node in nodes], np.int64)
    return Tree(nodes, parent, np.argsort(-_depths(parent), kind="stable"))


def imdrf_parents(codes: Iterable[str]) -> dict[str, str | None]:
    """The parent of each IMDRF code and of every code above it: A010101 lies under A0101, that under A01."""
    parents: dict[str, str | None] = {}
    left = list(codes)
    while left:
        code = left.pop()
        parents[code] = above = code[:-IMDRF_STEP] if len(code) > IMDRF_TOP else None
        if above and above not in parents:
            left.append(above)
    return parents


def poisson_scan(tree: Tree, counts: Floats, expected: Floats, *, tables: int, seed: int) -> Scan:
    """Branches with more events than expected, given how many there are in all.

    Method: Kulldorff, Fang & Walsh 2003, eq. 1, conditional Poisson: n log(n/E) + (N - n) log((N-n)/(N-E)),
    E scaled to add up to N; null tables are multinomial.
    Raises: ValueError for counts or expectations that cannot be, none at all, or events where none can be.
    """
    _check(counts, expected, "expected")
    total = float(counts.sum())
    mean = expected * (total / expected.sum())
    if (counts[expected == 0] > 0).any():
        raise ValueError("events where none are expected")
    _affordable(tree, tables)
    drawn = np.random.default_rng(seed).multinomial(int(total), mean / total, size=tables)
    n, e = tree.sums(counts), np.minimum(tree.sums(mean), total)
    return _scan(n, e, _poisson(n, e, total), _poisson(tree.sums(drawn.astype(np.float64)), e, total))


def bernoulli_scan(tree: Tree, cases: Floats, trials: Floats, *, tables: int, seed: int) -> Scan:
    """Branches with a larger share of cases than the rest, given how many cases there are in all.

    Method: Kulldorff, Fang & Walsh 2003, Bernoulli form; null tables are multivariate hypergeometric.
    Raises: ValueError for more cases than trials, or figures that cannot be.
    """
    _check(cases, trials, "trials")
    if (cases > trials).any() or (trials != np.floor(trials)).any():
        raise ValueError("trials are whole numbers, and cases no more than those")
    _affordable(tree, tables)
    rng, whole = np.random.default_rng(seed), trials.astype(np.int64)
    drawn = rng.multivariate_hypergeometric(whole, int(cases.sum()), size=tables, method="marginals")
    n, m = tree.sums(cases), tree.sums(trials)
    both = (float(cases.sum()), float(trials.sum()))
    return _scan(
        n,
        m * both[0] / both[1],
        _bernoulli(n, m, both),
        _bernoulli(tree.sums(drawn.astype(np.float64)), m, both),
    )


def _poisson(n: Floats, e: Floats, total: float) -> Floats:
    inside = xlogy(n, n) - xlogy(n, np.maximum(e, 1e-300))
    outside = xlogy(total - n, total - n) - xlogy(total - n, np.maximum(total - e, 1e-300))
    return np.where((n > e) & (e > 0), np.maximum(inside + outside, 0.0), 0.0)


def _bernoulli(n: Floats, m: Floats, both: tuple[float, float]) -> Floats:
    cases, trials = both
    alone = _binomial(cases, trials)
    split = _binomial(n, m) + _binomial(cases - n, trials - m)
    return np.where(n * trials > m * cases, np.maximum(split - alone, 0.0), 0.0)


def _binomial(n: Floats | float, m: Floats | float) -> Floats:
    """The largest log likelihood of n of m, up to the coefficient."""
    return np.asarray(xlogy(n, n) + xlogy(m - n, np.maximum(m - n, 0.0)) - xlogy(m, m))


def _scan(n: Floats, e: Floats, llr: Floats, drawn: Floats) -> Scan:
    largest = np.sort(drawn.max(axis=-1)) if drawn.size else np.array([])
    below = np.searchsorted(largest, llr * (1.0 - 1e-12), side="left")
    return Scan(n, e, llr, np.asarray((1.0 + len(largest) - below) / (1.0 + len(largest))))


def _check(counts: Floats, against: Floats, name: str) -> None:
    for values in (counts, against):
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise ValueError(f"counts and {name} are not negative")
    if not counts.sum() or not against.sum():
        raise ValueError("there is nothing to scan")
    if (counts != np.floor(counts)).any():
        raise ValueError("counts are whole numbers")


def _affordable(tree: Tree, tables: int) -> None:
    if len(tree.nodes) * tables > WORK_MAX:
        raise ValueError("so many tables of a tree of this size do not fit: ask for fewer")


def _depths(parent: Ints) -> Ints:
    """How far each node is from the top."""
    depth, at = np.zeros(len(parent), np.int64), parent.copy()
    while (at >= 0).any():
        depth += at >= 0
        at = np.where(at >= 0, parent[at], -1)
        if depth.max() > len(parent):
            raise ValueError("a node is above itself")
    return depth
