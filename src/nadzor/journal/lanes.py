# SPDX-License-Identifier: Apache-2.0
"""A queue with a lane for each maker: whoever sends fifty times as much waits in a lane fifty times as long.

Method: deficit round robin (Shreedhar and Varghese, 1995). Lanes take turns; in its turn a lane may spend
`QUANTUM` and what it saved. A full queue takes a newcomer of a short lane and sends the last of the longest
lane away, so that nobody can fill what belongs to all.
"""

from __future__ import annotations

from collections import deque
from typing import Final, Generic, TypeVar

from msgspec import Struct

Item = TypeVar("Item")

QUANTUM: Final = 64 * 1024  # of cost in one turn: one batch of 500 events, or sixteen small ones
EACH: Final = 4 * 1024  # cost of any batch beside its bytes: a signature, a row, its nodes


class Room(Struct, frozen=True):
    """How much may wait: in number and in bytes, in all and in one lane."""

    count: int
    size: int
    lane_count: int
    lane_size: int


class _Lane(Generic[Item]):
    """One maker's waiting items, oldest first, and what it may still spend."""

    __slots__ = ("items", "saved", "size")

    def __init__(self) -> None:
        self.items: deque[tuple[Item, int]] = deque()
        self.size = 0
        self.saved = 0


class Lanes(Generic[Item]):
    """The waiting items of all lanes. Not safe for threads: its owner has a lock or a loop.

    Order: within a lane by arrival; between lanes in turns.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._lanes: dict[str, _Lane[Item]] = {}
        self._turns: deque[str] = deque()
        self._begun = False
        self.count = 0
        self.size = 0

    def put(self, lane: str, item: Item, size: int) -> list[Item]:
        """Let an item wait; what finds no room: the last of longer lanes, or the newcomer itself."""
        kept = self._lanes.get(lane) or _Lane()
        if len(kept.items) >= self._room.lane_count or kept.size + size > self._room.lane_size:
            return [item]
        left = self._make_room(len(kept.items), kept.size, size)
        if self._full(size):
            return [*left, item]
        if lane not in self._lanes:
            self._lanes[lane] = kept
            self._turns.append(lane)
        kept.items.append((item, size))
        kept.size += size
        self.count += 1
        self.size += size
        return left

    def take(self) -> Item | None:
        """The next item in turn; None when nothing waits."""
        while self._turns:
            lane = self._turns[0]
            kept = self._lanes[lane]
            if not self._begun:
                kept.saved += QUANTUM
                self._begun = True
            item, size = kept.items[0]
            if kept.saved >= size + EACH:
                kept.saved -= size + EACH
                kept.items.popleft()
                self._forget(lane, kept, size)
                return item
            self._turns.rotate(-1)
            self._begun = False
        return None

    def longest(self) -> int:
        """Number of items in the longest lane."""
        return max((len(kept.items) for kept in self._lanes.values()), default=0)

    def _forget(self, lane: str, kept: _Lane[Item], size: int) -> None:
        kept.size -= size
        self.count -= 1
        self.size -= size
        if not kept.items:  # an empty lane saves nothing up
            if self._turns[0] == lane:
                self._begun = False
            self._turns.remove(lane)
            del self._lanes[lane]

    def _full(self, size: int) -> bool:
        return self.count >= self._room.count or self.size + size > self._room.size

    def _make_room(self, count: int, held: int, size: int) -> list[Item]:
        """Send away the last of the longest lane while the newcomer's would still be shorter."""
        left: list[Item] = []
        while self._lanes and self._full(size):
            by_count = self.count >= self._room.count
            name, longest = max(
                self._lanes.items(), key=lambda one: len(one[1].items) if by_count else one[1].size
            )
            theirs, mine = (len(longest.items), count + 1) if by_count else (longest.size, held + size)
            if mine >= theirs:
                break
            item, freed = longest.items.pop()
            left.append(item)
            self._forget(name, longest, freed)
        return left
