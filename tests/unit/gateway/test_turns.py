# SPDX-License-Identifier: Apache-2.0
"""Room for bodies and turns at being judged: no maker's traffic is paid for by another."""

from __future__ import annotations

import asyncio

import pytest

from nadzor.base.problems import Refusal
from nadzor.gateway import turns
from nadzor.gateway.turns import ROUND, Hold, Space, Turns
from nadzor.journal.lanes import EACH, Room


def hold(space, lane, size):
    """Room for one body."""
    held = Hold(space, lane)
    held.at_least(size)
    return held


def test_a_lane_holds_as_much_as_is_free():
    """One alone may take a half; the next takes a third of all, and so on; a refusal changes nothing."""
    space = Space(1_200)
    hold(space, "a", 600)
    with pytest.raises(Refusal) as refused:
        hold(space, "a", 1)
    assert (refused.value.code, space.held) == ("journal.busy", 600)
    hold(space, "b", 300)
    with pytest.raises(Refusal):
        hold(space, "b", 1)
    assert hold(space, "c", 150) and space.held == 1_050


def test_room_grows_with_a_body_and_is_given_back_whole():
    """A body of unstated size holds what was read of it; released twice it gives back once."""
    space = Space(1_000)
    held = hold(space, "a", 100)
    held.at_least(250)
    held.at_least(200)
    assert space.held == 250
    held.release()
    held.release()
    assert space.held == 0


def test_with_little_to_do_nobody_waits():
    """The first bodies of a round are judged at once."""

    async def play():
        judged = Turns(asyncio.get_running_loop())
        for _ in range(ROUND // (EACH + 100)):
            await asyncio.wait_for(judged.wait("a", 100), 0.001)
        return judged.waiting

    assert asyncio.run(play()) == 0


def test_with_much_to_do_lanes_take_turns():
    """One body of the quiet maker is judged before nearly all of the loud one that came earlier."""
    order = []

    async def one(judged, lane):
        await judged.wait(lane, 1_000)
        order.append(lane)

    async def play():
        judged = Turns(asyncio.get_running_loop())
        loud = [asyncio.create_task(one(judged, "loud")) for _ in range(400)]
        await asyncio.sleep(0)
        quiet = asyncio.create_task(one(judged, "quiet"))
        await asyncio.gather(*loud, quiet)

    asyncio.run(play())
    assert order.index("quiet") < 50
    assert order.count("loud") == 400


def test_a_full_bench_sends_the_loudest_away(monkeypatch):
    """The last of the longest lane is told to come back; whoever gave up meanwhile harms nobody."""
    monkeypatch.setattr(turns, "JUDGED_NEXT", Room(4, 10**9, 4, 10**9))

    async def play():
        judged = Turns(asyncio.get_running_loop())
        waiting = [asyncio.ensure_future(judged.wait("first", 10 * ROUND))]
        waiting += [asyncio.ensure_future(judged.wait("loud", 100)) for _ in range(4)]
        waiting += [asyncio.ensure_future(judged.wait("quiet", 100)) for _ in range(2)]
        asyncio.get_running_loop().call_soon(waiting[1].cancel)
        return await asyncio.gather(*waiting, return_exceptions=True)

    first, *loud, quiet, other = asyncio.run(play())
    assert (first, quiet, other) == (None, None, None)
    assert isinstance(loud[0], asyncio.CancelledError) and loud[1] is None
    assert [refusal.code for refusal in loud[2:]] == ["journal.busy", "journal.busy"]
