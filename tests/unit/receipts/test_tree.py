# SPDX-License-Identifier: Apache-2.0
"""The stored tree against a naive one, for every size and every proof."""

from __future__ import annotations

import base64
import json

import pytest

from nadzor.receipts.tree import (
    EMPTY_ROOT,
    Frontier,
    append,
    consistency_proof,
    inclusion_proof,
    subtrees,
)
from nadzor_wire.merkle import ProofError, leaf_hash, node_hash, verify_consistency, verify_inclusion
from tests.shared import shared

SIZES = 131
LEAVES = [leaf_hash(str(number).encode()) for number in range(SIZES)]


def naive_root(leaves):
    """RFC 9162, section 2.1.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = largest_power_below(len(leaves))
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


def naive_path(index, leaves):
    """RFC 9162, section 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    split = largest_power_below(len(leaves))
    if index < split:
        return [*naive_path(index, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_path(index - split, leaves[split:]), naive_root(leaves[:split])]


def naive_subproof(old, leaves, whole):
    """RFC 9162, section 2.1.4.1, word for word."""
    if old == len(leaves):
        return [] if whole else [naive_root(leaves)]
    split = largest_power_below(len(leaves))
    if old <= split:
        return [*naive_subproof(old, leaves[:split], whole), naive_root(leaves[split:])]
    return [*naive_subproof(old - split, leaves[split:], False), naive_root(leaves[:split])]


def largest_power_below(size):
    """The largest power of two smaller than a size."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


@pytest.fixture(scope="module")
def grown():
    """Every frontier up to the largest size, and the store of nodes."""
    frontiers, store = [Frontier()], {}
    for leaf in LEAVES:
        frontier, made = append(frontiers[-1], [leaf])
        assert not store.keys() & made.keys()
        frontiers.append(frontier)
        store |= made
    return frontiers, store


def test_the_root_equals_the_naive_root_for_every_size(grown):
    """A frontier that grew leaf by leaf has the root that the definition gives."""
    frontiers, _ = grown
    assert [one.root for one in frontiers] == [naive_root(LEAVES[:size]) for size in range(SIZES + 1)]


def test_leaves_may_come_one_by_one_or_together(grown):
    """However leaves are grouped into appends, the tree and the nodes are the same."""
    frontiers, store = grown
    middle, made_first = append(Frontier(), LEAVES[:77])
    whole, made_then = append(middle, LEAVES[77:])
    assert whole == frontiers[-1]
    assert made_first | made_then == store


def test_every_inclusion_proof_equals_the_naive_one(grown):
    """For all sizes up to 130 and all leaves, stored nodes give the defined proof, and it verifies."""
    frontiers, store = grown
    for size in range(1, SIZES):
        for index in range(size):
            proof = inclusion_proof(index, size, lambda places: store)
            assert proof == naive_path(index, LEAVES[:size])
            assert verify_inclusion(LEAVES[index], index, size, proof, frontiers[size].root)


def test_every_consistency_proof_equals_the_naive_one(grown):
    """For all pairs of sizes up to 130, stored nodes give the proof of the definition, and it verifies."""
    frontiers, store = grown
    for size in range(1, SIZES):
        for old in range(1, size + 1):
            proof = consistency_proof(old, size, lambda places: store)
            assert proof == naive_subproof(old, LEAVES[:size], True)
            assert verify_consistency(old, size, proof, frontiers[old].root, frontiers[size].root)


def test_fresh_leaves_are_proved_from_the_old_frontier_and_the_new_nodes_alone():
    """The receipts of one commit need no read from the store, wherever the commit begins."""
    for before in range(40):
        frontier, _ = append(Frontier(), LEAVES[:before])
        grown_by_seven, made = append(frontier, LEAVES[before : before + 7])
        near = frontier.nodes() | made
        for index in range(before, before + 7):
            proof = inclusion_proof(index, before + 7, lambda places, near=near: near)
            assert verify_inclusion(LEAVES[index], index, before + 7, proof, grown_by_seven.root)


def test_one_proof_reads_few_nodes():
    """A proof in a tree of a million leaves asks for at most two nodes a level."""
    asked = []

    def read(places):
        asked.extend(places)
        return dict.fromkeys(places, bytes(32))

    inclusion_proof(1_000_000, 1_000_003, read)
    assert len(asked) <= 40


def test_what_does_not_exist_is_not_proved(grown):
    """Leaves outside the tree and trees larger than the tree have no proof."""
    _, store = grown
    with pytest.raises(IndexError):
        inclusion_proof(5, 5, lambda places: store)
    with pytest.raises(IndexError):
        consistency_proof(6, 5, lambda places: store)
    assert consistency_proof(0, 5, lambda places: store) == []


def test_a_frontier_has_one_hash_for_each_one_bit():
    """A frontier that cannot be a tree of its size is not made."""
    with pytest.raises(ValueError, match="complete subtrees"):
        Frontier(3, (bytes(32),))
    assert subtrees(0, 11) == [(3, 0), (1, 4), (0, 10)]


def test_published_inclusion_cases():
    """The inclusion cases of transparency-dev/merkle are judged as published."""
    cases = json.loads(shared("truth", "merkle", "inclusion.json").read_bytes())
    for case in cases:
        proof = [base64.b64decode(step) for step in case["proof"] or []]
        leaf, root = base64.b64decode(case["leafHash"]), base64.b64decode(case["root"])
        try:
            refused = not verify_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, root)
        except ProofError:
            refused = True
        assert refused is case["wantErr"], case["case"]


def test_published_leaves_give_published_roots_and_proofs():
    """The tree of the published leaves has the published roots, and we make the published proofs."""
    published = "- 00 10 2021 3031 40414243 5051525354555657 606162636465666768696a6b6c6d6e6f".replace(
        "-", ""
    )
    published = published.split(" ")
    frontiers, store = [Frontier()], {}
    for entry in published:
        frontier, made = append(frontiers[-1], [leaf_hash(bytes.fromhex(entry))])
        frontiers.append(frontier)
        store |= made
    happy = [
        case
        for case in json.loads(shared("truth", "merkle", "consistency.json").read_bytes())
        if not case["wantErr"] and 0 < case["size1"] <= case["size2"] <= len(published)
    ]
    assert happy
    for case in happy:
        old, size = case["size1"], case["size2"]
        assert base64.b64encode(frontiers[size].root).decode() == case["root2"]
        ours = consistency_proof(old, size, lambda places: store)
        assert [base64.b64encode(step).decode() for step in ours] == (case["proof"] or [])
