# SPDX-License-Identifier: Apache-2.0
"""Bit rot in what the world is shown is found from the journal."""

from __future__ import annotations

import json
import random
import shutil

import pytest

from nadzor.actions.check_journal import check_journal
from nadzor.actions.publish_tiles import publish_tiles
from nadzor.base.problems import Refusal
from nadzor.journal.tile_check import find_tile_faults
from nadzor.journal.tiles import TileFiles
from tests.unit.actions.test_publish_tiles import grow
from tests.unit.cli.console import ask


@pytest.fixture
def published(home):
    """A home with 530 published batches, some of them before the last tile was full."""
    for first, count in ((1, 10), (11, 520)):
        grow(home.log, count, first=first)
        publish_tiles(home)
    files = TileFiles(home.tiles)
    files.put_note(files.note(), "witnessed")
    return home


def test_what_was_published_is_the_tree(published):
    """No fault in tiles and notes, and none where nothing was published."""
    assert find_tile_faults(published.log) == []
    shutil.rmtree(published.tiles)
    assert find_tile_faults(published.log) == []


def test_every_flipped_bit_is_found(published):
    """Any bit of any tile, and of the signed text and signature of the notes."""
    flips = random.Random(20261122)
    places = [
        place for place in published.tiles.rglob("*") if place.is_file() and not place.name.startswith(".")
    ]
    assert len(places) == 6
    for _ in range(60):
        place = flips.choice(places)
        kept = place.read_bytes()
        spoiled = bytearray(kept)
        spoiled[flips.randrange(len(kept))] ^= 1 << flips.randrange(8)
        place.write_bytes(spoiled)
        assert find_tile_faults(published.log), (place, spoiled)
        place.write_bytes(kept)


def test_missing_and_foreign_files_are_found(published):
    """A tile that is gone, and one of a larger tree."""
    (published.tiles / "tile/0/001").unlink()
    (published.tiles / "tile/0/003").write_bytes(bytes(8192))
    told = [fault.detail for fault in find_tile_faults(published.log)]
    assert told == ["tile/0/001 is missing", "tile/0/003 is no tile of this tree"]


def test_verify_tells_of_them(published):
    """The command that checks the journal checks its public files, too."""
    tile = published.tiles / "tile/0/000"
    content = tile.read_bytes()
    tile.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    done = ask(published, "verify", "journal", "--json")
    assert {"tile/0/000 differs from the journal"} <= {fault["detail"] for fault in json.loads(done.stdout)}
    assert done.exit_code == 1


def test_a_journal_behind_its_publication_is_refused_everywhere(published, tmp_path):
    """No door opens over it: the next batch would make a second history."""
    check_journal(published)
    shutil.rmtree(published.journal.parent)
    with pytest.raises(Refusal, match=r"journal\.behind") as refused:
        check_journal(published)
    assert refused.value.facts == {"held": 0, "published": 530}
