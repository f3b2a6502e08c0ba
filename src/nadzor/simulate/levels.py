# SPDX-License-Identifier: Apache-2.0
"""What to expect of a post on each day: studies, failures, refusals, software, and what faults do to it.

Faults never touch the usual volume: they let a share of it through or add to it, so that everything else of
the nation stays as it would have been.
"""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.simulate.fault import FAILING, SILENT, Fault
from nadzor.simulate.world import Floats, Post, VersionSpec, World, chance

Ints = NDArray[Any]
Flags = NDArray[np.bool_]
WEEK = (1.1, 1.1, 1.05, 1.05, 1.0, 0.35, 0.2)
HOLIDAY_SHARE = 0.05
DAY_VARIATION = 0.15
USUAL_NOISE = 0.07
DECLINED = 0.01
UNREGISTERED = "9.9.9"


class Levels(Struct, frozen=True):
    """By day: expected studies, the shares let through and added, chances of failure and refusal, software.

    `alive` are the days on which anything is sent at all; `software_of` is the place of a day's version in
    `software`.
    """

    volume: Floats
    kept: Floats
    added: Floats
    alive: Flags
    failing: Floats
    declining: Floats
    software: tuple[VersionSpec, ...]
    software_of: Ints


def levels(world: World, post: Post) -> Levels:
    """Every level of a post."""
    software, places = software_of(world, post)
    kept, added = _shares(world, post)
    return Levels(
        volume=usual_volumes(world, post), kept=kept, added=added, alive=~silences(world, post),
        failing=_failing(world, post, software, places),
        declining=_odds_raised(np.full(world.length, DECLINED), world, post, frozenset({"declined_rise"})),
        software=software, software_of=places,
    )  # fmt: skip


def concerns(fault: Fault, post: Post) -> bool:
    """Whether a fault is one of this post's."""
    return (
        fault.device in ("", post.device.code)
        and fault.post in (-1, post.number)
        and fault.clinic in (-1, post.clinic)
        and fault.region in (-1, post.region)
        and fault.equipment in ("", *post.equipment)
    )


def faults_of(world: World, post: Post, *kinds: str) -> list[Fault]:
    """The faults of some kinds that concern a post."""
    return [fault for fault in world.faults if fault.kind in kinds and concerns(fault, post)]


def steady_volumes(world: World, post: Post) -> Floats:
    """Studies expected on each day but for the day's own luck: weekday, holidays and trend."""
    at = np.arange(world.length)
    week = np.array(WEEK)[(at + world.first.weekday()) % 7]
    shut = {*world.holidays, *(day for region, day in world.regional if region == post.region)}
    open_share = np.ones(world.length)
    open_share[[world.day(day) for day in shut if world.first <= day < world.after]] = HOLIDAY_SHARE
    return np.asarray(post.volume * week * open_share * np.exp(post.trend * at / 180.0), np.float64)


def usual_volumes(world: World, post: Post) -> Floats:
    """Studies expected on each day of a post without a fault, the day's luck included."""
    shape = 1.0 / DAY_VARIATION**2
    luck = chance(world.seed, post.key, "volume").gamma(shape, 1.0 / shape, world.length)
    return np.asarray(steady_volumes(world, post) * luck, np.float64)


def silences(world: World, post: Post) -> Flags:
    """On which days nothing at all is sent."""
    silent = np.zeros(world.length, bool)
    for fault in faults_of(world, post, *SILENT):
        silent |= fault.on(world.first, world.length)
    for fault in faults_of(world, post, "new_site"):
        silent[: max(0, world.day(fault.first))] = True
    return silent


def _shares(world: World, post: Post) -> tuple[Floats, Floats]:
    """Which share of the usual volume comes, and which comes on top of it."""
    kept, added = np.ones(world.length), np.zeros(world.length)
    for fault in faults_of(world, post, "under_reporting", "holiday", "growth", "new_site", *SILENT):
        on = fault.on(world.first, world.length)
        match fault.kind:
            case "under_reporting":
                kept[on] *= fault.size
            case "holiday":
                kept[on] *= HOLIDAY_SHARE
            case "growth":
                since = np.arange(world.length) - world.day(fault.first)
                added += on * np.expm1(np.log1p(fault.size) * since / 180.0)
            case "new_site":
                kept[: max(0, world.day(fault.first))] = 0.0
            case _:
                kept[on] = 0.0
    return kept, added


def _failing(world: World, post: Post, software: tuple[VersionSpec, ...], places: Ints) -> Floats:
    noise = post.device.manner.noise if post.device.manner else USUAL_NOISE
    usual = post.failure_rate / (1.0 - post.failure_rate)
    odds = usual * np.exp(chance(world.seed, post.key, "failures").normal(0.0, noise, world.length))
    for fault in faults_of(world, post, *FAILING):
        odds[fault.on(world.first, world.length) & runs(fault, software, places)] *= fault.size
    return np.asarray(odds / (1.0 + odds), np.float64)


def runs(fault: Fault, software: tuple[VersionSpec, ...], places: Ints) -> Flags:
    """On which days a post runs the version that a fault speaks of; all days when it speaks of none."""
    named = np.array([fault.version in ("", one.version) for one in software])
    return np.asarray(named[places])


def _odds_raised(share: Floats, world: World, post: Post, kinds: frozenset[str]) -> Floats:
    odds = share / (1.0 - share)
    for fault in faults_of(world, post, *kinds):
        odds[fault.on(world.first, world.length)] *= fault.size
    return np.asarray(odds / (1.0 + odds), np.float64)


def software_of(world: World, post: Post) -> tuple[tuple[VersionSpec, ...], Ints]:
    """Versions by arrival and those that a fault put in; and the place of each day's among them."""
    places = [world.day(max(arrived, world.first)) for arrived, _ in post.arrivals]
    of = np.searchsorted(np.array(places), np.arange(world.length), side="right") - 1
    told = [version for _, version in post.arrivals]
    for fault in faults_of(world, post, "new_build", "unregistered_version"):
        on = fault.on(world.first, world.length)
        for place in np.unique(of[on]).tolist():
            of[on & (of == place)] = len(told)
            told.append(_replaced(told[place], fault))
    return tuple(told), of.astype(np.int64)


def _replaced(version: VersionSpec, fault: Fault) -> VersionSpec:
    name = fault.version or UNREGISTERED if fault.kind == "unregistered_version" else version.version
    build = sha256(f"{fault.kind} {fault.device} {name} {version.build}".encode()).hexdigest()
    return VersionSpec(name, fault.first, build)


def changes_of(world: World, post: Post) -> list[tuple[date, VersionSpec, VersionSpec]]:
    """The days on which a post's version changes, from which and to which, as it would report them."""
    pairs = zip(post.arrivals, post.arrivals[1:], strict=False)
    end = world.first + timedelta(days=world.length)
    return [
        (arrived, before, after)
        for (_, before), (arrived, after) in pairs
        if world.first < arrived < end
    ]  # fmt: skip
