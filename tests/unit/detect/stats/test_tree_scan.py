# SPDX-License-Identifier: Apache-2.0
"""The tree scan: branches of a hierarchy, by hand and over the IMDRF codes."""

from __future__ import annotations

import json
from math import log

import numpy as np
import pytest

from nadzor.detect.stats.tree_scan import bernoulli_scan, imdrf_parents, poisson_scan, tree_of
from tests.shared import shared


def small():
    """Two branches of two leaves."""
    return tree_of({"A": None, "B": None, "A1": "A", "A2": "A", "B1": "B", "B2": "B"})


def test_branches_are_summed_and_scored():
    """The ratio of a branch is the formula, and nothing is said where less was seen than expected."""
    tree = small()
    counts = np.array([{"A1": 9.0, "A2": 8.0, "B1": 3.0}.get(node, 0.0) for node in tree.nodes])
    even = np.array([0.0 if len(node) == 1 else 5.0 for node in tree.nodes])
    scan = poisson_scan(tree, counts, even, tables=99, seed=1)
    at = {node: i for i, node in enumerate(tree.nodes)}
    assert scan.llr[at["A"]] == pytest.approx(17 * log(17 / 10) + 3 * log(3 / 10))
    assert scan.llr[at["B"]] == scan.llr[at["B2"]] == 0.0
    assert scan.p[at["A"]] == scan.p.min() < 0.1
    assert scan.n[at["A"]] == 17 and scan.e[at["A"]] == 10


def test_shares_are_scanned_too():
    """The Bernoulli form compares the share of cases inside and outside of a branch."""
    tree = small()
    trials = np.array([0.0 if len(node) == 1 else 50.0 for node in tree.nodes])
    cases = np.array([{"A1": 15.0, "A2": 2.0, "B1": 2.0, "B2": 1.0}.get(node, 0.0) for node in tree.nodes])
    scan = bernoulli_scan(tree, cases, trials, tables=199, seed=1)
    inside = 15 * log(15 / 50) + 35 * log(35 / 50) + 5 * log(5 / 150) + 145 * log(145 / 150)
    alone = 20 * log(20 / 200) + 180 * log(180 / 200)
    at = tree.nodes.index("A1")
    assert scan.llr[at] == pytest.approx(inside - alone) == scan.llr.max()
    assert scan.p[at] == 0.005


def test_the_chance_allows_for_all_branches():
    """Without a signal, the smallest p of the tree is below 0.2 about a fifth of the time."""
    tree = small()
    mean = np.array([0.0 if len(node) == 1 else 6.0 for node in tree.nodes])
    rng = np.random.default_rng(3)
    low = sum(
        poisson_scan(tree, rng.poisson(mean) * 1.0, mean, tables=49, seed=s).p.min() <= 0.2
        for s in range(150)
    )
    assert 15 <= low <= 46


def test_codes_of_imdrf_lie_under_their_prefixes():
    """The digits give the hierarchy that the published annex spells out, and a planted branch is found."""
    terms = json.loads(shared("imdrf", "annexa_3.json").read_text())
    codes = {term["code"]: term["CodeHierarchy"].split("|") for term in terms}
    parents = imdrf_parents(codes)
    assert {code: path[-2] if len(path) > 1 else None for code, path in codes.items()} == parents
    tree = tree_of(parents)
    rng = np.random.default_rng(6)
    mean = rng.gamma(2.0, 3.0, len(tree.nodes))
    boost = np.array([3.0 if node.startswith("A0501") else 1.0 for node in tree.nodes])
    scan = poisson_scan(tree, rng.poisson(mean * boost) * 1.0, mean, tables=199, seed=1)
    assert tree.nodes[int(np.argmax(scan.llr))].startswith("A05")
    assert scan.p.min() == 0.005


def test_missing_parents_of_codes_are_added():
    """A code whose upper levels nobody reported still hangs under them."""
    assert imdrf_parents(["A010101"]) == {"A010101": "A0101", "A0101": "A01", "A01": None}


@pytest.mark.parametrize("parents", [{}, {"a": "b"}, {"a": "b", "b": "a"}, {"a": "a"}])
def test_what_is_no_tree_is_refused(parents):
    """Empty, with a lost parent, and with a loop."""
    with pytest.raises(ValueError, match="node"):
        tree_of(parents)


def test_figures_that_cannot_be_are_refused():
    """Negative, broken and missing counts, events where none can be, more cases than trials, endless runs."""
    tree = tree_of({"a": None, "b": None})
    one, none = np.array([1.0, 1.0]), np.array([0.0, 0.0])
    for counts, mean in (
        (none, one),
        (one, none),
        (-one, one),
        (one * np.nan, one),
        (one, np.array([1.0, 0.0])),
    ):
        with pytest.raises(ValueError, match="counts|nothing|none"):
            poisson_scan(tree, counts, mean, tables=9, seed=1)
    with pytest.raises(ValueError, match="trials"):
        bernoulli_scan(tree, 2 * one, one, tables=9, seed=1)
    with pytest.raises(ValueError, match="fewer"):
        poisson_scan(tree, one, one, tables=10**9, seed=1)
    with pytest.raises(ValueError, match="whole"):
        poisson_scan(tree, one / 2, one, tables=9, seed=1)
