# SPDX-License-Identifier: Apache-2.0
"""However a log grew, its tiles are the tree: the naive one for small sizes, the appended one for large."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nadzor.receipts.following import grow
from nadzor.receipts.tiles import (
    Tile,
    new_tiles,
    parse_path,
    root_from_tiles,
    tile_bytes,
    tile_reader,
    tiles_of,
)
from nadzor.receipts.tree import Frontier, append, consistency_proof, subtrees
from nadzor_wire.merkle import leaf_hash, verify_consistency
from nadzor_wire.note import Checkpoint

MOST = 70_000
LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(MOST)]
_, NODES = append(Frontier(), LEAVES)


def frontier(size):
    """The tree of the first leaves, from their nodes."""
    return Frontier(size, tuple(NODES[place] for place in subtrees(0, size)))


def fetch(tile):
    """A tile of the tree, whatever its width."""
    return tile_bytes(tile, NODES)


@given(st.integers(0, MOST))
@settings(max_examples=60)
def test_the_right_edge_is_the_root(size):
    """Any size, the one with a third level included."""
    assert root_from_tiles(size, fetch) == frontier(size).root
    assert root_from_tiles(MOST, fetch) == frontier(MOST).root


@given(st.lists(st.integers(0, 2_000), min_size=1, max_size=8))
@settings(max_examples=60)
def test_steps_of_growth_make_every_tile_of_every_size(commits):
    """What was put at each step holds all tiles of the last size, and none is put twice."""
    put, size = [], 0
    for count in commits:
        put += list(new_tiles(size, size + count))
        size += count
        assert set(tiles_of(size)) <= set(put)
    assert len(put) == len(set(put))


@given(st.integers(1, MOST), st.integers(1, MOST))
@settings(max_examples=60)
def test_growth_is_proved_from_tiles(one, other):
    """Between any two sizes, from the larger one's tiles alone."""
    old, size = sorted((one, other))
    proof = consistency_proof(old, size, tile_reader(size, fetch))
    assert verify_consistency(old, size, proof, frontier(old).root, frontier(size).root)


@given(st.integers(0, 5_000), st.integers(0, 5_000))
@settings(max_examples=30)
def test_a_monitor_follows_any_growth(one, other):
    """From what it knows, it comes to the root that is shown, without an alarm."""
    old, size = sorted((one, other))
    seen, shown = (Checkpoint("log.example/test", n, frontier(n).root) for n in (old, size))
    found = grow(frontier(old), seen, shown, fetch)
    assert (found.alarms, found.frontier) == ((), frontier(size))


@given(st.integers(0, 7), st.integers(0, 2**53 >> 8), st.integers(1, 256))
def test_names_are_read_back(level, index, width):
    """Every tile has one name, and the name one tile."""
    tile = Tile(level, index, width)
    assert parse_path(tile.path) == tile


@given(st.text(max_size=40))
def test_nothing_else_is_a_name(text):
    """Whatever is read as a tile is spelled as that tile."""
    tile = parse_path(text)
    assert tile is None or tile.path == text
