# SPDX-License-Identifier: Apache-2.0
"""Lanes: turns between makers, order within one, and a full queue that nobody fills alone."""

from __future__ import annotations

from collections import Counter

import pytest

from nadzor.journal.lanes import EACH, QUANTUM, Lanes, Room

WIDE = Room(count=10_000, size=10**9, lane_count=10_000, lane_size=10**9)


def filled(counts, *, room=WIDE, size=100):
    """Lanes with so many items of this size each: (lane, number)."""
    lanes = Lanes(room)
    for lane, count in counts.items():
        for number in range(count):
            assert lanes.put(lane, (lane, number), size) == []
    return lanes


def drained(lanes):
    """Everything, in turn."""
    return list(iter(lanes.take, None))


def test_within_a_lane_the_order_is_that_of_arrival():
    """A maker's own batches never overtake each other, and nothing is lost or given twice."""
    out = drained(filled({"a": 300, "b": 7, "c": 1}))
    for lane, count in {"a": 300, "b": 7, "c": 1}.items():
        assert [number for name, number in out if name == lane] == list(range(count))


def test_lanes_take_turns_by_cost():
    """While both wait, a lane of heavy batches and one of light ones get the same bytes."""
    lanes = Lanes(WIDE)
    heavy, light = QUANTUM - EACH, QUANTUM // 4 - EACH
    for number in range(200):
        assert lanes.put("heavy", ("heavy", number), heavy) == []
        assert lanes.put("light", ("light", number), light) == []
    served = Counter(lanes.take()[0] for _ in range(100))
    assert served == {"heavy": 20, "light": 80}


def test_an_item_dearer_than_a_turn_is_saved_up_for():
    """A batch of 4 MiB goes out after some turns, and others are served meanwhile."""
    lanes = filled({"small": 500})
    lanes.put("big", ("big", 0), 4 * 1024 * 1024)
    out = drained(lanes)
    place = out.index(("big", 0))
    assert len(out) == 501 and place > 0


def test_an_idle_lane_saves_nothing():
    """Whoever was away has no claim to be served for all that time at once."""
    lanes = filled({"late": 1, "busy": 400})
    drained(lanes)
    for number in range(100):
        lanes.put("late", ("late", number), 100)
        lanes.put("busy", ("busy", number), 100)
    per_turn = QUANTUM // (EACH + 100)
    first = [lanes.take()[0] for _ in range(2 * per_turn)]
    assert Counter(first) == {"late": per_turn, "busy": per_turn}


@pytest.mark.parametrize(
    "room", [Room(1_000, 10**9, 5, 10**9), Room(1_000, 10**9, 1_000, 500)], ids=["number", "bytes"]
)
def test_a_lane_has_its_own_bound(room):
    """However empty the queue is otherwise."""
    lanes = filled({"a": 5}, room=room)
    assert lanes.put("a", "sixth", 100) == ["sixth"]
    assert lanes.put("b", "other", 100) == []
    assert lanes.count == 6 and lanes.longest() == 5


def test_a_full_queue_takes_a_newcomer_of_a_short_lane():
    """The newest of the longest lane leaves; among equals the newcomer does."""
    lanes = filled({"long": 8, "short": 2}, room=Room(10, 10**9, 10, 10**9))
    assert lanes.put("new", ("new", 0), 100) == [("long", 7)]
    assert lanes.put("long", ("long", 9), 100) == [("long", 9)]
    for number in range(1, 3):
        assert lanes.put("new", ("new", number), 100) == [("long", 7 - number)]
    assert Counter(name for name, _ in drained(lanes)) == {"long": 5, "short": 2, "new": 3}


def test_a_queue_full_of_bytes_is_shared_by_bytes():
    """One large newcomer may send several of a heavy lane away, and no more than it must."""
    lanes = filled({"heavy": 9}, room=Room(100, 1_000, 100, 1_000))
    assert lanes.put("new", "large", 300) == [("heavy", 8), ("heavy", 7)]
    assert lanes.size == 1_000
    assert lanes.put("other", "larger", 900)[-1] == "larger"


def test_sizes_are_counted_back():
    """What was taken leaves its room; an empty queue gives nothing."""
    lanes = filled({"a": 3, "b": 3})
    assert (lanes.count, lanes.size) == (6, 600)
    drained(lanes)
    assert (lanes.count, lanes.size, lanes.longest(), lanes.take()) == (0, 0, 0, None)
