# SPDX-License-Identifier: Apache-2.0
"""Tiles: their names, their widths, and that they are the tree."""

from __future__ import annotations

from collections import Counter

import pytest

from nadzor.receipts.tiles import (
    Tile,
    cut,
    hash_up,
    hashes_of,
    new_tiles,
    parse_path,
    root_from_tiles,
    tile_bytes,
    tile_reader,
    tile_with,
    tiles_of,
)
from nadzor.receipts.tree import Frontier, append, consistency_proof, inclusion_proof
from nadzor_wire.merkle import leaf_hash, verify_consistency, verify_inclusion
from tests.unit.receipts.test_tree import naive_root

LEAVES = [leaf_hash(str(number).encode()) for number in range(1_100)]


def held(size, leaves=LEAVES):
    """The tiles of a tree, by place and width."""
    _, nodes = append(Frontier(), leaves[:size])
    return {tile: tile_bytes(tile, nodes) for tile in tiles_of(size)}


def test_a_tree_of_seventy_thousand():
    """The example of C2SP tlog-tiles: 273 full tiles and 112 hashes, 1 and 17, and 1."""
    found = list(tiles_of(70_000))
    assert Counter(tile.level for tile in found if tile.full) == {0: 273, 1: 1}
    assert [(tile.level, tile.width) for tile in found if not tile.full] == [(0, 112), (1, 17), (2, 1)]


def test_a_tree_of_one_full_tile():
    """A full tile stands at once in the level above."""
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []


@pytest.mark.parametrize(
    "tile, path",
    [
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),
        (Tile(0, 0, 1), "tile/0/000.p/1"),
        (Tile(2, 999, 255), "tile/2/999.p/255"),
        (Tile(1, 1000), "tile/1/x001/000"),
        (Tile(0, 1_001_000_000), "tile/0/x001/x001/x000/000"),
    ],
)
def test_names(tile, path):
    """Indexes are folded in threes, as C2SP says, and read back."""
    assert tile.path == path
    assert parse_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/entries/000", "tile/0/0", "tile/0/x000/001", "tile/0/001/002", "tile/00/000", "tile/9/000",
        "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000/",
        "tile/-1/000", "tile/0/../0/000", "tile/0/%30%30%30", "tile/0/\u0660\u0660\u0660", "tile/0/000\n",
        "", "checkpoint",
    ],
)  # fmt: skip
def test_anything_else_is_no_name(path):
    """One spelling a tile: other levels, empty tiles, entries, other digits and dots are none."""
    assert parse_path(path) is None


def test_every_size_adds_up():
    """For all sizes to 600 the tiles give the root of the tree that RFC 9162 describes."""
    for size in range(601):
        tiles = held(size)
        assert root_from_tiles(size, tiles.__getitem__) == naive_root(LEAVES[:size]), size


def test_proofs_from_tiles_are_proofs():
    """Inclusion and consistency proofs made from tiles alone verify."""
    frontiers = [append(Frontier(), LEAVES[:size])[0] for size in (1, 200, 256, 257, 512, 700, 1_100)]
    for now in frontiers:
        read = tile_reader(now.size, held(now.size).__getitem__)
        for index in {0, now.size // 2, now.size - 1}:
            assert verify_inclusion(
                LEAVES[index], index, now.size, inclusion_proof(index, now.size, read), now.root
            )
        for old in frontiers[: frontiers.index(now) + 1]:
            proof = consistency_proof(old.size, now.size, read)
            assert verify_consistency(old.size, now.size, proof, old.root, now.root)


def test_growth_makes_only_what_is_new():
    """The tiles of two sizes differ by exactly those that growing makes."""
    for old in range(0, 600, 37):
        for size in range(old, 1_100, 61):
            new = list(new_tiles(old, size))
            assert set(new) == set(tiles_of(size)) - set(tiles_of(old))
            assert all(old < tile.leaves <= size for tile in new)


def test_a_full_tile_is_one_hash_above():
    """The root of a full tile is the node that it names as its parent."""
    _, nodes = append(Frontier(), LEAVES)
    for tile in tiles_of(len(LEAVES)):
        if tile.full:
            assert hash_up(hashes_of(tile, tile_bytes(tile, nodes))) == nodes[tile.parent]


def test_a_node_is_found_in_its_tile():
    """A subtree of 2**9 leaves stands in level 1; one of 2**3 leaves in level 0."""
    assert tile_with((9, 1), 70_000) == Tile(1, 0)
    assert tile_with((3, 8_749), 70_000) == Tile(0, 273, 112)


def test_a_short_tile_is_refused():
    """A tile of another length than its name says is not read."""
    with pytest.raises(ValueError, match=r"000\.p/3 is not 3 hashes"):
        hashes_of(Tile(0, 0, 3), bytes(64))


def test_a_cut_tree_ends_with_a_full_tile():
    """The frontier of 700 leaves without its partial tile is the frontier of 512."""
    frontiers = {size: append(Frontier(), LEAVES[:size])[0] for size in (200, 512, 700)}
    assert cut(frontiers[700]) == frontiers[512]
    assert cut(frontiers[512]) == frontiers[512]
    assert cut(frontiers[200]) == Frontier()
