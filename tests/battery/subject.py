# SPDX-License-Identifier: Apache-2.0
"""A detector under test in the battery; each stands in a file of its own under subjects/."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path

from msgspec import Struct

from nadzor.detect.context import Context, Release
from nadzor.detect.finding import Finding
from nadzor.detect.suite import detector
from nadzor.measures.columns import Columns
from nadzor.measures.rollup import Row
from nadzor.simulate.world import Fault, World
from tests.battery import nations

FAULT_DAY = nations.FIRST + timedelta(days=210)
Rows = Sequence[Row] | Columns


class Subject(Struct, frozen=True, kw_only=True):
    """How a detector is tried: how long it learns, a fault that it must find, and how soon.

    `fault` makes the fault of one device of a nation; `nation` builds a nation from seed, size and faults,
    where nations.world does not fit; `told` is what the detector learns of a nation besides its rows.  A
    subject that speaks of no single device sets `of_devices` to false.
    """

    name: str
    learning_days: int
    fault: Callable[[str], Fault]
    within_days: int
    share_found: float
    devices: int = 12
    nation: Callable[..., World] = nations.world
    told: Callable[[World], Context] | None = None
    of_devices: bool = True
    null_seeds: tuple[int, ...] = (11, 12)
    null_devices: int = 120

    def context(self, world: World, *, after: date | None = None) -> Context:
        """What the register would tell of a nation."""
        if self.told:
            return self.told(world)
        return context_of(world, after=after)

    def run(self, rows: Rows, context: Context) -> list[Finding]:
        """What the detector says."""
        return detector(self.name).watch(nations.days(rows, self.name), context)


def context_of(world: World, *, after: date | None = None) -> Context:
    """Calendar, releases and makers of a nation; claims that the truth meets with a margin."""
    return Context(
        after=after or world.after,
        holidays=world.holidays,
        releases={
            device.code: [
                Release(version=one.version, released_on=one.released_on, builds=(one.build,))
                for one in device.versions
            ]
            for device in world.devices
        },
        makers={device.code: f"maker-{i % 7}" for i, device in enumerate(world.devices)},
        claims=nations.claims(len(world.devices), margin=0.02),
    )


@cache
def subjects() -> tuple[Subject, ...]:
    """Every subject, in the order of file names."""
    pages = sorted(Path(__file__).with_name("subjects").glob("*.py"))
    return tuple(import_module(f"tests.battery.subjects.{page.stem}").SUBJECT for page in pages)
