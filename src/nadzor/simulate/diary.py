# SPDX-License-Identifier: Apache-2.0
"""A post's whole span, filed by the day of receipt, so that each day's events are found at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from nadzor.simulate.adverse import reports
from nadzor.simulate.levels import Ints, silences
from nadzor.simulate.life import bursts, changes, heartbeats
from nadzor.simulate.telling import next_alive, telling
from nadzor.simulate.words import Words
from nadzor.simulate.world import Post, World
from nadzor_wire import event as wire


class Diary:
    """What is received of a post, day by day; words are made only when a day is asked for."""

    def __init__(self, world: World) -> None:
        self._length = world.length
        self._filed: list[tuple[Ints, Ints, Callable[[int], wire.Event]]] = []

    def file(self, since: Ints, which: Ints, say: Callable[[int], wire.Event]) -> None:
        """File things by the day on which they are received; `say` puts one of them into words."""
        order = np.argsort(since, kind="stable")
        self._filed.append((since[order], which[order], say))

    def on(self, day: int) -> Iterator[wire.Event]:
        """Everything received on a day, which must be one of the nation's."""
        if not 0 <= day < self._length:
            return
        for since, which, say in self._filed:
            low, high = np.searchsorted(since, [day, day + 1])
            yield from (say(i) for i in which[low:high].tolist())


def written(world: World, post: Post) -> Diary:
    """Everything that a post sends."""
    diary = Diary(world)
    _studies(diary, world, post)
    return diary


def _studies(diary: Diary, world: World, post: Post) -> None:
    told, twice = telling(world, post), world.habits.duplicated
    words = Words(world, post, told)
    alive, once = ~silences(world, post), ~told.again
    taken = np.flatnonzero(once & (told.back >= 0))
    heard = next_alive(alive)[np.minimum(told.back[taken], world.length)]
    diary.file(heard, taken, words.correct)
    for name, chosen, since, say in (
        ("study", once | told.again, told.since, words.study),
        ("review", once & told.reviewed, told.review_since, words.review),
        ("label", once & told.labelled, told.label_since, words.truth),
    ):
        for some in (chosen, chosen & told.repeated(name, twice)):
            which = np.flatnonzero(some)
            diary.file(since[which], which, say)
    _life(diary, world, post, words)
    _reports(diary, world, post, words)


def _life(diary: Diary, world: World, post: Post, words: Words) -> None:
    beats, changed = heartbeats(world, post), changes(world, post)
    places = np.arange(len(beats.day))
    for which in (places, places[beats.twice]):
        diary.file(
            beats.since[which], which, lambda i: words.heartbeat(int(beats.day[i]), int(beats.offset_ms[i]))
        )
    diary.file(
        changed.since, np.arange(len(changed.day)),
        lambda i: words.change(int(changed.day[i]), *changed.software[i]),
    )  # fmt: skip
    burst = bursts(world, post)
    diary.file(burst.since, np.arange(len(burst.day)), lambda i: words.fault(int(burst.day[i]), i))


def _reports(diary: Diary, world: World, post: Post, words: Words) -> None:
    if not post.device.reports_a_year:
        return
    told = reports(world, [one for one in world.posts if one.device.code == post.device.code])
    mine = np.flatnonzero(told.place == post.number)
    for which in (mine, mine[told.twice[mine]]):
        diary.file(told.since[which], which, lambda i: words.adverse_event(told, i))
