# SPDX-License-Identifier: Apache-2.0
"""Show the world how far the log has grown: tiles of what is committed, then the checkpoint over them."""

from __future__ import annotations

from contextlib import closing
from typing import Final

import structlog

from nadzor.base.home import Home, Log
from nadzor.base.problems import Refusal
from nadzor.journal.opening import read_log
from nadzor.journal.reader import Reader
from nadzor.journal.tiles import TileFiles
from nadzor.receipts.checkpoint import sign_checkpoint
from nadzor.receipts.tiles import (
    HEIGHT,
    WIDTH,
    Tile,
    cut,
    hash_up,
    hashes_of,
    new_tiles,
    root_from_tiles,
    tile_bytes,
)
from nadzor.receipts.tree import Frontier, Nodes, Place, append, subtrees
from nadzor_wire.note import Checkpoint

log = structlog.get_logger()

STEP: Final = 16 * WIDTH  # leaves read at once


def publish_tiles(home: Home) -> str | None:
    """Bring the tiles of the log, and of the sandbox log where there is one, up to their journals.

    Returns what was done, or nothing. Raises: Refusal as `publish_log` does.
    """
    grown = [publish_log(home.log)]
    if (home.keys / "sandbox-log.vkey").exists():
        grown.append(publish_log(home.sandbox()))
    told = [f"{found.origin} {found.size}" for found in grown if found]
    return ", ".join(told) or None


def publish_log(place: Log) -> Checkpoint | None:
    """Publish what a log has grown by; the new public checkpoint, or None when nothing was to do.

    Why: leaves are hashed anew from their rows, and the root is added up from the files that were written:
    one flipped bit that reaches a tile can never be taken back. A crash anywhere leaves the checkpoint that
    was there, and its tiles.
    Raises: Refusal `journal.other-log` for another log's tables, `journal.behind` when more was published
    than the journal holds, `journal.rewritten` when it holds something else, `journal.damaged` when a row
    does not fit the tree.
    """
    files = TileFiles(place.tiles)
    before = files.published(place.vkey)
    if before is None and files.note() is not None:
        log.error("tiles.checkpoint.damaged", origin=place.origin)  # made anew from the journal
    try:
        reader = read_log(place)
    except Refusal as refusal:
        if refusal.code != "journal.missing":
            raise
        _must_be_new(place, before)
        return None
    with closing(reader):
        return _publish(place, reader, files, before)


def _must_be_new(place: Log, before: Checkpoint | None) -> None:
    """A journal that is not there is well before the first publication, and a loss after it."""
    if before is not None and before.size:
        raise Refusal("journal.behind", at=str(place.journal), held=0, published=before.size)


def _publish(place: Log, reader: Reader, files: TileFiles, before: Checkpoint | None) -> Checkpoint | None:
    totals, old = reader.totals(), before.size if before else 0
    if totals.origin != place.origin:  # one key never signs what another log has grown by
        raise Refusal("journal.other-log", found=totals.origin, expected=place.origin)
    now = totals.frontier
    try:
        _must_extend(place, before, now, reader)
        if before is not None and old == now.size:
            return None
        _write(files, reader, old, now)
    except KeyError as error:
        raise Refusal("journal.damaged", what="node") from error
    files.put_note(sign_checkpoint(now, origin=place.origin, key=place.key))
    for tile in new_tiles(old, now.size):
        if tile.full:
            files.drop_parts(tile)
    return Checkpoint(place.origin, now.size, now.root)


def _must_extend(place: Log, before: Checkpoint | None, now: Frontier, reader: Reader) -> None:
    """The journal holds what was published, as it was published."""
    if before is None:
        return
    if before.size > now.size:
        raise Refusal("journal.behind", at=str(place.journal), held=now.size, published=before.size)
    if _frontier(before.size, reader).root != before.root:
        raise Refusal("journal.rewritten", at=str(place.journal), size=before.size)


def _write(files: TileFiles, reader: Reader, old: int, now: Frontier) -> None:
    """Write every tile that growing from `old` made, and prove them from the files."""
    kept: dict[Place, bytes] = {}
    tiles = {tile.index: tile for tile in new_tiles(old, now.size) if tile.level == 0}
    grown = cut(_frontier(old, reader))
    for start in range(grown.size, now.size, STEP):
        stop = min(start + STEP, now.size)
        grown, made = append(grown, reader.leaf_hashes(start, stop))
        if grown.size != stop:
            raise Refusal("journal.damaged", what="leaf")
        for index in range(start >> HEIGHT, (grown.size + WIDTH - 1) >> HEIGHT):
            files.put(tiles[index], tile_bytes(tiles[index], made))
        kept |= {place: node for place, node in made.items() if place[0] and not place[0] % HEIGHT}
    if grown != now:
        raise Refusal("journal.damaged", what="leaf")
    for tile in new_tiles(old, now.size):
        if tile.level:
            files.put(tile, _upper(tile, kept, reader))
    if root_from_tiles(now.size, lambda tile: files.get(tile) or b"") != now.root:
        raise Refusal("journal.damaged", what="node")


def _upper(tile: Tile, kept: Nodes, reader: Reader) -> bytes:
    """A tile above the leaves: what was made now, and what stood before."""
    older = [place for place in tile.places if place not in kept]
    content = tile_bytes(tile, {**reader.nodes(older), **kept})
    if tile.full and hash_up(hashes_of(tile, content)) != kept[tile.parent]:
        raise Refusal("journal.damaged", what="node")
    return content


def _frontier(size: int, reader: Reader) -> Frontier:
    """The tree as it was at a size, from stored nodes."""
    places = subtrees(0, size)
    nodes = reader.nodes(places)
    return Frontier(size, tuple(nodes[place] for place in places))
