# SPDX-License-Identifier: Apache-2.0
"""What a post tells besides its studies: signs of life with its clock's error, and changes of software."""

from __future__ import annotations

from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.simulate.levels import Flags, Ints, changes_of, faults_of, runs, silences, software_of
from nadzor.simulate.telling import DAY_S, lateness, next_alive, received
from nadzor.simulate.world import Post, VersionSpec, World, chance

BEAT_S: Final = 6 * 3600
CHANGE_S: Final = 5 * 3600
FAULT_S: Final = 9 * 3600
CLOCK_MS: Final = 400.0
"""Standard deviation of a clock's error, in milliseconds."""


class Dated(Struct, frozen=True):
    """Things told of days, and the days on which they become known."""

    day: Ints
    since: Ints


class Beats(Dated, frozen=True):
    """Heartbeats: the clock's error, and whether they are sent twice."""

    offset_ms: Ints
    twice: Flags


class Changes(Dated, frozen=True):
    """Changes of software: from and to which version."""

    software: tuple[tuple[VersionSpec, VersionSpec], ...]


def heartbeats(world: World, post: Post) -> Beats:
    """One a day, unless nothing at all is sent."""
    rng = chance(world.seed, post.key, "heartbeats")
    luck: NDArray[np.float32] = rng.random((2, world.length), dtype=np.float32)
    offset = np.rint(rng.normal(0.0, CLOCK_MS, world.length)).astype(np.int64)
    alive = ~silences(world, post)
    day = np.flatnonzero(alive)
    since = received(next_alive(alive), post, day * DAY_S + BEAT_S, lateness(luck[0], world.habits)[day])
    return Beats(day, since, offset[day], luck[1][day] < world.habits.duplicated)


def changes(world: World, post: Post) -> Changes:
    """Every version that arrives and is run; one put in by a fault is not announced."""
    software, places = software_of(world, post)
    told = [
        (world.day(day), before, after)
        for day, before, after in changes_of(world, post)
        if software[places[world.day(day)]] == after
    ]
    day = np.array([day for day, _, _ in told], np.int64)
    alive = ~silences(world, post)
    since = received(next_alive(alive), post, day * DAY_S + CHANGE_S, np.zeros(len(day), np.int64))
    return Changes(day, since, tuple((before, after) for _, before, after in told))


def bursts(world: World, post: Post) -> Dated:
    """The days of each burst of errors, on which it is also told as a malfunction outside any study."""
    software, places = software_of(world, post)
    alive = ~silences(world, post)
    days = [
        np.flatnonzero(fault.on(world.first, world.length) & runs(fault, software, places) & alive)
        for fault in faults_of(world, post, "error_burst")
    ]
    day = np.concatenate([np.array([], np.int64), *days])
    return Dated(day, received(next_alive(alive), post, day * DAY_S + FAULT_S, np.zeros_like(day)))
