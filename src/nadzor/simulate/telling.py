# SPDX-License-Identifier: Apache-2.0
"""What a post tells and when it becomes known: the one truth behind both its events and its rollup columns.

A report of a study is known from `since` to `until`, days of the nation counted from 0 in Moscow time; a
revised study has a second report.  What is known on or after the last day is not told.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, Final

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from nadzor.simulate.conclusions import Conclusions, Patients, conclusions, lottery, patients
from nadzor.simulate.draft import NORMAL, STEPS, Draft, draft
from nadzor.simulate.fault import Fault
from nadzor.simulate.levels import Flags, Ints, Levels, faults_of, levels
from nadzor.simulate.shifts import shifts
from nadzor.simulate.world import Floats, Habits, Post, World, chance

OUTCOMES = ("processed", "failed", "declined")
PROCESSED, FAILED, DECLINED = range(3)
STAGES = ("network", "input", "processing", "output", "integration")
STAGE_SHARES = (0.30, 0.25, 0.30, 0.05, 0.10)
READINGS = ("<30s", "30-60s", "1-2m", "2-5m", "5-10m", ">10m")
READING_SHARES = (0.2, 0.25, 0.25, 0.18, 0.08, 0.04)
DAY_S: Final = 86_400
MOSCOW: Final = 3
OPENING_S, OPEN_S = 8 * 3600, 12 * 3600
LABEL_S: Final = 10 * 3600
LONGEST_MS: Final = 600_000
FOREVER: Final = 1 << 20
BACK: Final = 30
"""Days by which a study is dated back."""
COPIED: Final = 4_000_000_000
"""Numbers of copied studies begin here, one step of this length a copy."""


class Telling(Struct, frozen=True):
    """Everything a post tells of its studies, one entry a report.

    `again` marks reports sent a second time, `back` is the day on which a report is taken back, or -1.

    Units: days of the nation from 0; seconds of the day; seconds from study to review.
    """

    day: Ints
    number: Ints
    second: Ints
    outcome: NDArray[np.int8]
    stage: NDArray[np.uint8]
    duration_ms: NDArray[np.int32]
    who: Patients
    said: Conclusions
    since: Ints
    until: Ints
    again: Flags
    back: Ints
    reviewed: Flags
    signed_s: Ints
    review_since: Ints
    reading: NDArray[np.uint8]
    labelled: Flags
    label_day: Ints
    label_since: Ints
    twice: NDArray[np.float32]

    def where(self, chosen: Flags | Ints) -> Telling:
        """Some of the reports."""
        return _map(self, lambda column: column[..., chosen])

    def repeated(self, kind: str, share: float) -> Flags:
        """Which reports, reviews or labels are sent twice."""
        place = ("study", "review", "label").index(kind)
        return np.asarray((self.twice >= place * share) & (self.twice < (place + 1) * share))


def telling(world: World, post: Post) -> Telling:
    """Everything that a post tells of its studies."""
    level = levels(world, post)
    luck = draft(world, post, level)
    who = patients(post, luck)
    moved = shifts(world, post, level)
    said = conclusions(world, post, luck, who=who, moved=moved)
    told = _timed(world, post, luck, level=level, read=(who, said))
    for fault in faults_of(world, post, "easy_only"):
        told = told.where(_easy(told) | ~fault.on(world.first, world.length)[told.day])
    for fault in faults_of(world, post, "copied_weeks"):
        told = _copied(world, told, fault)
    whole = _known(world, post, told, level)
    for fault in faults_of(world, post, "dated_back"):
        whole = _dated_back(world, post, whole, fault)
    return whole


def _timed(
    world: World, post: Post, luck: Draft, *, level: Levels, read: tuple[Patients, Conclusions]
) -> Telling:
    """Outcomes and times of the usual course; `since` and its like hold the days of lateness for now."""
    habits = world.habits
    outcome = _outcomes(level, luck)
    processed = outcome == PROCESSED
    label = luck.fine_of("label")
    low, high = habits.label_days
    wait = np.minimum(high - low, label / max(habits.labelled, 1e-9) * (high - low + 1))
    late = [lateness(luck.fine_of(name), habits) for name in ("late_study", "late_review", "late_label")]
    return Telling(
        day=luck.day, number=luck.number,
        second=OPENING_S + (luck.of("second").astype(np.uint32) * OPEN_S >> 16).astype(np.int32),
        outcome=outcome, stage=lottery(STAGE_SHARES)[(luck.fine_of("stage") * STEPS).astype(np.uint16)],
        duration_ms=_durations(world, post, luck), who=read[0], said=read[1], since=late[0],
        until=np.full(len(luck.day), FOREVER, np.int32), again=np.zeros(len(luck.day), bool),
        back=np.full(len(luck.day), -1, np.int32),
        reviewed=processed & (luck.fine_of("reviewed") < habits.reviewed),
        signed_s=_signing(world, post, luck),
        review_since=late[1], reading=lottery(READING_SHARES)[luck.of("reading")],
        labelled=processed & (label < habits.labelled), label_since=late[2],
        label_day=luck.day + low + wait.astype(np.int32), twice=luck.fine_of("twice"),
    )  # fmt: skip


def _outcomes(level: Levels, luck: Draft) -> NDArray[np.int8]:
    fate = luck.fine_of("fate")
    failing = level.failing[luck.day]
    declining = failing + (1.0 - failing) * level.declining[luck.day]
    return np.where(fate < failing, FAILED, np.where(fate < declining, DECLINED, PROCESSED)).astype(np.int8)


def lateness(luck: NDArray[np.float32], habits: Habits) -> Ints:
    """Days late: 1..late_days for the late share, 0 for the rest."""
    late = np.flatnonzero(luck < habits.late)
    days = np.zeros(len(luck), np.int32)
    days[late] = 1 + (luck[late] / max(habits.late, 1e-9) * habits.late_days).astype(np.int32)
    return days


def _factors(world: World, post: Post, kind: str) -> Floats | None:
    faults = faults_of(world, post, kind)
    if not faults:
        return None
    factors = np.ones(world.length)
    for fault in faults:
        factors[fault.on(world.first, world.length)] *= fault.size
    return factors


def _durations(world: World, post: Post, luck: Draft) -> NDArray[np.int32]:
    usual = _lognormal(*post.device.duration)[luck.of("duration")]
    factors = _factors(world, post, "slow")
    slowed = usual if factors is None else usual * factors[luck.day]
    return np.minimum(LONGEST_MS, slowed).astype(np.int32)


def _signing(world: World, post: Post, luck: Draft) -> Ints:
    usual = 60.0 * _lognormal(*post.device.signing)[luck.of("signing")]
    factors = _factors(world, post, "hasty")
    hurried = usual if factors is None else usual * factors[luck.day]
    return np.asarray(np.maximum(1.0, hurried)).astype(np.int32)


@lru_cache(maxsize=64)
def _lognormal(mean: float, spread: float) -> Floats:
    """The lognormal number of each step of coarse luck."""
    return np.asarray(np.exp(mean + spread * NORMAL))


def _copied(world: World, told: Telling, fault: Fault) -> Telling:
    """The week before the fault again and again, in place of what really happened."""
    first, copies = world.day(fault.first), int(fault.size)
    replaced = (told.day >= first) & (told.day < first + 7 * copies)
    week = told.where((told.day >= first - 7) & (told.day < first))
    parts = [told.where(~replaced)] + [
        structs.replace(
            week, day=week.day + 7 * k, label_day=week.label_day + 7 * k, number=week.number + k * COPIED
        )
        for k in range(1, copies + 1)
    ]
    whole = joined([part.where(part.day < world.length) for part in parts])
    return whole.where(np.argsort(whole.day, kind="stable"))


def _easy(told: Telling) -> Flags:
    """Studies of which nothing bad is to be told: concluded, and as the physician sees them."""
    return np.asarray((told.outcome == PROCESSED) & (told.said.positive == told.said.seen).all(axis=0))


def _dated_back(world: World, post: Post, told: Telling, fault: Fault) -> Telling:
    """A share of the studies told as of a month ago, on the day on which they are told anyway."""
    lot = chance(world.seed, post.key, "dated back").random(1 << 16)[told.number % (1 << 16)]
    moved = fault.on(world.first, world.length)[told.day] & (told.day >= BACK) & (lot < fault.size)
    whole = structs.replace(told, day=np.where(moved, told.day - BACK, told.day).astype(told.day.dtype))
    return whole.where(np.argsort(whole.day, kind="stable"))


def _known(world: World, post: Post, told: Telling, level: Levels) -> Telling:
    """Days of knowing in place of lateness: Moscow's date of receipt; none during a silence."""
    heard = next_alive(level.alive)
    moment = told.day * DAY_S + told.second
    since = received(heard, post, moment, told.since)
    review = received(heard, post, moment + told.signed_s, told.review_since)
    label = received(heard, post, told.label_day * DAY_S + LABEL_S, told.label_since)
    whole = structs.replace(told, since=since, review_since=review, label_since=label)
    return _revised(world, post, whole, heard) if world.habits.revised else whole


