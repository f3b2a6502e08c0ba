# SPDX-License-Identifier: Apache-2.0
"""Faults for the reference nation: where each kind fits, when it begins, and how large it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Final

import numpy as np
from msgspec import structs

from nadzor.simulate.adverse import PROBLEMS
from nadzor.simulate.fault import Fault, FaultKind
from nadzor.simulate.world import DeviceSpec, Post, World, chance

ONSET: Final = (200, 330)
"""Days of the nation between which a fault begins; a shorter nation's faults begin past its middle."""
USUAL_LENGTH: Final = 540
FAIR_SHARE: Final = (0.10, 0.70)
"""Shares of a device's studies between which a maker of equipment is worth a fault of its own."""
TRIED_DAYS: Final = 60
"""A release tells nothing before it, and another soon after hides it: so far apart they must be."""

SIZES: Final[dict[FaultKind, float]] = {
    "silent_site": 1.0, "failing_version": 6.0, "failing_site": 10.0, "error_burst": 6.0,
    "contradicted_claim": 0.08, "outage": 1.0, "version_regression": 1.0, "vendor_drift": 0.3,
    "calibration_decay": 0.6, "under_reporting": 0.6, "copied_weeks": 8.0, "too_regular": 0.1,
    "round_numbers": 5.0, "label_decay": 0.08, "safety_signal": 3.0, "holiday": 1.0, "season": 0.2,
    "growth": 0.3, "new_site": 1.0, "scanner_change": 0.3, "new_build": 1.0, "unregistered_version": 1.0,
    "declined_rise": 5.0, "slow": 1.6, "hasty": 0.3, "subgroup": 0.8, "hidden_failures": 0.01,
    "easy_only": 1.0, "constant_scores": 1.0, "dated_back": 0.15,
}  # fmt: skip
"""The reference size of each kind, in its own units."""
DAYS: Final[dict[FaultKind, int]] = {"silent_site": 21, "error_burst": 3, "outage": 2, "holiday": 1}
"""How long a kind lasts that does not last until the end."""
EVERYWHERE: Final = frozenset({"outage", "holiday"})
"""Kinds that concern no single device."""
CROWDED: Final = 3
"""A cause is common where at least so many devices feel it."""


def plant(kind: FaultKind, seed: int, world: World, n: int = 1, *, strength: float = 1.0) -> list[Fault]:
    """Up to `n` faults of a kind on different devices that fit it, none of which has a fault in `world`.

    Faults of everybody come one after another, scanner changes in different clinics.  A season is one and the
    same for the devices it is planted on: planted on all of them it is the nation's.
    `strength` multiplies what the kind's size departs from nothing: 0.5 is half as bad, 2 twice.
    Deterministic in seed and kind; fewer come where fewer devices fit.
    """
    if kind == "scanner_change":
        return _scanner_changes(seed, world, n, strength)
    if kind in EVERYWHERE:
        return [_everywhere(kind, seed, world, number, strength) for number in range(n)]
    rng = chance(seed, "planted", kind)
    busy = {fault.device for fault in world.faults}
    order = [world.devices[i] for i in rng.permutation(len(world.devices)).tolist()]
    return _first(
        n, (_offered(kind, seed, world, device, strength) for device in order if device.code not in busy)
    )


def sized(kind: FaultKind, strength: float) -> float:
    """The size of a kind at a strength: factors and shares depart from 1, the rest from nothing.

    >>> [round(sized("under_reporting", s), 2) for s in (0.5, 1.0, 2.0)], sized("vendor_drift", 2.0)
    ([0.8, 0.6, 0.2], 0.6)
    """
    size = SIZES[kind]
    match kind:
        case (
            "silent_site"
            | "outage"
            | "holiday"
            | "new_site"
            | "new_build"
            | "unregistered_version"
            | "easy_only"
            | "constant_scores"
        ):
            return size
        case "under_reporting":
            return max(0.0, 1.0 - (1.0 - size) * strength)
        case "too_regular" | "hasty" | "hidden_failures":
            return float(size**strength)
        case "failing_version" | "failing_site" | "error_burst" | "declined_rise" | "safety_signal" | "slow":
            return 1.0 + (size - 1.0) * strength
        case "copied_weeks" | "round_numbers":
            return float(max(1, round(size * strength)))
        case _:
            return size * strength


def _first(n: int, offered: Iterable[Fault | None]) -> list[Fault]:
    found: list[Fault] = []
    for fault in offered:
        if len(found) == n:
            break
        found += [fault] if fault else []
    return found


def _onset(seed: int, world: World, *parts: object) -> int:
    scale = min(1.0, world.length / USUAL_LENGTH)
    low, high = (int(day * scale) for day in ONSET)
    return int(chance(seed, "onset", *parts).integers(low, max(low + 1, high)))


def _begun(kind: FaultKind, world: World, at: int, strength: float) -> Fault:
    """A fault of everybody that begins on a day, to be narrowed down."""
    size = sized(kind, strength)
    days = 7 * int(size) if kind == "copied_weeks" else DAYS.get(kind, world.length - at)
    return Fault(kind=kind, first=world.first + timedelta(days=at), days=days, size=size)


