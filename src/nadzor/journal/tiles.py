# SPDX-License-Identifier: Apache-2.0
"""The public files of a log: its tiles, and the checkpoint that speaks for them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from nadzor.base.durable import sync_directory, write_atomic
from nadzor.receipts.tiles import HASH, Tile
from nadzor_wire.note import Checkpoint, NoteError, open_note

CHECKPOINT: Final = "checkpoint"
WITNESSED: Final = "witnessed"


class TileFiles:
    """A directory of tiles.

    Durability: a tile, and the names on the way to it, are fsynced before `put` returns.
    Order: the one writer puts the tiles of a checkpoint before the checkpoint; readers need no lock.
    Concurrency: any number of readers; one writer of tiles and checkpoint, one of what witnesses signed.
    Absence: None; a tile that was widened to a full one is read from that.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, tile: Tile, content: bytes) -> None:
        """Keep a tile; the same one again is left as it is."""
        place = self.root / tile.path
        if self._read(place) != content:
            _make_way(place.parent)
            write_atomic(place, content)

    def get(self, tile: Tile) -> bytes | None:
        """A tile; the beginning of the full one where the partial one is gone."""
        found = self._read(self.root / tile.path)
        if found is None and not tile.full:
            whole = self._read(self.root / Tile(tile.level, tile.index).path)
            return whole and whole[: tile.width * HASH]
        return found

    def drop_parts(self, tile: Tile) -> None:
        """Remove the partial tiles that a full one holds."""
        shutil.rmtree(self.root / f"{tile.path}.p", ignore_errors=True)

    def note(self, name: str = CHECKPOINT) -> str | None:
        """A note as it was last put: the checkpoint, or the one that witnesses signed."""
        found = self._read(self.root / name)
        return None if found is None else found.decode("utf-8", errors="replace")

    def put_note(self, note: str, name: str = CHECKPOINT) -> None:
        """Put a note in the place of the one before."""
        _make_way(self.root)
        write_atomic(self.root / name, note.encode())

    def published(self, vkey: str) -> Checkpoint | None:
        """The checkpoint that the world is shown; None when there is none, or it is not the log's."""
        return checkpoint_of(self.note(), vkey)

    @staticmethod
    def _read(place: Path) -> bytes | None:
        try:
            return place.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None


def checkpoint_of(note: str | None, vkey: str) -> Checkpoint | None:
    """The checkpoint in a note that the log signed; None for any other."""
    try:
        return Checkpoint.parse(open_note(note or "", vkey))
    except NoteError:
        return None


def _make_way(folder: Path) -> None:
    """Make a folder and those above it, durably."""
    if not folder.is_dir():
        _make_way(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_directory(folder.parent)
