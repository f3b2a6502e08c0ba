# SPDX-License-Identifier: Apache-2.0
"""The synthetic nation before anything happens: devices, posts in clinics, and the faults put in.

A post is one device at work in one clinic.  The shape follows what is known of the field: volumes spread
over an order of magnitude, a weekday profile, holidays, slow trends, more day-to-day variance than Poisson's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import blake2b

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from nadzor.simulate.fault import Fault

Floats = NDArray[np.float64]
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


class ClaimSpec(Struct, frozen=True, kw_only=True):
    """What the maker declares of a finding: shares 0..1."""

    finding: str
    metric: str
    value: float
    lower_bound: float


class Manner(Struct, frozen=True, kw_only=True):
    """How a device of the reference nation reads, instead of as its findings declare.

    `positive` is the share of positive studies, `false_share` the share of those that are false;
    `agreement` the share on which the physician agrees, `failing` the share that fails.  `noise` is the
    standard deviation, in logits, of what each day adds to each of them.  `shape` are the exponents of the
    distribution of scores.
    """

    positive: float
    agreement: float
    failing: float
    noise: float
    false_share: float
    shape: tuple[float, float]


class DeviceSpec(Struct, frozen=True, kw_only=True):
    """A device as the register knows it, and how much it is used; volume is the median of studies a day.

    Units: duration and signing are the mean and spread of a logarithm, of milliseconds and of minutes.
    """

    code: str
    modality: str
    findings: tuple[FindingSpec, ...]
    versions: tuple[VersionSpec, ...]
    volume: float = 25.0
    maker: str = ""
    claims: tuple[ClaimSpec, ...] = ()
    manner: Manner | None = None
    duration: tuple[float, float] = (8.3, 0.6)
    signing: tuple[float, float] = (4.2, 0.8)
    reports_a_year: float = 0.0


class Post(Struct, frozen=True, kw_only=True):
    """One device in one clinic: how much, how well, on which equipment, since when which version.

    Units: zone in hours east of Greenwich; shares of equipment are equal where none are given.
    """

    device: DeviceSpec
    number: int
    clinic: int
    volume: float
    failure_rate: float
    trend: float
    prevalence_shift: float
    equipment: tuple[str, ...]
    arrivals: tuple[tuple[date, VersionSpec], ...]
    equipment_shares: tuple[float, ...] = ()
    region: int = 0
    zone: int = 3

    @property
    def key(self) -> str:
        """A name that does not change between runs of the same nation."""
        return f"{self.device.code}/{self.number}"

    def version_on(self, day: date) -> VersionSpec:
        """The version in use on a day."""
        return [version for arrived, version in self.arrivals if arrived <= day][-1]


class Habits(Struct, frozen=True, kw_only=True):
    """How a nation speaks: which shares of studies are reviewed and labelled, of events late or sent twice.

    Units: shares 0..1; label_days is the wait from study to label; `revised` is the share of a post's months
    of which some studies (`revised_studies`) are taken back and sent again.
    """

    reviewed: float = 0.4
    labelled: float = 0.1
    label_days: tuple[int, int] = (30, 60)
    late: float = 0.0
    late_days: int = 7
    duplicated: float = 0.0
    revised: float = 0.0
    revised_studies: float = 0.2


class World(Struct, frozen=True):
    """A whole nation: days [first, after), its posts, its clinics by number, its holidays and its faults.

    `holidays` are the whole nation's, `regional` those of single regions.
    """

    seed: int
    first: date
    after: date
    devices: tuple[DeviceSpec, ...]
    posts: tuple[Post, ...]
    clinics: int
    faults: tuple[Fault, ...]
    holidays: frozenset[date]
    regional: frozenset[tuple[int, date]] = frozenset()
    habits: Habits = Habits()
    bins: int = 50

    @property
    def length(self) -> int:
        """How many days there are."""
        return (self.after - self.first).days

    def days(self) -> list[date]:
        """Every day, in order."""
        return [self.first + timedelta(days=i) for i in range(self.length)]

    def day(self, day: date) -> int:
        """Which day of the nation a date is, from 0."""
        return (day - self.first).days


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


def arrivals_of(
    versions: Sequence[VersionSpec], rng: np.random.Generator, rollout_days: int
) -> tuple[tuple[date, VersionSpec], ...]:
    """When each version reaches a site; one that comes after its successor is never installed."""
    earliest, *later = sorted(versions, key=lambda version: version.released_on)
    waits = rng.integers(0, rollout_days + 1, len(later)).tolist()
    arrivals = [(v.released_on + timedelta(days=wait), v) for v, wait in zip(later, waits, strict=True)]
    kept = [one for i, one in enumerate(arrivals) if all(one[0] < other[0] for other in arrivals[i + 1 :])]
    return ((date.min, earliest), *kept)


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
            arrivals=arrivals_of(device.versions, rng, setting.rollout_days),
        )
        for number, clinic in enumerate(clinics)
    ]  # fmt: skip
