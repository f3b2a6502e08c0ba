# SPDX-License-Identifier: Apache-2.0
"""What the world is shown: complete, in order, never backwards, and never over a row that rotted."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, nullcontext

import pytest
from structlog.testing import capture_logs

from nadzor.actions import publish_tiles as action
from nadzor.actions.publish_tiles import publish_log, publish_tiles
from nadzor.base.problems import Refusal
from nadzor.journal.opening import open_log, open_reader
from nadzor.journal.tiles import TileFiles
from nadzor.receipts.tiles import Tile, root_from_tiles, tile_reader, tiles_of
from nadzor.receipts.tree import EMPTY_ROOT, consistency_proof
from nadzor_wire.merkle import verify_consistency
from tests.unit.journal.entries import entry


def grow(place, count, *, stream=bytes(16), first=1):
    """Store a number of batches of one event."""
    journal = open_log(place)
    try:
        journal.append([entry(first + number, stream=stream) for number in range(count)])
    finally:
        journal.close()


def shown(place):
    """The published tree's size and root, checked against the files."""
    files = TileFiles(place.tiles)
    found = files.published(place.vkey)
    assert root_from_tiles(found.size, files.get) == found.root
    assert all(len(files.get(tile)) == tile.width * 32 for tile in tiles_of(found.size))
    return found.size, found.root


def root(home):
    """The journal's own root."""
    with closing(open_reader(home)) as reader:
        return reader.totals().frontier.root


def test_before_the_first_gateway_there_is_nothing_to_show(home):
    """No journal is no failure of the job."""
    assert publish_tiles(home) is None
    assert not home.tiles.exists()


def test_an_empty_log_has_a_checkpoint(home):
    """Size nought, the root of the empty tree, no tile."""
    grow(home.log, 0)
    assert publish_tiles(home) == "nadzor.local/log 0"
    assert shown(home.log) == (0, EMPTY_ROOT)
    assert not (home.tiles / "tile").exists()


def test_growth_is_published_step_by_step(home):
    """Every step shows the journal's root, keeps the older tiles, and extends what was shown before."""
    seen, first = [], 1
    for count in (1, 3, 252, 1, 300):
        grow(home.log, count, first=first)
        first += count
        publish_tiles(home)
        seen.append(shown(home.log))
        assert seen[-1] == (first - 1, root(home))
        assert publish_tiles(home) is None
    read = tile_reader(557, TileFiles(home.tiles).get)
    for size, old in seen:
        proof = consistency_proof(size, 557, read)
        assert verify_consistency(size, 557, proof, old, seen[-1][1])


def test_parts_of_a_full_tile_are_dropped_and_still_read(home):
    """Widths that were published before are the beginning of the full tile."""
    grow(home.log, 5)
    publish_tiles(home)
    files = TileFiles(home.tiles)
    part = files.get(Tile(0, 0, 5))
    grow(home.log, 255, first=6)
    publish_tiles(home)
    assert not (home.tiles / "tile/0/000.p").exists()
    assert files.get(Tile(0, 0, 5)) == part
    assert files.get(Tile(0, 0))[: 5 * 32] == part


def test_a_lost_directory_is_built_anew(home):
    """Tiles follow from the journal; the same files come back."""
    grow(home.log, 600)
    publish_tiles(home)
    before = {tile: TileFiles(home.tiles).get(tile) for tile in tiles_of(600)}
    shutil.rmtree(home.tiles)
    publish_tiles(home)
    assert {tile: TileFiles(home.tiles).get(tile) for tile in tiles_of(600)} == before
    assert shown(home.log)[0] == 600


def test_many_steps_of_reading_make_the_same_tiles(home, monkeypatch):
    """A long journal is read in pieces."""
    grow(home.log, 1_000)
    publish_tiles(home)
    whole = {tile: TileFiles(home.tiles).get(tile) for tile in tiles_of(1_000)}
    shutil.rmtree(home.tiles)
    monkeypatch.setattr(action, "STEP", 256)
    publish_tiles(home)
    assert {tile: TileFiles(home.tiles).get(tile) for tile in tiles_of(1_000)} == whole


def test_a_damaged_checkpoint_is_made_anew(home):
    """Bit rot in the public checkpoint is told and mended from the journal."""
    grow(home.log, 3)
    publish_tiles(home)
    note = (home.tiles / "checkpoint").read_text()
    (home.tiles / "checkpoint").write_text(note.replace("\n3\n", "\n4\n"))
    with capture_logs() as logs:
        publish_tiles(home)
    assert [line["event"] for line in logs] == ["tiles.checkpoint.damaged"]
    assert (home.tiles / "checkpoint").read_text() == note


