# SPDX-License-Identifier: Apache-2.0
"""Nations for the battery: quiet ones, and ones with one fault put in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

from nadzor.detect.claim_check.claim import Claim
from nadzor.measures.rollup import Row
from nadzor.simulate.population import population
from nadzor.simulate.world import DeviceSpec, Fault, FindingSpec, Setting, VersionSpec, World, settle

FIRST = date(2031, 1, 6)
DAYS = 365
AFTER = FIRST + timedelta(days=DAYS)
RELEASE = FIRST + timedelta(days=180)
HOLIDAYS = frozenset(FIRST + timedelta(days=offset) for offset in (0, 1, 2, 48, 61, 115, 123, 157, 302))
SENSITIVITY, SPECIFICITY = 0.92, 0.90


def devices(count: int) -> list[DeviceSpec]:
    """Devices of one finding and two versions, the second released in the middle of the year."""
    versions = (VersionSpec("1.0", FIRST, "a" * 64), VersionSpec("2.0", RELEASE, "b" * 64))
    finding = FindingSpec(code="nodule", sensitivity=SENSITIVITY, specificity=SPECIFICITY)
    return [
        DeviceSpec(code=f"d-{i:03d}", modality="DX", findings=(finding,), versions=versions)
        for i in range(count)
    ]


def world(seed: int, count: int, *faults: Fault) -> World:
    """A nation of so many devices with these faults."""
    return settle(
        seed, devices(count), days=(FIRST, AFTER), faults=faults, setting=Setting(holidays=HOLIDAYS)
    )


@cache
def quiet(seed: int, count: int) -> tuple[Row, ...]:
    """The rows of a nation in which nothing is wrong."""
    return tuple(population(world(seed, count)))


def claims(count: int, *, margin: float = 0.0) -> list[Claim]:
    """Declared lower bounds that the truth meets with a margin."""
    metrics = (("sensitivity", SENSITIVITY), ("specificity", SPECIFICITY))
    return [
        Claim(device=d.code, finding="nodule", metric=metric, value=true, lower_bound=true - margin)
        for d in devices(count)
        for metric, true in metrics
    ]


def watched_years(rows: Sequence[Row], *, after_days: int) -> float:
    """Device-years that a detector watches once its baseline is over."""
    return len({row.device for row in rows}) * (DAYS - after_days) / 365.0