def _everywhere(kind: FaultKind, seed: int, world: World, number: int, strength: float) -> Fault:
    """Outages and holidays of one or two days, a holiday every other time of one region alone."""
    rng = chance(seed, "everywhere", kind, number)
    whole = _begun(kind, world, _onset(seed, world, kind, number), strength)
    if kind == "outage":
        return structs.replace(whole, days=1 + int(rng.integers(2)))
    regions = sorted({post.region for post in world.posts})
    region = int(rng.choice(regions)) if number % 2 else -1
    return structs.replace(whole, first=_working(world, whole.first), region=region)


def _scanner_changes(seed: int, world: World, n: int, strength: float) -> list[Fault]:
    """In clinics where several devices work, the equipment of one maker becomes another."""
    rng = chance(seed, "planted", "scanner_change")
    clinics: dict[int, list[Post]] = {}
    for post in world.posts:
        clinics.setdefault(post.clinic, []).append(post)
    crowded = [clinic for clinic in sorted(clinics) if len(clinics[clinic]) >= CROWDED]
    return [
        structs.replace(
            _begun("scanner_change", world, _onset(seed, world, "scanner_change", clinic), strength),
            clinic=clinic, equipment=str(rng.choice(clinics[clinic][0].equipment)),
        )
        for clinic in rng.permutation(crowded)[:n].tolist()
    ]  # fmt: skip


def _working(world: World, day: date) -> date:
    """The day or the first weekday after it: a holiday on a Sunday is nothing to notice."""
    while day.weekday() > 4 or day in world.holidays:
        day += timedelta(days=1)
    return day


def _offered(kind: FaultKind, seed: int, world: World, device: DeviceSpec, strength: float) -> Fault | None:
    """The fault on one device, or nothing where it does not fit."""
    posts = [post for post in world.posts if post.device.code == device.code]
    at = _onset(seed, world, kind, *(() if kind == "season" else (device.code,)))
    rng = chance(seed, "place", kind, device.code)
    whole = structs.replace(_begun(kind, world, at, strength), device=device.code)
    return FITS.get(kind, _whole)(whole, world, posts, rng)


Fit = Callable[[Fault, World, list[Post], np.random.Generator], Fault | None]


def _whole(fault: Fault, world: World, posts: list[Post], rng: np.random.Generator) -> Fault | None:
    return fault


def _one_site(fault: Fault, world: World, posts: list[Post], rng: np.random.Generator) -> Fault | None:
    return structs.replace(fault, post=int(rng.integers(len(posts))))


def _one_of_several(fault: Fault, world: World, posts: list[Post], rng: np.random.Generator) -> Fault | None:
    """A new site is one of a device that is used elsewhere, too."""
    return _one_site(fault, world, posts, rng) if len(posts) > 1 else None


def _release(fault: Fault, world: World, posts: list[Post], rng: np.random.Generator) -> Fault | None:
    """A version released while faults begin, with time before and after it, that reaches some site."""
    low, high = (int(day * min(1.0, world.length / USUAL_LENGTH)) for day in ONSET)
    releases = sorted(version.released_on for version in posts[0].device.versions)
    for version in posts[0].device.versions[1:]:
        day = version.released_on
        alone = all(abs((other - day).days) >= TRIED_DAYS for other in releases if other != day)
        arrives = any(version == arrived for post in posts for _, arrived in post.arrivals)
        if low <= world.day(day) < high and alone and arrives:
            days = (world.after - day).days
            return structs.replace(fault, version=version.version, first=day, days=days)
    return None


def _vendor(fault: Fault, world: World, posts: list[Post], rng: np.random.Generator) -> Fault | None:
    """A maker with a fair share of the device's studies."""
    shares: dict[str, float] = {}
    for post in posts:
        equal = (1.0 / len(post.equipment),) * len(post.equipment)
        for name, share in zip(post.equipment, post.equipment_shares or equal, strict=True):
            shares[name] = shares.get(name, 0.0) + share * post.volume
    total, (low, high) = sum(shares.values()), FAIR_SHARE
    fair = sorted(name for name, share in shares.items() if low <= share / total <= high)
    return structs.replace(fault, equipment=str(rng.choice(fair))) if fair else None


def _problem(fault: Fault, world: World, posts: list[Post], rng: np.random.Generator) -> Fault | None:
    return structs.replace(fault, problem=str(rng.choice(PROBLEMS[:6])))


def _people(fault: Fault, world: World, posts: list[Post], rng: np.random.Generator) -> Fault | None:
    return structs.replace(fault, stratum=str(rng.choice(["f", "m", "50-59", "60-69", "70-79"])))


FITS: Final[dict[FaultKind, Fit]] = {
    "silent_site": _one_site, "under_reporting": _one_site, "copied_weeks": _one_site,
    "too_regular": _one_site, "round_numbers": _one_site, "dated_back": _one_site,
    "new_site": _one_of_several,
    "failing_site": _one_of_several, "version_regression": _release, "failing_version": _release,
    "vendor_drift": _vendor,
    "safety_signal": _problem, "subgroup": _people,
}  # fmt: skip
"""How each kind is narrowed down; the others are the whole device's."""
