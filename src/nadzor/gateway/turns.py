# SPDX-License-Identifier: Apache-2.0
"""Sharing one process between makers: room for the bodies in hand, and turns at being judged.

Why: both are given out only after the signature over a request's head holds. A claim that is not proved takes
nothing from the maker it names; it costs one check of a signature, and the proxy bounds those by address.
"""

from __future__ import annotations

import asyncio
from typing import Final

from msgspec import Struct

from nadzor.journal.lanes import EACH, QUANTUM, Lanes, Room
from nadzor.journal.writer import busy

HELD_MAX: Final = 128 * 1024 * 1024  # bytes of bodies in hand, from the first byte read to the answer
ROUND: Final = QUANTUM  # of cost judged before the sockets are looked at again: some milliseconds
JUDGED_NEXT: Final = Room(count=2_048, size=HELD_MAX, lane_count=1_024, lane_size=HELD_MAX)


class Space:
    """Bytes that bodies may occupy; a lane holds at most as much as is still free.

    Method: dynamic thresholds (Choudhury and Hahne, 1998). One lane alone may take a half, two a third each,
    and whoever comes next always finds as much free as any of them holds.
    """

    def __init__(self, most: int = HELD_MAX) -> None:
        self._most = self._free = most
        self._held: dict[str, int] = {}

    def take(self, lane: str, size: int) -> None:
        """Reserve so many bytes more.

        Raises: Refusal journal.busy when the lane holds too much already.
        """
        held = self._held.get(lane, 0) + size
        if held > self._free - size:
            raise busy()
        self._held[lane] = held
        self._free -= size

    def give_back(self, lane: str, size: int) -> None:
        """So many bytes are free again."""
        self._free += size
        held = self._held.get(lane, 0) - size
        if held:
            self._held[lane] = held
        else:
            self._held.pop(lane, None)

    @property
    def held(self) -> int:
        """Bytes reserved now."""
        return self._most - self._free


class Hold:
    """What one body holds of the space; it grows with the body when its size was not stated."""

    __slots__ = ("_lane", "_size", "_space")

    def __init__(self, space: Space, lane: str) -> None:
        self._space = space
        self._lane = lane
        self._size = 0

    def at_least(self, size: int) -> None:
        """Hold so many bytes.

        Raises: Refusal journal.busy when the lane holds too much already.
        """
        if size > self._size:
            self._space.take(self._lane, size - self._size)
            self._size = size

    def release(self) -> None:
        """Hold nothing any more."""
        self._space.give_back(self._lane, self._size)
        self._size = 0


class _Waiting(Struct, frozen=True):
    turn: asyncio.Future[None]
    cost: int


class Turns:
    """Whose batch is judged next: at once while there is little to do, in turns of makers when there is much.

    Concurrency: one loop, that of `loop`.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lanes: Lanes[_Waiting] = Lanes(JUDGED_NEXT)
        self._left = ROUND
        self._armed = False

    async def wait(self, lane: str, size: int) -> None:
        """Return when a body of this size is to be judged.

        Raises: Refusal journal.busy when too much waits already.
        """
        cost = size + EACH
        self._arm()
        if not self._lanes.count and self._left > 0:
            self._left -= cost
            return
        mine = _Waiting(self._loop.create_future(), cost)
        for gone in self._lanes.put(lane, mine, size):
            if not gone.turn.done():
                gone.turn.set_exception(busy())
        await mine.turn

    @property
    def waiting(self) -> int:
        """Number of bodies that wait to be judged."""
        return self._lanes.count

    def _arm(self) -> None:
        if not self._armed:
            self._armed = True
            self._loop.call_soon(self._begin_round)

    def _begin_round(self) -> None:
        """Let the next ones be judged, one at least, however dear."""
        self._armed = False
        self._left = ROUND
        while self._left > 0 and (found := self._lanes.take()) is not None:
            if not found.turn.done():
                found.turn.set_result(None)
                self._left -= found.cost
        if self._lanes.count:
            self._arm()
