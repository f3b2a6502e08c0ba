# SPDX-License-Identifier: Apache-2.0
"""The reference nation: the population on which detectors are calibrated and judged.

Devices in 1 to 7 clinics each, volumes lognormal with a median of 25 a day, four makers of equipment, one to
four versions, regions of eleven time zones with holidays of their own.  Scores and positives are drawn as
`conclusions` says: separately moved by faults, so that each can be asked for by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Final

import numpy as np
from msgspec import Struct

from nadzor.simulate.fault import Fault
from nadzor.simulate.planting import plant
from nadzor.simulate.world import (
    ClaimSpec,
    DeviceSpec,
    FindingSpec,
    Habits,
    Manner,
    Post,
    VersionSpec,
    World,
    arrivals_of,
    chance,
)

__all__ = ["Scale", "plant", "reference_nation"]

FIRST: Final = date(2025, 1, 6)
VENDORS: Final = ("canon", "ge", "philips", "siemens")
ZONES: Final = (2, 3, 3, 3, 3, 4, 5, 5, 6, 7, 8, 9, 10, 11, 12)
"""Time zones of the regions, hours east of Greenwich."""
HOLIDAYS: Final = (
    *((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4),
)  # fmt: skip
MODALITIES: Final = ("DX", "CT", "MG", "MR", "US")
FINDING: Final = "finding"
ROLLOUT_DAYS: Final = 10
LEAST_SHARE: Final = 0.08
"""A maker with less of a clinic's equipment than this is not there at all."""
REFERENCE: Final = Habits(reviewed=1.0, labelled=0.1, late=0.03, duplicated=0.005, revised=0.01)


class Scale(Struct, frozen=True, kw_only=True):
    """How large the reference nation is besides its devices and days."""

    clinics: int = 400
    sites_max: int = 7
    volume: float = 25.0
    reports_a_year: float = 12.0
    bins: int = 50
    habits: Habits = REFERENCE
    first: date = FIRST


def reference_nation(
    seed: int,
    *,
    devices: int = 300,
    days: int = 540,
    faults: Sequence[Fault] = (),
    scale: Scale | None = None,
) -> World:
    """A nation of so many devices over so many days; the same seed always gives the same one.

    Method: detection population of the project's simulator specification: positive shares Beta(8, 92) and a
    site's N(0, 0.15) logit, failures gamma(2, 0.004), agreement Beta(92, 8), daily logit noise 0.05 to 0.1.
    """
    scale = scale or Scale()
    after = scale.first + timedelta(days=days)
    specs = [_device(seed, number, (scale.first, after), scale) for number in range(devices)]
    posts = [post for spec in specs for post in _posts(seed, spec, scale)]
    return World(
        seed=seed, first=scale.first, after=after, devices=tuple(specs), posts=tuple(posts),
        clinics=scale.clinics, faults=tuple(faults), holidays=_holidays(scale.first, after),
        regional=_regional(seed, scale.first, after), habits=scale.habits, bins=scale.bins,
    )  # fmt: skip


def _device(seed: int, number: int, span: tuple[date, date], scale: Scale) -> DeviceSpec:
    code = f"d-{number:04d}"
    rng = chance(seed, code, "device")
    positive, agreement = float(rng.beta(8, 92)), float(rng.beta(92, 8))
    false_share, sensitivity = float(rng.uniform(0.3, 0.6)), float(rng.uniform(0.90, 0.96))
    shape = (float(rng.uniform(0.8, 2.0)), float(rng.uniform(2.0, 6.0)))
    noise, failing = float(rng.uniform(0.05, 0.1)), float(rng.gamma(2.0, 0.004))
    prevalence = positive * (1.0 - false_share) / sensitivity
    specificity = 1.0 - positive * false_share / (1.0 - prevalence)
    finding = FindingSpec(
        code=FINDING, sensitivity=sensitivity, specificity=specificity, prevalence=prevalence
    )
    return DeviceSpec(
        code=code, modality=str(rng.choice(MODALITIES)), findings=(finding,),
        versions=_versions(code, rng, span), volume=scale.volume, maker=f"maker-{number % 60:02d}",
        claims=_claims(finding),
        manner=Manner(
            positive=positive, agreement=agreement, failing=failing, noise=noise, false_share=false_share,
            shape=shape,
        ),
        duration=(float(rng.normal(8.3, 0.6)), float(rng.uniform(0.4, 0.8))),
        signing=(float(rng.normal(5.0, 0.4)), float(rng.uniform(0.7, 1.1))),
        reports_a_year=scale.reports_a_year * float(rng.gamma(2.0, 0.5)),
    )  # fmt: skip


