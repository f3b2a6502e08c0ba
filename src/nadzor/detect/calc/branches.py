# SPDX-License-Identifier: Apache-2.0
"""A hierarchy of problem codes: on which branch there are too many events."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from msgspec import Meta, Struct

from nadzor.detect.calc.figures import Count, Figures, Statistic
from nadzor.detect.stats.tree_scan import Scan, bernoulli_scan, imdrf_parents, poisson_scan, tree_of


class Branches(Figures, frozen=True, kw_only=True):
    """Events of each code, and what was expected there, or of how many trials they are.

    `nodes` gives the parent of each code (null at the top); without it the digits of IMDRF codes do.
    """

    counts: dict[str, Count]
    expected: dict[str, Annotated[float, Meta(ge=0)]] = {}
    trials: dict[str, Count] = {}
    nodes: dict[str, str | None] = {}
    monte_carlo: Annotated[int, Meta(gt=0, le=100_000)] = 999
    seed: Count = 1


class Branch(Struct, frozen=True):
    """A code with all codes below it."""

    node: str
    n: int
    e: float
    ratio: float | None
    llr: float
    p: float


class BranchScan(Struct, frozen=True):
    """The branches with more than expected, most striking first, and the chance of the first."""

    branches: list[Branch]
    p: float
    monte_carlo: int


def _tree_scan(figures: Branches) -> BranchScan:
    if bool(figures.expected) == bool(figures.trials):
        raise ValueError("either expected or trials are told")
    against = figures.expected or figures.trials
    tree = tree_of(figures.nodes or imdrf_parents(sorted({*figures.counts, *against})))
    if unknown := sorted({*figures.counts, *against} - set(tree.nodes)):
        raise ValueError(f"codes that are no nodes: {', '.join(unknown[:5])}")
    counts, other = (
        np.array([held.get(node, 0) for node in tree.nodes], float) for held in (figures.counts, against)
    )
    method = poisson_scan if figures.expected else bernoulli_scan
    scan = method(tree, counts, other, tables=figures.monte_carlo, seed=figures.seed)
    return BranchScan(_branches(tree.nodes, scan), float(scan.p.min()), figures.monte_carlo)


def _branches(nodes: list[str], scan: Scan) -> list[Branch]:
    order = sorted(np.flatnonzero(scan.llr > 0).tolist(), key=lambda at: (-scan.llr[at], nodes[at]))
    return [
        Branch(
            nodes[at], int(scan.n[at]), float(scan.e[at]), float(scan.n[at] / scan.e[at]),
            float(scan.llr[at]), float(scan.p[at]),
        )
        for at in order
    ]  # fmt: skip


STATISTICS = (
    Statistic(
        name="tree-scan", what="Branches of a hierarchy of codes with more events than expected",
        method="Kulldorff, Fang & Walsh 2003: conditional Poisson (expected) or Bernoulli (trials) scan of"
        " all cuts, Monte-Carlo p of the largest",
        equation="LLR = n log(n / E) + (N - n) log((N - n) / (N - E)) where n > E, else 0",
        figures=Branches, compute=_tree_scan,
        example={"counts": {"A0101": 9, "A02": 1}, "expected": {"A0101": 3.0, "A02": 7.0}},
    ),
)  # fmt: skip
