# SPDX-License-Identifier: Apache-2.0
"""The public files of a log against its journal: whatever the world is shown that is not the tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from nadzor.base.home import Log
from nadzor.receipts.tiles import parse_path, tile_bytes, tiles_of
from nadzor.receipts.tree import range_hash

from .fault import Fault
from .opening import read_log
from .reader import Reader
from .tiles import CHECKPOINT, WITNESSED, TileFiles, checkpoint_of


def find_tile_faults(log: Log) -> list[Fault]:
    """Every public file that disagrees with the journal's own nodes; none where nothing was published.

    Raises: Refusal journal.missing when there is no journal.
    """
    files = TileFiles(log.tiles)
    with closing(read_log(log)) as reader:
        return [*_notes(files, log, reader), *_missing(files, log), *_altered(files, reader)]


def _notes(files: TileFiles, log: Log, reader: Reader) -> Iterator[Fault]:
    """Checkpoints that the log did not sign, or that speak of another tree."""
    for name in (CHECKPOINT, WITNESSED):
        note = files.note(name)
        if note is None:
            continue
        found = checkpoint_of(note, log.vkey)
        if found is None:
            yield Fault("tile", None, f"{name} is not signed by the log")
        elif found.size > reader.size():
            yield Fault("tile", None, f"{name} speaks of more than the journal holds")
        elif range_hash(0, found.size, reader.nodes) != found.root:
            yield Fault("tile", None, f"{name} has another root than the journal")


def _missing(files: TileFiles, log: Log) -> Iterator[Fault]:
    published = files.published(log.vkey)
    for tile in tiles_of(published.size) if published else ():
        if files.get(tile) is None:
            yield Fault("tile", None, f"{tile.path} is missing")


def _altered(files: TileFiles, reader: Reader) -> Iterator[Fault]:
    size = reader.size()
    for place in sorted((files.root / "tile").rglob("*")):
        if place.is_dir():
            continue
        tile = parse_path(str(place.relative_to(files.root)))
        if tile is None or tile.leaves > size:
            yield Fault("tile", None, f"{place.relative_to(files.root)} is no tile of this tree")
        elif files.get(tile) != tile_bytes(tile, reader.nodes(tile.places)):
            yield Fault("tile", None, f"{tile.path} differs from the journal")
