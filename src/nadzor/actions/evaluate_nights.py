# SPDX-License-Identifier: Apache-2.0
"""Run the suite night by night over a nation whose data come late, beside what stands in the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from msgspec.structs import replace

from nadzor.actions.evaluate_suite import BASELINE_DAYS, Plan, alarms_of, context_of
from nadzor.detect.context import Context
from nadzor.detect.suite import reads, run_suite
from nadzor.measures.columns import Columns
from nadzor.simulate.fault import BENIGN
from nadzor.simulate.nights import Night, Nightly, known_before, nightly
from nadzor.simulate.planting import plant
from nadzor.simulate.population import columns
from nadzor.simulate.reference import reference_nation
from nadzor.simulate.scoring import Alarm
from nadzor.simulate.world import World, with_faults
from nadzor.workdays.calendar import ONE_DAY

NIGHT_SALT: Final = 2_000
DEVICES: Final = 24
"""So many devices are enough for every kind of fault, and few enough for a run of every night."""
EVERY: Final = 3
"""Days between runs."""


def evaluate_nights(plan: Plan) -> dict[str, Nightly]:
    """The suite each night, on a nation with one fault of each kind on a device of its own."""
    world = reference_nation(plan.seed + NIGHT_SALT, devices=min(plan.devices, DEVICES), days=plan.days)
    for kind in plan.kinds:
        if kind not in BENIGN:
            world = with_faults(world, [*world.faults, *plant(kind, plan.seed, world, 1)])
    return compare_nights(world, plan.only, every=EVERY)


def compare_nights(
    world: World, only: Sequence[str], *, every: int = EVERY, since: int = BASELINE_DAYS
) -> dict[str, Nightly]:
    """What was said on nights from day `since` on, beside what is said once everything has arrived."""
    rows, told = columns(world, wanted=reads(only)), context_of(world)
    nights = [
        Night(after, _about_devices(known_before(rows, after), _as_of(told, after), only))
        for after in (world.first + day * ONE_DAY for day in range(since, world.length + 1, every))
    ]
    years = len(world.devices) * (world.length - since) / 365.0
    return nightly(nights, _about_devices(rows, told, only), device_years=years)


def _about_devices(rows: Columns, context: Context, only: Sequence[str]) -> list[Alarm]:
    """What the suite says of single devices."""
    return [one for one in alarms_of(run_suite(rows, context, only=only)) if one.device]


def _as_of(context: Context, after: date) -> Context:
    """What the register told before a day: versions of later dates were not known."""
    releases = {
        device: [one for one in known if one.released_on < after]
        for device, known in context.releases.items()
    }
    return replace(context, after=after, releases=releases)