def _claims(finding: FindingSpec) -> tuple[ClaimSpec, ...]:
    """Declared values are the true ones, lower bounds below them by a fair margin."""
    missed = 1.0 - finding.specificity
    bounds = {"sensitivity": finding.sensitivity - 0.025, "specificity": 1.0 - 1.5 * missed}
    values = {"sensitivity": finding.sensitivity, "specificity": finding.specificity}
    return tuple(
        ClaimSpec(
            finding=finding.code, metric=metric, value=round(value, 4), lower_bound=round(bounds[metric], 4)
        )
        for metric, value in values.items()
    )


def _versions(code: str, rng: np.random.Generator, span: tuple[date, date]) -> tuple[VersionSpec, ...]:
    """One to four versions: the first before the nation's time, the others spread over it."""
    first, after = span
    count = int(rng.integers(1, 5))
    days = (after - first).days
    at = np.sort(rng.integers(20, max(21, days - 20), count - 1)).tolist()
    released = [first - timedelta(days=int(rng.integers(30, 700))), *(first + timedelta(days=d) for d in at)]
    return tuple(
        VersionSpec(f"{i + 1}.0", day, sha256(f"{code} {i + 1}.0 {day}".encode()).hexdigest())
        for i, day in enumerate(released)
        if day not in released[:i]
    )


def _posts(seed: int, device: DeviceSpec, scale: Scale) -> list[Post]:
    rng = chance(seed, device.code, "posts")
    sites = min(int(rng.integers(1, scale.sites_max + 1)), scale.clinics)
    clinics = np.sort(rng.choice(scale.clinics, size=sites, replace=False)).tolist()
    return [_post(seed, device, rng, (number, clinic)) for number, clinic in enumerate(clinics)]


def _post(seed: int, device: DeviceSpec, rng: np.random.Generator, place: tuple[int, int]) -> Post:
    number, clinic = place
    assert device.manner is not None
    region, equipment, shares = _clinic(seed, clinic)
    return Post(
        device=device, number=number, clinic=clinic, volume=device.volume * float(rng.lognormal(0.0, 0.8)),
        failure_rate=device.manner.failing, trend=float(rng.normal(0.0, 0.02)),
        prevalence_shift=float(rng.normal(0.0, 0.15)), equipment=equipment, equipment_shares=shares,
        arrivals=arrivals_of(device.versions, rng, ROLLOUT_DAYS), region=region, zone=ZONES[region],
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _clinic(seed: int, clinic: int) -> tuple[int, tuple[str, ...], tuple[float, ...]]:
    """Region and equipment of a clinic: its own, whichever device looks at the pictures."""
    rng = chance(seed, "clinic", clinic)
    region = int(rng.integers(len(ZONES)))
    shares = rng.dirichlet(np.ones(len(VENDORS)))
    kept = [i for i in range(len(VENDORS)) if shares[i] >= LEAST_SHARE]
    whole = float(shares[kept].sum())
    return region, tuple(VENDORS[i] for i in kept), tuple(float(shares[i]) / whole for i in kept)


def _holidays(first: date, after: date) -> frozenset[date]:
    years = range(first.year, after.year + 1)
    return frozenset(date(year, month, day) for year in years for month, day in HOLIDAYS)


def _regional(seed: int, first: date, after: date) -> frozenset[tuple[int, date]]:
    """Three days a year on which a region rests and its neighbours work."""
    days = (after - first).days
    count = max(1, round(3 * days / 365))
    return frozenset(
        (region, first + timedelta(days=int(at)))
        for region in range(len(ZONES))
        for at in chance(seed, "region", region).integers(0, days, count)
    )