def test_a_shorter_journal_stops_loudly(home, tmp_path):
    """After yesterday's copy was put back, the public checkpoint stays where it was."""
    grow(home.log, 3)
    shutil.copytree(home.journal.parent, tmp_path / "yesterday")
    grow(home.log, 4, first=4)
    publish_tiles(home)
    shutil.rmtree(home.journal.parent)
    with pytest.raises(Refusal, match=r"journal\.behind") as lost:
        publish_tiles(home)
    assert lost.value.facts == {"held": 0, "published": 7}
    shutil.copytree(tmp_path / "yesterday", home.journal.parent)
    with pytest.raises(Refusal, match=r"journal\.behind") as refused:
        publish_tiles(home)
    assert refused.value.facts == {"held": 3, "published": 7}
    assert shown(home.log)[0] == 7


def test_a_second_history_is_not_published(home, tmp_path):
    """Rolled back and grown again beyond what was shown: other leaves, so nothing moves."""
    grow(home.log, 3)
    shutil.copytree(home.journal.parent, tmp_path / "yesterday")
    grow(home.log, 4, first=4)
    publish_tiles(home)
    before = shown(home.log)
    shutil.rmtree(home.journal.parent)
    shutil.copytree(tmp_path / "yesterday", home.journal.parent)
    grow(home.log, 9, first=4)
    with pytest.raises(Refusal, match=r"journal\.rewritten"):
        publish_tiles(home)
    assert shown(home.log) == before


@pytest.mark.parametrize(
    "statement, code",
    [
        ("UPDATE batch SET leaf = replace(leaf, 'ai-001', 'ai-002') WHERE idx = 300", "journal.damaged"),
        ("DELETE FROM batch WHERE idx = 300", "journal.damaged"),
        ("UPDATE node SET hash = zeroblob(32) WHERE level = 8 AND idx = 0", "journal.rewritten"),
        ("UPDATE node SET hash = zeroblob(32) WHERE level = 0 AND idx = 300", None),
        ("DELETE FROM node WHERE level = 8 AND idx = 0", "journal.damaged"),
    ],
)
def test_a_row_that_rotted_reaches_no_tile(home, statement, code):
    """A changed leaf, or a changed hash that tiles are made from: the checkpoint does not advance.

    A stored leaf hash is not what tiles are made from: the leaf itself is hashed.
    """
    grow(home.log, 290)
    publish_tiles(home)
    grow(home.log, 20, first=291)
    with closing(sqlite3.connect(home.journal)) as connection, connection:
        connection.execute(statement)
    with pytest.raises(Refusal) if code else nullcontext() as refused:
        publish_tiles(home)
    assert code is None or refused.value.code == code
    assert shown(home.log)[0] == (290 if code else 310)


@pytest.mark.parametrize("after", range(4))
def test_a_crash_at_any_boundary_leaves_a_whole_public_state(home, monkeypatch, after):
    """Stopped before any of its writes, the old checkpoint stands with all its tiles; then it goes on."""
    grow(home.log, 250)
    publish_tiles(home)
    grow(home.log, 20, first=251)
    written = 0
    put, put_note = TileFiles.put, TileFiles.put_note

    def stop(kept):
        def one(*given):
            nonlocal written
            written += 1
            if written > after:
                raise OSError("power is gone")
            kept(*given)

        return one

    with monkeypatch.context() as patched:
        patched.setattr(TileFiles, "put", stop(put))
        patched.setattr(TileFiles, "put_note", stop(put_note))
        with pytest.raises(OSError, match="power"):
            publish_tiles(home)
    assert shown(home.log)[0] == 250
    publish_tiles(home)
    assert shown(home.log)[0] == 270


def test_the_sandbox_has_its_own_tiles(home):
    """Under its own key and in a directory of its own, once it exists."""
    grow(home.log, 2)
    assert publish_tiles(home) == "nadzor.local/log 2"
    grow(home.sandbox(), 4)
    assert publish_tiles(home) == "nadzor.local/log-sandbox 4"
    assert shown(home.sandbox())[0] == 4
    assert home.sandbox().tiles != home.tiles


def test_a_journal_that_cannot_be_read_is_told(home):
    """A place that holds another thing than a journal is not an empty log."""
    grow(home.log, 2)
    publish_log(home.log)
    home.journal.write_bytes(b"no database at all" * 40)
    for left in home.journal.parent.glob("*-wal"):
        left.unlink()
    with pytest.raises(Refusal, match=r"journal\."):
        publish_log(home.log)
    assert shown(home.log)[0] == 2
