# SPDX-License-Identifier: Apache-2.0
"""What a monitor concludes from tiles: growth, or which way a log went wrong."""

from __future__ import annotations

import pytest

from nadzor.receipts.following import TileMissing, compare, grow, proved
from nadzor.receipts.tiles import Tile, tile_bytes, tiles_of
from nadzor.receipts.tree import Frontier, append
from nadzor_wire.merkle import leaf_hash
from nadzor_wire.note import Checkpoint

LEAVES = [leaf_hash(str(number).encode()) for number in range(1_100)]
FORKED = [*LEAVES[:400], leaf_hash(b"other"), *LEAVES[401:]]


def shown(size, leaves=LEAVES):
    """A checkpoint."""
    return Checkpoint("log.example/test", size, append(Frontier(), leaves[:size])[0].root)


def tiles(size, leaves=LEAVES):
    """The tiles of a tree."""
    _, nodes = append(Frontier(), leaves[:size])
    return {tile: tile_bytes(tile, nodes) for tile in tiles_of(size)}


def codes(grown):
    """The alarms, without their words."""
    return [alarm.code for alarm in grown.alarms]


def frontier(size, leaves=LEAVES):
    """The tree at a size."""
    return append(Frontier(), leaves[:size])[0]


@pytest.mark.parametrize(
    "old, size", [(0, 0), (0, 1), (0, 1_100), (5, 5), (256, 256), (255, 256), (300, 1_100)]
)
@pytest.mark.parametrize("full", [True, False])
def test_growth_is_no_alarm(old, size, full):
    """Read from the beginning or from what is known, the tree is the one shown."""
    start = Frontier() if full else frontier(old)
    found = grow(start, shown(old), shown(size), tiles(size).__getitem__)
    assert (codes(found), found.frontier) == ([], frontier(size))


def test_only_what_is_new_is_read():
    """From a known tree the old full tiles of leaves are left alone."""
    whole = grow(Frontier(), None, shown(1_100), tiles(1_100).__getitem__)
    rest = grow(frontier(1_000), shown(1_000), shown(1_100), tiles(1_100).__getitem__)
    assert (whole.tiles, rest.tiles) == (6, 3)


def test_an_altered_tile_is_named():
    """One flipped bit in any tile, on any level, is found; the two tiles that disagree are named."""
    for tile, content in tiles(1_100).items():
        spoiled = tiles(1_100) | {tile: bytes([content[0] ^ 1]) + content[1:]}
        found = grow(Frontier(), None, shown(1_100), spoiled.__getitem__)
        assert "tile-altered" in codes(found), tile
    spoiled = tiles(1_100)
    spoiled[Tile(0, 2)] = bytes(8192)
    (alarm,) = grow(Frontier(), None, shown(1_100), spoiled.__getitem__).alarms
    assert alarm.detail == "tile/0/002 and tile/1/000.p/4 do not agree"


def test_a_short_tile_is_an_altered_one():
    """A tile that ends early is not read as a smaller tree."""
    spoiled = tiles(1_100) | {Tile(0, 1): bytes(64)}
    assert codes(grow(Frontier(), None, shown(1_100), spoiled.__getitem__)) == ["tile-altered"]


def test_a_missing_tile_is_an_alarm():
    """Whichever it is."""
    for lost in tiles_of(1_100):

        def fetch(tile, lost=lost):
            if tile == lost:
                raise TileMissing(tile.path)
            return tiles(1_100)[tile]

        assert codes(grow(Frontier(), None, shown(1_100), fetch)) == ["tile-missing"]


def test_another_history_is_found_on_the_way():
    """The new tree is whole in itself, but its beginning is not the tree that was seen."""
    found = grow(Frontier(), shown(700), shown(1_100, FORKED), tiles(1_100, FORKED).__getitem__)
    assert codes(found) == ["rewritten"]


@pytest.mark.parametrize("seen", [401, 512, 700, 768, 1_099])
def test_another_history_is_found_from_a_known_tree(seen):
    """Also when only what is new is read, whether the change lies in what is read or before it."""
    found = grow(frontier(seen), shown(seen), shown(1_100, FORKED), tiles(1_100, FORKED).__getitem__)
    assert codes(found)


def test_checkpoints_alone_show_shrinking_and_forks():
    """Before any tile is read; growth and the same tree are no alarm."""
    assert compare(shown(10), shown(9)).code == "shrunk"
    assert compare(shown(500), shown(500, FORKED)).code == "fork"
    assert [compare(None, shown(3)), compare(shown(3), shown(3)), compare(shown(3), shown(900, FORKED))] == [
        None
    ] * 3


def test_a_proof_from_tiles_tells_histories_apart():
    """A checkpoint that somebody else was shown is a beginning of this tree, or it is not."""
    held = tiles(1_100).__getitem__
    assert all(proved(shown(size), shown(1_100), held) for size in (0, 1, 256, 700, 1_100))
    assert not any(proved(shown(size, FORKED), shown(1_100), held) for size in (401, 700, 1_100))
    assert not proved(Checkpoint("log.example/test", 0, bytes(32)), shown(1_100), held)
    assert not proved(shown(1_100), shown(700), tiles(700).__getitem__)
