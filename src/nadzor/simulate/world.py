# SPDX-License-Identifier: Apache-2.0
"""The synthetic nation before anything happens: devices, posts in clinics, volumes, and the faults put in.

A post is one device at work in one clinic.  The shape follows what is known of the field: volumes spread
over an order of magnitude, a weekday profile, holidays, slow trends, more day-to-day variance than Poisson's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import blake2b
from typing import Literal

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FaultKind = Literal[
    "silent_site", "failing_version", "failing_site", "error_burst", "contradicted_claim", "outage"
]

WEEK = (1.1, 1.1, 1.05, 1.05, 1.0, 0.35, 0.2)
HOLIDAY_SHARE = 0.05
DAY_VARIATION = 0.15
MAKERS = (
    "ge", "siemens", "philips", "canon", "fujifilm", "medray", "sp_helpic", "proton", "electron", "gammamed",
)  # fmt: skip


class FindingSpec(Struct, frozen=True, kw_only=True):
    """One finding of a device and how well the device truly sees it; shares 0..1, threshold 0..10000."""

    code: str
    threshold: int = 5000
    sensitivity: float = 0.92
    specificity: float = 0.90
    prevalence: float = 0.12


class VersionSpec(Struct, frozen=True):
    """A software version, the day it came out, and the digest of its build."""

    version: str
    released_on: date
    build: str


class DeviceSpec(Struct, frozen=True, kw_only=True):
    """A device as the register knows it, and how much it is used; volume is the median of studies a day."""

    code: str
    modality: str
    findings: tuple[FindingSpec, ...]
    versions: tuple[VersionSpec, ...]
    volume: float = 25.0


class Fault(Struct, frozen=True, kw_only=True):
    """Something put into the nation on purpose, so that a detector can be asked for it.

    Units: size multiplies the odds of failure, or is taken from the sensitivity; post counts the device's
    posts from 0, and is -1 where all of them are meant.
    """

    kind: FaultKind
    device: str = ""
    post: int = -1
    version: str = ""
    finding: str = ""
    first: date
    days: int
    size: float = 1.0

    def covers(self, day: date) -> bool:
        """Whether the fault is there on a day."""
        return self.first <= day < self.first + timedelta(days=self.days)


class Post(Struct, frozen=True, kw_only=True):
    """One device in one clinic: how much, how well, on which equipment, since when which version."""

    device: DeviceSpec
    number: int
    clinic: int
    volume: float
    failure_rate: float
    trend: float
    prevalence_shift: float
    equipment: tuple[str, ...]
    arrivals: tuple[tuple[date, VersionSpec], ...]

    @property
    def key(self) -> str:
        """A name that does not change between runs of the same nation."""
        return f"{self.device.code}/{self.number}"

    def version_on(self, day: date) -> VersionSpec:
        """The version in use on a day."""
        return [version for arrived, version in self.arrivals if arrived <= day][-1]


class World(Struct, frozen=True):
    """A whole nation: days [first, after), its posts, its clinics by number, its holidays and its faults."""

    seed: int
    first: date
    after: date
    devices: tuple[DeviceSpec, ...]
    posts: tuple[Post, ...]
    clinics: int
    faults: tuple[Fault, ...]
    holidays: frozenset[date]

    def days(self) -> list[date]:
        """Every day, in order."""
        return [self.first + timedelta(days=i) for i in range((self.after - self.first).days)]


class Setting(Struct, frozen=True, kw_only=True):
    """How large a nation to build.  A version reaches each site within `rollout_days` of its release."""

    clinics: int = 60
    sites_max: int = 7
    volume_scale: float = 1.0
    rollout_days: int = 10
    holidays: frozenset[date] = frozenset()


def settle(
    seed: int,
    devices: Sequence[DeviceSpec],
    *,
    days: tuple[date, date],
    faults: Sequence[Fault] = (),
    setting: Setting | None = None,
) -> World:
    """Place devices in clinics; the same seed always gives the same nation.

    Why: each device draws from its own stream of chance, so that adding a device does not change the others.
    """
    setting = setting or Setting()
    first, after = days
    posts = [post for device in devices for post in _posts(seed, device, setting)]
    return World(
        seed, first, after, tuple(devices), tuple(posts), setting.clinics, tuple(faults), setting.holidays
    )


def with_faults(world: World, faults: Sequence[Fault]) -> World:
    """The same nation with these faults in it."""
    return structs.replace(world, faults=tuple(faults))


def chance(*parts: object) -> np.random.Generator:
    """A stream of chance of its own for whatever the parts name."""
    digest = blake2b("\t".join(map(str, parts)).encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


def expected_volumes(world: World, post: Post) -> Floats:
    """Studies expected on each day: weekday, holiday, trend and the day's own luck; zero while silent."""
    days = world.days()
    week = np.array([WEEK[day.weekday()] for day in days])
    open_share = np.array([HOLIDAY_SHARE if day in world.holidays else 1.0 for day in days])
    trend = np.exp(post.trend * np.arange(len(days)) / 180.0)
    shape = 1.0 / DAY_VARIATION**2
    luck = chance(world.seed, post.key, "volume").gamma(shape, 1.0 / shape, len(days))
    alive = np.array([not is_silent(world, post, day) for day in days])
    return np.asarray(post.volume * week * open_share * trend * luck * alive, dtype=np.float64)


