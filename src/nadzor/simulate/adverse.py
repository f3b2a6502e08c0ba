# SPDX-License-Identifier: Apache-2.0
"""Reports of adverse events: many problems, few reports, some told twice, more just after a launch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
from msgspec import Struct, structs

from nadzor.simulate.levels import Flags, Ints, concerns, silences
from nadzor.simulate.telling import DAY_S, lateness, next_alive, received
from nadzor.simulate.world import DeviceSpec, Floats, Post, World, chance

PROBLEMS: Final = (
    "A01", "A02", "A04", "A05", "A07", "A09", "A10", "A11", "A13", "A14", "A15", "A16", "A18", "A21", "A23",
    "A24", "A25", "A26",
)  # fmt: skip
"""First-level codes of the IMDRF's annex A, the most frequent in this nation first."""
TYPES: Final = ("malfunction", "other", "serious_injury", "public_health_threat", "death")
TYPE_SHARES: Final = (0.78, 0.13, 0.07, 0.015, 0.005)
SHAPE: Final = 0.8
"""Shape of the gamma distribution by which a device's problems differ from the nation's."""
TOLD_TWICE: Final = 0.05
NOVELTY, NOVELTY_DAYS = 1.5, 120.0
"""Weber effect: how many times the usual reports come on top at launch, and how long it takes to fade."""
REPORT_S: Final = 15 * 3600


class Reports(Struct, frozen=True):
    """Reports of one device: the post that reports, day of the report and of the event, problem and type.

    `number` names a report; one told again has its own number, and day and problem of the first.
    """

    place: Ints
    day: Ints
    since: Ints
    event_day: Ints
    problem: Ints
    type: Ints
    number: Ints
    twice: Flags

    def where(self, chosen: Flags | Ints) -> Reports:
        """Some of the reports."""
        return Reports(*(getattr(self, name)[chosen] for name in self.__struct_fields__))


def reports(world: World, posts: Sequence[Post]) -> Reports:
    """All reports of a device from its posts, in order of numbers.

    Method: Poisson with a gamma rate for each problem; a safety signal adds a stream of its own.
    """
    device = posts[0].device
    rates = _rates(world, device)
    days = np.arange(world.length)
    fame = 1.0 + NOVELTY * np.exp(-(days + (world.first - _launch(device)).days) / NOVELTY_DAYS)
    told = [_drawn(world, posts, rates[:, None] * fame, "reports")]
    for number, fault in enumerate(world.faults):
        if fault.kind == "safety_signal" and any(concerns(fault, post) for post in posts):
            hit = np.array([name == (fault.problem or PROBLEMS[0]) for name in PROBLEMS])
            more = rates * hit * (fault.size - 1.0)
            on = fault.on(world.first, world.length)
            told.append(_drawn(world, posts, more[:, None] * fame * on, f"signal {number}"))
    whole = _joined(told)
    return _heard(world, posts, structs.replace(whole, number=np.arange(len(whole.day))))


def _joined(told: Sequence[Reports]) -> Reports:
    names = Reports.__struct_fields__
    return Reports(**{name: np.concatenate([getattr(one, name) for one in told]) for name in names})


def _launch(device: DeviceSpec) -> date:
    return min(version.released_on for version in device.versions)


def _rates(world: World, device: DeviceSpec) -> Floats:
    """Reports of each problem a day."""
    usual = 1.0 / np.arange(1, len(PROBLEMS) + 1)
    own = chance(world.seed, device.code, "problems").gamma(SHAPE, 1.0 / SHAPE, len(PROBLEMS))
    return np.asarray(device.reports_a_year / 365.0 * usual / usual.sum() * own)


def _drawn(world: World, posts: Sequence[Post], rates: Floats, stream: str) -> Reports:
    rng = chance(world.seed, posts[0].device.code, stream)
    counts = rng.poisson(rates)
    problem, event_day = (np.repeat(axis.ravel(), counts.ravel()) for axis in np.indices(counts.shape))
    n = len(problem)
    volume = np.cumsum([post.volume for post in posts])
    place = np.searchsorted(volume / volume[-1], rng.random(n), side="right")
    kind = np.searchsorted(np.cumsum(TYPE_SHARES)[:-1], rng.random(n), side="right")
    day = event_day + rng.integers(0, 15, n)
    late, twice, again = rng.random((3, n))
    first = Reports(
        place, day, lateness(late.astype(np.float32), world.habits), event_day, problem, kind,
        np.zeros(n, np.int64), twice < world.habits.duplicated,
    )  # fmt: skip
    more = first.where(again < TOLD_TWICE)
    later = more.day + rng.integers(1, 15, len(more.day))
    return _joined([first, structs.replace(more, day=later)])


def _heard(world: World, posts: Sequence[Post], told: Reports) -> Reports:
    """Reports made by a post that speaks at all, with the days of receipt in place of lateness."""
    spoken = np.zeros(len(told.day), bool)
    since = np.zeros(len(told.day), np.int64)
    for i, post in enumerate(posts):
        alive = ~silences(world, post)
        mine = np.flatnonzero((told.place == i) & (told.day < world.length))
        spoken[mine] = alive[told.day[mine]]
        moment = told.day[mine] * DAY_S + REPORT_S
        since[mine] = received(next_alive(alive), post, moment, told.since[mine])
    whole = Reports(
        told.place, told.day, since, told.event_day, told.problem, told.type, told.number, told.twice
    )
    return whole.where(spoken)
