# SPDX-License-Identifier: Apache-2.0
"""The synthetic nation as events on the wire: what each post sends on each day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache

from msgspec import structs

from nadzor.simulate.diary import Diary, written
from nadzor.simulate.fault import Fault
from nadzor.simulate.faults import usual_faults
from nadzor.simulate.world import DeviceSpec, Habits, Post, World, settle, with_faults
from nadzor_wire import event as wire

REMEMBERED = 8
"""Posts whose whole span is kept: it is drawn at once, and asked for day by day."""


class Nation:
    """A world that speaks; asked twice for the same day of the same post, it says the same words."""

    def __init__(self, world: World, *, habits: Habits | None = None) -> None:
        self.world = structs.replace(world, habits=habits) if habits else world
        self._diary = lru_cache(maxsize=REMEMBERED)(self._written)
        self._by_key = {post.key: post for post in world.posts}

    @property
    def posts(self) -> tuple[Post, ...]:
        """Who speaks: one post is one installation of a device in a clinic."""
        return self.world.posts

    def history(self, post: Post) -> Iterator[tuple[date, list[wire.Event]]]:
        """Everything a post sends, day by day."""
        for day in self.world.days():
            yield day, self.events(post, day)

    def events(self, post: Post, day: date) -> list[wire.Event]:
        """What is received of a post on a day, in order of time; nothing at all while it is silent.

        Days are Moscow's: what a post in the far east sends in its morning is received the day before, and
        what is late belongs to days before.  An event sent twice is here twice.
        """
        said = self._diary(post.key).on(self.world.day(day))
        return sorted(said, key=lambda event: (event.at, event.id))

    def _written(self, key: str) -> Diary:
        return written(self.world, self._by_key[key])


def nation(
    seed: int,
    devices: Sequence[DeviceSpec],
    *,
    days: int,
    until: date,
    faults: Sequence[Fault] | None = None,
) -> Nation:
    """A nation of these devices over the days before `until`; unless faults are named, the usual ones."""
    world = settle(seed, devices, days=(until - timedelta(days=days), until))
    return Nation(with_faults(world, usual_faults(world) if faults is None else faults))