def failure_rates(world: World, post: Post) -> Floats:
    """The chance of failure on each day: the post's own rate, the day's noise, and every fault in force."""
    days = world.days()
    usual = post.failure_rate / (1.0 - post.failure_rate)
    odds = usual * np.exp(chance(world.seed, post.key, "failures").normal(0.0, 0.07, len(days)))
    for i, day in enumerate(days):
        odds[i] *= np.prod([fault.size for fault in faults_on(world, post, day)])
    return np.asarray(odds / (1.0 + odds), dtype=np.float64)


def is_silent(world: World, post: Post, day: date) -> bool:
    """Whether nothing at all arrives from a post on a day."""
    return any(
        _concerns(fault, post) and fault.covers(day) for fault in world.faults if fault.kind in _SILENCE
    )


def faults_on(world: World, post: Post, day: date) -> list[Fault]:
    """The faults that raise the failures of a post on a day."""
    version = post.version_on(day).version
    return [
        fault
        for fault in world.faults
        if fault.kind in _FAILURE and _concerns(fault, post) and fault.covers(day)
        and fault.version in ("", version)
    ]  # fmt: skip


def sensitivity_drop(world: World, post: Post, finding: str, day: date) -> float:
    """How much of the sensitivity is missing on a day."""
    drops = [
        fault.size
        for fault in world.faults
        if fault.kind == "contradicted_claim" and _concerns(fault, post)
        and fault.finding in ("", finding) and fault.covers(day)
    ]  # fmt: skip
    return max(drops, default=0.0)


_SILENCE = ("silent_site", "outage")
_FAILURE = ("failing_version", "failing_site", "error_burst")


def _concerns(fault: Fault, post: Post) -> bool:
    return fault.device in ("", post.device.code) and fault.post in (-1, post.number)


def _posts(seed: int, device: DeviceSpec, setting: Setting) -> list[Post]:
    rng = chance(seed, device.code, "posts")
    sites = int(rng.integers(1, min(setting.sites_max, setting.clinics) + 1))
    clinics = rng.choice(setting.clinics, size=sites, replace=False)
    device_rate = max(5e-4, float(rng.gamma(2.0, 0.004)))
    return [
        Post(
            device=device, number=number, clinic=int(clinic),
            volume=device.volume * setting.volume_scale * float(rng.lognormal(0.0, 0.8)),
            failure_rate=min(0.2, device_rate * float(rng.lognormal(0.0, 0.3))),
            trend=float(rng.normal(0.0, 0.02)), prevalence_shift=float(rng.normal(0.0, 0.15)),
            equipment=tuple(rng.choice(MAKERS, size=int(rng.integers(1, 4)), replace=False).tolist()),
            arrivals=_arrivals(device, rng, setting),
        )
        for number, clinic in enumerate(clinics)
    ]  # fmt: skip


def _arrivals(
    device: DeviceSpec, rng: np.random.Generator, setting: Setting
) -> tuple[tuple[date, VersionSpec], ...]:
    earliest, *later = sorted(device.versions, key=lambda version: version.released_on)
    waits = rng.integers(0, setting.rollout_days + 1, len(later)).tolist()
    arrivals = [(v.released_on + timedelta(days=wait), v) for v, wait in zip(later, waits, strict=True)]
    kept = [
        one for i, one in enumerate(arrivals) if all(one[0] < other[0] for other in arrivals[i + 1 :])
    ]  # a version that comes after its successor is never installed
    return ((date.min, earliest), *kept)
