# SPDX-License-Identifier: Apache-2.0
"""Whether the tree that a log shows now is the one it showed before, grown: decided from its tiles alone."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from nadzor_wire.merkle import ProofError, verify_consistency
from nadzor_wire.note import Checkpoint

from .tiles import HEIGHT, FetchTile, Tile, cut, hashes_of, new_tiles, tile_reader
from .tree import EMPTY_ROOT, Frontier, Nodes, Place, append, consistency_proof


class Alarm(Struct, frozen=True):
    """Something that a log must never do, or has not done for too long."""

    code: str
    detail: str


class TileMissing(LookupError):
    """A tile of the published tree is not to be had."""


class Grown(Struct, frozen=True):
    """What reading the tiles came to: the tree, and everything that is wrong with it."""

    frontier: Frontier
    tiles: int
    alarms: tuple[Alarm, ...] = ()


def compare(seen: Checkpoint | None, shown: Checkpoint) -> Alarm | None:
    """What two checkpoints of one log say against each other, before any tile is read."""
    if seen is None:
        return None
    if shown.size < seen.size:
        return Alarm("shrunk", f"the log showed {seen.size} leaves and now shows {shown.size}")
    if shown.size == seen.size and shown.root != seen.root:
        return Alarm("fork", f"the log has signed two roots for {seen.size} leaves")
    return None


def grow(start: Frontier, seen: Checkpoint | None, shown: Checkpoint, fetch: FetchTile) -> Grown:
    """Read every tile from a known tree to the one shown, and add them up.

    From a known tree an alarm may mean an altered tile as well as another history before it; from the empty
    one it says which.

    Method: leaf hashes are appended to the frontier; passing the size seen before, the root must be the one
    seen; at the end, the one shown; every hash above must be the root of the tile below it.
    """
    reading = _Reading(cut(start), seen, fetch)
    try:
        reading.leaves(shown.size)
        reading.upper(shown.size)
    except TileMissing as error:
        return Grown(start, reading.tiles, (Alarm("tile-missing", f"{error} cannot be had"),))
    except ValueError as error:
        return Grown(start, reading.tiles, (Alarm("tile-altered", str(error)),))
    return Grown(reading.frontier, reading.tiles, tuple(reading.concluded(shown)))


def proved(old: Checkpoint, new: Checkpoint, fetch: FetchTile) -> bool:
    """Whether a tree only grew from an older one, proved from the newer one's tiles.

    Raises: TileMissing.
    """
    if old.size == 0:
        return old.root == EMPTY_ROOT
    try:
        proof = consistency_proof(old.size, new.size, tile_reader(new.size, fetch))
        return verify_consistency(old.size, new.size, proof, old.root, new.root)
    except (ProofError, ValueError, IndexError):
        return False


class _Reading:
    """One pass over the tiles of a log."""

    def __init__(self, start: Frontier, seen: Checkpoint | None, fetch: FetchTile) -> None:
        self.frontier = self._start = start
        self.tiles = 0
        self._rewritten: list[Alarm] = []
        self._altered: list[Alarm] = []
        self._seen, self._fetch = seen, fetch
        self._made: dict[Place, bytes] = {}

    def leaves(self, size: int) -> None:
        """Append the leaf hashes up to a size."""
        for tile in _level(0, self._start.size, size):
            hashes = self._read(tile)
            self._pass_seen(hashes)
            self.frontier, made = append(self.frontier, hashes)
            self._made |= {place: node for place, node in made.items() if place[0] and not place[0] % HEIGHT}

    def upper(self, size: int) -> None:
        """Compare what stands in the tiles above with what was added up."""
        for tile in new_tiles(self._start.size, size):
            if tile.level:
                self._compare(tile, self._read(tile), self._made)

    def concluded(self, shown: Checkpoint) -> list[Alarm]:
        """What is wrong, given the checkpoint.

        Why: only tiles that add up to what the log has signed can prove that it signed another history.
        """
        if self.frontier.root == shown.root:
            return self._rewritten + self._altered
        told = f"the tiles do not add up to the root of {shown.size} leaves"
        return self._altered or [Alarm("tile-altered", told)]

    def _read(self, tile: Tile) -> list[bytes]:
        self.tiles += 1
        return hashes_of(tile, self._fetch(tile))

    def _pass_seen(self, hashes: list[bytes]) -> None:
        before, seen = self.frontier.size, self._seen
        if seen is None or not before < seen.size <= before + len(hashes):
            return
        if append(self.frontier, hashes[: seen.size - before])[0].root != seen.root:
            told = f"the first {seen.size} leaves are not those that were seen"
            self._rewritten.append(Alarm("rewritten", told))

    def _compare(self, tile: Tile, held: list[bytes], made: Nodes) -> None:
        for place, node in zip(tile.places, held, strict=True):
            if made.get(place, node) != node:
                below = Tile(tile.level - 1, place[1])
                told = f"{below.path} and {tile.path} do not agree"
                self._altered.append(Alarm("tile-altered", told))


def _level(level: int, old: int, size: int) -> Iterator[Tile]:
    return (tile for tile in new_tiles(old, size) if tile.level == level)
