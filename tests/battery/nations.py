# SPDX-License-Identifier: Apache-2.0
"""Nations for the battery: quiet ones, and ones with one fault put in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

import numpy as np
from msgspec import structs

from nadzor.detect.claim_check.claim import Claim
from nadzor.detect.series import Days
from nadzor.detect.suite import detector
from nadzor.measures.columns import Block, Columns
from nadzor.measures.rollup import Row
from nadzor.simulate.population import columns
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


def rows(world: World, name: str) -> Columns:
    """What a detector reads of a nation."""
    return columns(world, wanted=detector(name).READS)


@cache
def quiet(seed: int, count: int, name: str) -> Columns:
    """What a detector reads of a nation in which nothing is wrong."""
    return rows(world(seed, count), name)


def days(rows: Iterable[Row] | Columns, name: str) -> Days:
    """Rows as the detector takes them."""
    return Days.of(rows, detector(name).READS)


def known_before(columns: Columns, day: date) -> Columns:
    """What happened and was known before a day."""
    cut = day.toordinal()
    return Columns(
        columns.names, {p: b.where((b.day < cut) & (b.known < cut)) for p, b in columns.blocks.items()}
    )


def shuffled(columns: Columns, seed: int = 5) -> Columns:
    """The same rows in another order."""
    rng = np.random.default_rng(seed)
    return Columns(columns.names, {p: b.where(rng.permutation(len(b))) for p, b in columns.blocks.items()})


def in_two_parts(columns: Columns) -> Columns:
    """Every count cut into two that add up to it, one of them negative where it was one."""
    return Columns(columns.names, {pair: _halved(block) for pair, block in columns.blocks.items()})


def of_device(columns: Columns, device: str) -> Columns:
    """The rows of one device."""
    code = columns.names["device"].index(device)
    return Columns(columns.names, {p: b.where(b.device == code) for p, b in columns.blocks.items()})


def _halved(block: Block) -> Block:
    twice = block.where(np.repeat(np.arange(len(block)), 2))
    first = np.arange(len(twice)) % 2 == 0
    half = np.where(twice.n > 1, twice.n // 2, twice.n + 1)
    return structs.replace(twice, n=np.where(first, half, twice.n - half))


def claims(count: int, *, margin: float = 0.0) -> list[Claim]:
    """Declared lower bounds that the truth meets with a margin."""
    metrics = (("sensitivity", SENSITIVITY), ("specificity", SPECIFICITY))
    return [
        Claim(device=d.code, finding="nodule", metric=metric, value=true, lower_bound=true - margin)
        for d in devices(count)
        for metric, true in metrics
    ]


def watched_years(world: World, *, after_days: int) -> float:
    """Device-years that a detector watches once its baseline is over."""
    length = (world.after - world.first).days
    return len(world.devices) * (length - after_days) / 365.0
