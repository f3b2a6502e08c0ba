# SPDX-License-Identifier: Apache-2.0
"""An append-only Merkle tree kept as hashes of complete subtrees.

A node (level, index) is the root of the leaves [index * 2**level, (index + 1) * 2**level). It is kept once
they all exist and never changes afterwards. The frontier is the few nodes that add up to the whole tree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from nadzor_wire.merkle import node_hash

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()  # RFC 9162, section 2.1.1: the hash of an empty tree

Place = tuple[int, int]  # (level, index)
Nodes = Mapping[Place, bytes]
ReadNodes = Callable[[Sequence[Place]], Nodes]


class Frontier(Struct, frozen=True):
    """The complete subtrees of a tree of `size` leaves, the largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if len(self.hashes) != self.size.bit_count():
            raise ValueError(f"a tree of {self.size} leaves has {self.size.bit_count()} complete subtrees")

    @property
    def root(self) -> bytes:
        """The root hash of the whole tree.

        Method: RFC 9162, section 2.1.1; the right edge is folded from the smallest subtree up.
        """
        return fold(self.hashes)

    def nodes(self) -> dict[Place, bytes]:
        """The frontier's hashes by place."""
        return dict(zip(subtrees(0, self.size), self.hashes, strict=True))


def append(frontier: Frontier, leaf_hashes: Iterable[bytes]) -> tuple[Frontier, dict[Place, bytes]]:
    """The tree after these leaves, and every node that they completed.

    Method: a binary counter: each leaf closes as many subtrees as its index has trailing one bits.
    """
    size, stack, made = frontier.size, list(frontier.hashes), {}
    for carried in leaf_hashes:
        level, index, node = 0, size, carried
        made[level, index] = node
        while index & 1:
            node = node_hash(stack.pop(), node)
            level, index = level + 1, index >> 1
            made[level, index] = node
        stack.append(node)
        size += 1
    return Frontier(size, tuple(stack)), made


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over adjoining complete subtrees, the largest first."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def subtrees(start: int, stop: int) -> list[Place]:
    """The complete subtrees that add up to the leaves [start, stop), the largest first.

    Why: `start` is always a multiple of the largest one, because proofs cut the tree at powers of two.
    """
    places = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        places.append((level, start >> level))
        start += 1 << level
    return places


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The leaf ranges whose hashes prove that leaf `index` is in a tree of `size`, nearest first.

    Method: RFC 9162, section 2.1.3.1, PATH(m, D_n).
    Raises: IndexError when the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise IndexError(f"a tree of {size} leaves has no leaf {index}")
    ranges, level = [], 0
    while (size - 1) >> level:
        start = ((index >> level) ^ 1) << level
        if start < size:  # on the right edge a node may have no sibling: it is carried up
            ranges.append((start, min(start + (1 << level), size)))
        level += 1
    return ranges


def consistency_ranges(old: int, size: int) -> list[tuple[int, int]]:
    """The leaf ranges whose hashes prove that a tree of `size` only grew from one of `old`, nearest first.

    Method: RFC 9162, section 2.1.4.1, SUBPROOF(m, D_n, b); empty for equal trees and for an empty old one.
    Raises: IndexError when the old tree is larger.
    """
    if not 0 <= old <= size:
        raise IndexError(f"a tree of {size} leaves never had {old}")
    if old in (0, size):
        return []
    ranges, start, stop, known = [], 0, size, True
    while old < stop:
        middle = start + _split(stop - start)
        if old <= middle:
            ranges.append((middle, stop))
            stop = middle
        else:
            ranges.append((start, middle))
            start, known = middle, False
    return ([] if known else [(start, stop)]) + ranges[::-1]


def range_hash(start: int, stop: int, read: ReadNodes) -> bytes:
    """The hash over the leaves [start, stop), from stored nodes.

    Raises: KeyError when a node is missing: the store is damaged.
    """
    places = subtrees(start, stop)
    nodes = read(places)
    return fold([nodes[place] for place in places])


def inclusion_proof(index: int, size: int, read: ReadNodes) -> list[bytes]:
    """Proof that leaf `index` is in the tree of `size` leaves."""
    return [range_hash(start, stop, read) for start, stop in inclusion_ranges(index, size)]


def consistency_proof(old: int, size: int, read: ReadNodes) -> list[bytes]:
    """Proof that the tree of `size` leaves only grew from the one of `old` leaves."""
    return [range_hash(start, stop, read) for start, stop in consistency_ranges(old, size)]


def _split(leaves: int) -> int:
    """The largest power of two smaller than a number of leaves."""
    return 1 << (leaves - 1).bit_length() - 1
