# SPDX-License-Identifier: Apache-2.0
"""Hashes and proofs of an append-only log, as its client checks them (RFC 9162 section 2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


class ProofError(ValueError):
    """The proof does not prove what it should."""


def leaf_hash(data: bytes) -> bytes:
    """Hash of a leaf. Method: RFC 9162 section 2.1.1: SHA-256(0x00 || data)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node. Method: RFC 9162 section 2.1.1: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """True if the leaf hash stands at `index` in the tree of `size` leaves with this root.

    Method: RFC 9162 section 2.1.3.2.
    Raises: ProofError otherwise.
    """
    if not 0 <= index < size:
        raise ProofError("index is outside the tree")
    _check_lengths(leaf, root, *proof)
    fn, sn, seen = index, size - 1, leaf
    for step in proof:
        if sn == 0:
            raise ProofError("proof is too long")
        if fn & 1 or fn == sn:
            seen = node_hash(step, seen)
            fn, sn = _skip_right_border(fn, sn)
        else:
            seen = node_hash(seen, step)
        fn, sn = fn >> 1, sn >> 1
    return _conclude(sn == 0, seen == root)


def verify_consistency(size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes) -> bool:
    """True if the tree of `size2` leaves only appends to the tree of `size1` leaves.

    Method: RFC 9162 section 2.1.4.2; equal sizes need an empty proof and equal roots.
    Raises: ProofError otherwise.
    """
    if not 0 < size1 <= size2:
        raise ProofError("sizes are out of order")
    _check_lengths(root1, root2, *proof)
    if size1 == size2:
        return _conclude(not proof, root1 == root2)
    return _consistent(size1, size2, proof, (root1, root2))


def _consistent(size1: int, size2: int, proof: Sequence[bytes], roots: tuple[bytes, bytes]) -> bool:
    path = list(proof) if size1 & (size1 - 1) else [roots[0], *proof]
    if not path or not proof:
        raise ProofError("proof is empty")
    fn, sn = size1 - 1, size2 - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for step in path[1:]:
        if sn == 0:
            raise ProofError("proof is too long")
        if fn & 1 or fn == sn:
            old, new = node_hash(step, old), node_hash(step, new)
            fn, sn = _skip_right_border(fn, sn)
        else:
            new = node_hash(new, step)
        fn, sn = fn >> 1, sn >> 1
    return _conclude(sn == 0, old == roots[0] and new == roots[1])


def _skip_right_border(fn: int, sn: int) -> tuple[int, int]:
    """Climbs the right border, where a node has no sibling on its level."""
    while not fn & 1 and fn:
        fn, sn = fn >> 1, sn >> 1
    return fn, sn


def _check_lengths(*hashes: bytes) -> None:
    if any(len(item) != 32 for item in hashes):
        raise ProofError("a hash is not 32 bytes")


def _conclude(complete: bool, equal: bool) -> bool:
    if not complete:
        raise ProofError("proof is too short")
    if not equal:
        raise ProofError("root differs")
    return True