def moscow_days(post: Post, moment: Ints) -> Ints:
    """Moscow's days of moments that are told in seconds of the post's own zone."""
    return np.asarray((moment - (post.zone - MOSCOW) * 3600) // DAY_S)


def received(heard: Ints, post: Post, moment: Ints, late: Ints) -> Ints:
    """On which day something is received that is sent at a moment, so many days late."""
    return np.asarray(heard[np.clip(moscow_days(post, moment) + late, 0, len(heard) - 1)])


def next_alive(alive: Flags) -> Ints:
    """For each day the first one, from it on, on which anything is received; FOREVER after the end."""
    places = np.where(alive, np.arange(len(alive)), FOREVER)
    following = np.minimum.accumulate(places[::-1])[::-1]
    return np.concatenate([following, np.full(1, FOREVER)]).astype(np.int32)


def _revised(world: World, post: Post, told: Telling, heard: Ints) -> Telling:
    """Some studies of a revised month taken back ten to twenty-five days after it, sent again days later."""
    rng = chance(world.seed, post.key, "revised")
    until, taken = told.until.copy(), told.back.copy()
    resent = np.full(len(told.day), FOREVER)
    for first, after in _months(world):
        luck, lot = rng.random(3), rng.integers(2**63)
        if luck[0] >= world.habits.revised:
            continue
        chosen = np.flatnonzero((told.day >= first) & (told.day < after))
        picked = np.random.Generator(np.random.PCG64(int(lot))).random(1 << 16)
        chosen = chosen[picked[told.number[chosen] % len(picked)] < world.habits.revised_studies]
        back = after + 10 + int(luck[1] * 16)
        taken[chosen] = back
        until[chosen] = np.maximum(told.since[chosen], heard[min(back, len(heard) - 1)])
        resent[chosen] = heard[min(back + 1 + int(luck[2] * 3), len(heard) - 1)]
    second = np.flatnonzero(taken >= 0)
    more = structs.replace(told.where(second), since=resent[second], again=np.ones(len(second), bool))
    return joined([structs.replace(told, until=until, back=taken), more]) if len(second) else told


def _months(world: World) -> list[tuple[int, int]]:
    """Calendar months that end within the nation's time, as days [first, after)."""
    firsts = [world.day(day) for day in world.days() if day.day == 1]
    return list(zip([0, *firsts], firsts, strict=False))


def _map(told: Telling, take: Callable[[Any], Any]) -> Telling:
    columns: dict[str, Any] = {}
    for name in Telling.__struct_fields__:
        column = getattr(told, name)
        if isinstance(column, Struct):
            inner = {part: take(getattr(column, part)) for part in column.__struct_fields__}
            columns[name] = structs.replace(column, **inner)
        else:
            columns[name] = take(column)
    return Telling(**columns)


def joined(parts: list[Telling]) -> Telling:
    """Several tellings end to end."""
    columns: dict[str, Any] = {}
    for name in Telling.__struct_fields__:
        column = [getattr(part, name) for part in parts]
        if isinstance(column[0], Struct):
            inner = {
                field: np.concatenate([getattr(one, field) for one in column], axis=-1)
                for field in column[0].__struct_fields__
            }
            columns[name] = structs.replace(column[0], **inner)
        else:
            columns[name] = np.concatenate(column)
    return Telling(**columns)


def date_of(world: World, day: int) -> date:
    """The date of a day of the nation."""
    return date.fromordinal(world.first.toordinal() + day)
