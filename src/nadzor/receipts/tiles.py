# SPDX-License-Identifier: Apache-2.0
"""The tree cut into tiles of 256 hashes, as the world reads it (C2SP tlog-tiles).

Tile (level, index) holds the nodes (8 * level, 256 * index ...) of the tree: leaf hashes on level 0, above it
the roots of full tiles. A tile that is not full ends at its width; it never changes either, for a wider
one has another name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from .tree import Frontier, Nodes, Place, ReadNodes, append, range_hash

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT  # hashes in a full tile
HASH: Final = 32  # bytes
LEVELS: Final = 8  # a log of 2**53 leaves needs seven
_PATH: Final = re.compile(r"tile/([0-7])/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


class Tile(Struct, frozen=True):
    """The place and width of one tile."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def full(self) -> bool:
        """Whether nothing can be added to it."""
        return self.width == WIDTH

    @property
    def path(self) -> str:
        """Its address under the log's, like `tile/0/x001/x234/067.p/112`."""
        folded, rest = [f"{self.index % 1000:03}"], self.index // 1000
        while rest:
            folded.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        return f"tile/{self.level}/{'/'.join(folded)}" + ("" if self.full else f".p/{self.width}")

    @property
    def places(self) -> list[Place]:
        """The nodes of the tree that it holds, in order."""
        first = self.index << HEIGHT
        return [(self.level * HEIGHT, first + offset) for offset in range(self.width)]

    @property
    def parent(self) -> Place:
        """The node of the tree that a full tile adds up to."""
        return (self.level + 1) * HEIGHT, self.index

    @property
    def leaves(self) -> int:
        """The size of the smallest tree that has it."""
        return ((self.index << HEIGHT) + self.width) << (self.level * HEIGHT)


FetchTile = Callable[[Tile], bytes]


def parse_path(path: str) -> Tile | None:
    """The tile of an address; None for anything that is not the one spelling of a tile's address."""
    found = _PATH.fullmatch(path)
    if not found:
        return None
    index = int(found[2].replace("x", "").replace("/", ""))
    tile = Tile(int(found[1]), index, int(found[3] or WIDTH))
    return tile if tile.path == path else None


def new_tiles(old: int, size: int) -> Iterator[Tile]:
    """The tiles of a tree of `size` leaves that one of `old` leaves does not have, level by level."""
    for level in range(LEVELS):
        before, now = old >> (level * HEIGHT), size >> (level * HEIGHT)
        if before == now:
            return
        for index in range(before >> HEIGHT, (now + WIDTH - 1) >> HEIGHT):
            yield Tile(level, index, min(WIDTH, now - (index << HEIGHT)))


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of a tree, level by level."""
    return new_tiles(0, size)


def tile_with(place: Place, size: int) -> Tile:
    """The tile of a tree of `size` leaves whose hashes add up to a complete subtree."""
    level = place[0] // HEIGHT
    index = (place[1] << (place[0] % HEIGHT)) >> HEIGHT
    return Tile(level, index, min(WIDTH, (size >> (level * HEIGHT)) - (index << HEIGHT)))


def tile_bytes(tile: Tile, nodes: Nodes) -> bytes:
    """What a tile holds. Raises: KeyError when a node is missing."""
    return b"".join(nodes[place] for place in tile.places)


def hashes_of(tile: Tile, content: bytes) -> list[bytes]:
    """The hashes in a tile. Raises: ValueError when it has not the length that its name says."""
    if len(content) != tile.width * HASH:
        raise ValueError(f"{tile.path} is not {tile.width} hashes")
    return [content[start : start + HASH] for start in range(0, len(content), HASH)]


def hash_up(hashes: Sequence[bytes]) -> bytes:
    """The root over the hashes of one complete subtree."""
    return append(Frontier(), hashes)[0].root


def tile_reader(size: int, fetch: FetchTile) -> ReadNodes:
    """A reader of nodes for proofs in a tree of `size` leaves, from its tiles alone.

    Raises: ValueError, from the reader, for a tile of a wrong length; whatever `fetch` raises.
    """
    held: dict[Tile, list[bytes]] = {}

    def read(places: Sequence[Place]) -> Nodes:
        return {place: _node(place) for place in places}

    def _node(place: Place) -> bytes:
        tile = tile_with(place, size)
        if tile not in held:
            held[tile] = hashes_of(tile, fetch(tile))
        wide = 1 << (place[0] % HEIGHT)
        first = place[1] * wide - (tile.index << HEIGHT)
        return hash_up(held[tile][first : first + wide])

    return read


def root_from_tiles(size: int, fetch: FetchTile) -> bytes:
    """The root of a tree of `size` leaves, from the tiles on its right edge."""
    return range_hash(0, size, tile_reader(size, fetch))


def cut(frontier: Frontier) -> Frontier:
    """The tree without the leaves of its last, partial tile.

    Why: their hashes stand one by one in that tile alone, so whatever grows a log from tiles begins here.
    """
    size = frontier.size >> HEIGHT << HEIGHT
    return Frontier(size, frontier.hashes[: size.bit_count()])
