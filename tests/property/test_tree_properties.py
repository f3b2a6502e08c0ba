# SPDX-License-Identifier: Apache-2.0
"""A log cut into commits anywhere is the same log, and every proof between its states holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nadzor.receipts.tree import Frontier, append, consistency_proof, inclusion_proof
from nadzor_wire.merkle import ProofError, leaf_hash, verify_consistency, verify_inclusion

LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(3_000)]


def grow(commits):
    """Frontiers after each commit, and the store."""
    frontiers, store, used = [Frontier()], {}, 0
    for count in commits:
        frontier, made = append(frontiers[-1], LEAVES[used : used + count])
        frontiers.append(frontier)
        store |= made
        used += count
    return frontiers, store


@given(st.lists(st.integers(0, 200), min_size=1, max_size=12), st.data())
def test_any_state_proves_its_leaves_and_its_past(commits, data):
    """Whatever the commits, leaves are included and older states are prefixes."""
    frontiers, store = grow(commits)
    now = frontiers[-1]
    once, _ = append(Frontier(), LEAVES[: now.size])
    assert once == now
    if now.size:
        index = data.draw(st.integers(0, now.size - 1))
        proof = inclusion_proof(index, now.size, lambda places: store)
        assert verify_inclusion(LEAVES[index], index, now.size, proof, now.root)
    old = data.draw(st.sampled_from([one for one in frontiers if one.size] or [None]))
    if old is not None:
        proof = consistency_proof(old.size, now.size, lambda places: store)
        assert verify_consistency(old.size, now.size, proof, old.root, now.root)


@given(st.integers(2, 600), st.data())
def test_no_proof_serves_another_leaf_or_another_tree(size, data):
    """A proof of one leaf does not verify for another one, nor under a root with one bit changed."""
    frontier, store = append(Frontier(), LEAVES[:size])
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index))
    proof = inclusion_proof(index, size, lambda places: store)
    flipped = bytes([frontier.root[0] ^ 1]) + frontier.root[1:]
    for leaf, at, root in ((LEAVES[other], index, frontier.root), (LEAVES[index], index, flipped)):
        with pytest.raises(ProofError):
            verify_inclusion(leaf, at, size, proof, root)
