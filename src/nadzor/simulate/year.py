# SPDX-License-Identifier: Apache-2.0
"""The script of a year: what happens on which day, and how promptly each of its people answers.

Pure: the same nation and seed give the same year.  Who plays it stands in `actions/year`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec
import yaml
from msgspec import Struct

from nadzor.simulate.adverse import TYPES, Reports, reports
from nadzor.simulate.planting import plant
from nadzor.simulate.reference import Scale, reference_nation
from nadzor.simulate.world import Post, World, chance, with_faults

Way = Literal["sdk", "portal", "letter", "maker", "public"]
WAYS: Final[tuple[Way, ...]] = ("sdk", "portal", "letter", "maker")
WAY_SHARES: Final = (0.4, 0.3, 0.2, 0.1)
PUBLIC_SHARE: Final = 0.08
"""Share of reports that somebody makes at the printed code before the clinic does."""
PROBLEMS: Final = (
    "A090803", "A090804", "A110303", "A090812", "A1302", "A110201", "A0908", "A110301", "A1301", "A090805",
)  # fmt: skip
"""Codes of the short list that every house has, the most frequent problem of the nation first."""
AWARE_DAYS: Final = 30  # within which somebody tells of what they learned
KNOWN_BEFORE: Final = 120  # days of history that detectors learn from before the year begins
Temper = Literal["prompt", "slow", "negligent"]
TEMPERS: Final[tuple[Temper, ...]] = ("prompt", "prompt", "prompt", "slow", "negligent")
EFFECTS: Final = {"death": ("F02",), "public_health_threat": ("F20",), "serious_injury": ("F12",)}


class Happening(Struct, frozen=True, kw_only=True):
    """One adverse event as somebody will tell of it: the day it is told, when it happened, by which way."""

    day: date
    event_on: date
    post: Post
    event_type: str
    problem: str
    way: Way
    number: int

    @property
    def effects(self) -> tuple[str, ...]:
        """The health effects that go with its type."""
        return EFFECTS.get(self.event_type, ())


class Affair(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An application of the year: its procedure, the day it begins, and its moves as "days later, verb"."""

    procedure: str
    begins: int
    steps: tuple[str, ...]
    device: bool = False
    late: bool = False


class AffairStep(Struct, frozen=True):
    """One move of an affair on its day."""

    affair: int
    day: date
    verb: str


@cache
def affairs() -> tuple[Affair, ...]:
    """Every application of the year, as year.yaml keeps them."""
    page = files("nadzor.simulate").joinpath("year.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), tuple[Affair, ...])


def steps_of(first: date) -> list[AffairStep]:
    """Every move of every affair on its day, in order; an affair is opened on the day it begins."""
    found = []
    for place, affair in enumerate(affairs()):
        day = first + timedelta(days=affair.begins)
        found.append(AffairStep(place, day, "open"))
        for step in affair.steps:
            later, verb = step.split()
            day += timedelta(days=int(later))
            found.append(AffairStep(place, day, verb))
    return sorted(found, key=lambda step: step.day)


def temper_of(seed: int, name: str) -> Temper:
    """How promptly somebody answers; makers' names and clinics' sites have one for good."""
    return TEMPERS[int(chance(seed, name, "temper").integers(len(TEMPERS)))]


def delay(seed: int, temper: Temper, about: str, *, limit: int) -> int | None:
    """Calendar days somebody takes for what is due in `limit` days; None for never.

    Why: the prompt are in time, the slow sometimes are not, the negligent forget one thing in three.
    """
    rng = chance(seed, about, "delay")
    if temper == "prompt":
        return int(rng.integers(0, max(1, int(limit * 0.8))))
    if temper == "slow":
        return int(rng.integers(max(1, limit // 2), limit * 2 + 2))
    return None if rng.random() < 0.34 else int(rng.integers(limit, limit * 3 + 3))


def happenings(world: World, *, first: date, after: date) -> list[Happening]:
    """The adverse events told in [first, after), day by day; a death and a threat at least."""
    found = []
    for device in world.devices:
        posts = [post for post in world.posts if post.device.code == device.code]
        found += list(_of_device(world, posts))
    inside = sorted(
        (each for each in found if first <= each.day < after), key=lambda each: (each.day, each.number)
    )
    return sorted([*inside, *_planted(world, first, after)], key=lambda each: each.day)


def _of_device(world: World, posts: list[Post]) -> Iterator[Happening]:
    told: Reports = reports(world, posts)
    rng = chance(world.seed, posts[0].device.code, "ways")
    for row in range(len(told.day)):
        way = WAYS[int(rng.choice(len(WAYS), p=WAY_SHARES))]
        yield Happening(
            day=world.first + timedelta(days=int(told.day[row])),
            event_on=world.first + timedelta(days=int(told.event_day[row])),
            post=posts[int(told.place[row])], event_type=TYPES[int(told.type[row])],
            problem=PROBLEMS[int(told.problem[row]) % len(PROBLEMS)],
            way="public" if rng.random() < PUBLIC_SHARE else way, number=int(told.number[row]),
        )  # fmt: skip


def _planted(world: World, first: date, after: date) -> Iterator[Happening]:
    """A death on a Saturday and a threat on a day off: nobody may wait for Monday."""
    quarter = (after - first) // 4
    for number, (kind, at) in enumerate(
        (("death", first + quarter), ("public_health_threat", first + 2 * quarter))
    ):
        day = at + timedelta(days=(5 - at.weekday()) % 7)
        post = world.posts[number % len(world.posts)]
        yield Happening(
            day=day,
            event_on=day,
            post=post,
            event_type=kind,
            problem="A0908",
            way="portal",
            number=-1 - number,
        )


def source_of(each: Happening) -> str:
    """The number under which somebody tells of an event: told twice it is the same."""
    return f"year {each.post.key} {each.number} {each.day}"


def aware_of(each: Happening, seed: int) -> date:
    """When its reporter learned of it: some days before telling, never before it happened."""
    return max(each.event_on, each.day - timedelta(days=chance_of(seed, source_of(each), AWARE_DAYS)))


def chance_of(seed: int, about: str, top: int) -> int:
    """A number from 0 up to `top` that belongs to what it is about, the same in every play."""
    return int(chance(seed, about, "chance").integers(top))


def year_world(seed: int, *, devices: int, first: date, after: date) -> World:
    """A nation for a year: it begins long enough before, and one of its versions turns out worse."""
    begins = first - timedelta(days=KNOWN_BEFORE)
    scale = Scale(first=begins, clinics=2 * devices, volume=12.0, reports_a_year=7.0)
    world = reference_nation(seed, devices=devices, days=(after - begins).days, scale=scale)
    return with_faults(world, [*world.faults, *plant("version_regression", seed, world, 1)])
