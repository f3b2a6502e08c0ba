# SPDX-License-Identifier: Apache-2.0
"""Evaluate the suite on simulated nations: false alarms on quiet ones, delays on ones with planted faults."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import Final

from msgspec import Struct, convert

from nadzor.detect.claim_check.claim import Claim, Metric
from nadzor.detect.context import Context, Release
from nadzor.detect.dossier import DETECTORS, dossier
from nadzor.detect.finding import Finding
from nadzor.detect.suite import reads, run_suite
from nadzor.simulate.fault import BENIGN, Fault, FaultKind
from nadzor.simulate.nights import Nightly
from nadzor.simulate.planting import plant
from nadzor.simulate.population import columns
from nadzor.simulate.reference import reference_nation
from nadzor.simulate.scales import scales
from nadzor.simulate.scoring import Alarm, Caught, Rate, caught, false_alarm_rate, targets, truth
from nadzor.simulate.world import World, with_faults

BASELINE_DAYS: Final = 90
QUIET_SALT, FAULT_SALT = 1, 1_000
SAME_DAYS: Final = 30
STREAM: Final = ("detector", "kind", "device", "version", "site", "dimension", "stratum", "finding")
SYSTEMIC: Final = frozenset({"outage", "holiday"})


class Plan(Struct, frozen=True, kw_only=True):
    """What to evaluate: so many devices over so many days, and so many planted faults of each kind."""

    seed: int
    devices: int = 300
    days: int = 540
    per_fault: int = 30
    only: tuple[str, ...] = DETECTORS
    kinds: tuple[str, ...] = tuple(targets().faults)


class Events(Struct, frozen=True, kw_only=True):
    """What an event of the whole country raised: findings about the system, and alarms about devices.

    `device_alarms` are those of the days of the event and the week after it that place their change there,
    beyond those of the same nation without the event.
    """

    system_findings: int
    device_alarms: int
    met: bool


class Benign(Struct, frozen=True, kw_only=True):
    """What a harmless change raised about the devices it came to, and which detectors spoke."""

    rate: Rate
    by_detector: dict[str, int]


class Evaluation(Struct, frozen=True, kw_only=True):
    """The operating characteristics of the suite; `nightly` only where a run of every night was asked for.

    Units: rates in false alarms per device-year; seconds of processor-bound work; peak memory in MB.
    """

    seed: int
    devices: int
    days: int
    suite: Rate
    suite_target: float
    suite_met: bool
    detectors: dict[str, Rate]
    budgets: dict[str, float]
    benign: dict[str, Benign]
    events: dict[str, Events]
    faults: dict[str, Caught]
    findings: int
    simulate_s: float
    detect_s: float
    peak_mb: float
    nightly: dict[str, Nightly] = {}


class Stopwatch:
    """Seconds spent in drawing nations and in detecting."""

    def __init__(self) -> None:
        self.simulate = self.detect = 0.0
        self.findings = 0

    def run(self, world: World, only: Sequence[str]) -> list[Finding]:
        """What the suite says of a nation."""
        began = perf_counter()
        rows = columns(world, wanted=reads(only))
        drawn = perf_counter()
        found = run_suite(rows, context_of(world), only=only)
        self.simulate += drawn - began
        self.detect += perf_counter() - drawn
        self.findings += len(found)
        return found


def evaluate_suite(plan: Plan, *, progress: Callable[[str], None] = lambda _: None) -> Evaluation:
    """Run the suite on a quiet nation, on benign changes, on events of the country, on each kind of fault."""
    watch = Stopwatch()
    progress("quiet")
    quiet_world = reference_nation(plan.seed + QUIET_SALT, devices=plan.devices, days=plan.days)
    quiet = watch.run(quiet_world, plan.only)
    rates = _rates(plan, quiet_world, alarms_of(quiet))
    progress("benign")
    benign = {kind: _benign(plan, kind, watch) for kind in ("season", "growth", "new_site")}
    progress("events")
    events = {kind: _event(plan, kind, quiet_world, quiet, watch) for kind in ("outage", "holiday")}
    faults: dict[str, Caught] = {}
    for kinds in _groups(plan):
        progress(", ".join(kinds))
        faults |= _faults(plan, kinds, {name: rate.rate for name, rate in rates.items()}, watch)
    return Evaluation(
        seed=plan.seed, devices=plan.devices, days=plan.days, suite=rates["suite"],
        suite_target=targets().suite, suite_met=rates["suite"].rate <= targets().suite,
        detectors={name: rates[name] for name in plan.only},
        budgets={name: dossier(name).guarantee.budget for name in plan.only},
        benign=benign, events=events, faults=faults, findings=watch.findings,
        simulate_s=watch.simulate, detect_s=watch.detect, peak_mb=_peak_mb(),
    )  # fmt: skip


def context_of(world: World) -> Context:
    """What a register and a calendar would tell of a nation."""
    return Context(
        after=world.after,
        holidays=world.holidays,
        releases={
            device.code: [
                Release(version=one.version, released_on=one.released_on, builds=(one.build,))
                for one in device.versions
            ]
            for device in world.devices
        },
        makers={device.code: device.maker for device in world.devices},
        claims=claims_of(world),
        bins=scales(world),
    )


def claims_of(world: World) -> list[Claim]:
    """What the makers of a nation declared."""
    return [
        Claim(
            device=device.code, finding=one.finding, metric=convert(one.metric, Metric), value=one.value,
            lower_bound=one.lower_bound,
        )
        for device in world.devices
        for one in device.claims
    ]  # fmt: skip


def alarms_of(findings: Sequence[Finding]) -> list[Alarm]:
    """Findings as a scorer reads them."""
    return [_alarm(finding) for finding in findings]


def _alarm(finding: Finding) -> Alarm:
    sites, equipment = (finding.facts.get(name, []) for name in ("sites", "equipment"))
    named = [str(site) for site in sites] if isinstance(sites, list) else []
    return Alarm(
        detector=finding.detector,
        kind=finding.kind,
        device=finding.device,
        day=finding.first_day,
        version=finding.version or str(finding.facts.get("since_version", "")),
        stratum=finding.stratum,
        sites=tuple([finding.site, *named] if finding.site else named),
        equipment=tuple(map(str, equipment)) if isinstance(equipment, list) else (),
        stream="\t".join(getattr(finding, name) for name in STREAM),
    )


def _rates(plan: Plan, world: World, alarms: Sequence[Alarm]) -> dict[str, Rate]:
    """Each detector's false alarms, and those of all together under `suite`."""
    codes = [device.code for device in world.devices]
    years = (plan.days - BASELINE_DAYS) / 365.0
    by_name = {name: [one for one in alarms if one.detector == name] for name in plan.only}
    return {
        name: false_alarm_rate(some, codes, years, seed=plan.seed)
        for name, some in {**by_name, "suite": list(alarms)}.items()
    }


def _benign(plan: Plan, kind: FaultKind, watch: Stopwatch) -> Benign:
    """Alarms about devices to which something harmless happens, per year from its onset on.

    Why: a season comes to the whole nation, growth and new sites to some devices of it.
    """
    world = reference_nation(plan.seed + FAULT_SALT, devices=plan.devices, days=plan.days)
    concerned = plan.devices if kind == "season" else plan.per_fault
    world = with_faults(world, plant(kind, plan.seed, world, concerned))
    onset = {fault.device: fault.first for fault in world.faults}
    alarms = [
        one
        for one in alarms_of(watch.run(world, plan.only))
        if one.device in onset and one.day >= onset[one.device]
    ]
    watched = [(world.after - first).days / 365.0 for first in onset.values()]
    rate = false_alarm_rate(alarms, list(onset), sum(watched) / max(1, len(watched)), seed=plan.seed)
    return Benign(rate=rate, by_detector=dict(Counter(one.detector for one in alarms)))


def _event(
    plan: Plan, kind: FaultKind, quiet_world: World, quiet: Sequence[Finding], watch: Stopwatch
) -> Events:
    """One event of the country, put into the quiet nation."""
    faults = plant(kind, plan.seed, quiet_world, 1)
    found = watch.run(with_faults(quiet_world, faults), plan.only)
    fresh = [one for one in found if not any(_same(one, before) for before in quiet)]
    near = [one for one in fresh if any(_near(one, fault) for fault in faults)]
    system, device = (sum(bool(one.device) is side for one in near) for side in (False, True))
    wanted = 1 if kind == "outage" else 0
    return Events(system_findings=system, device_alarms=device, met=device == 0 and system >= wanted)


def _same(one: Finding, other: Finding) -> bool:
    """Whether two runs say one thing: an event may move the day of an alarm that would have come anyway."""
    return _stream(one) == _stream(other) and abs((one.first_day - other.first_day).days) <= SAME_DAYS


def _stream(one: Finding) -> tuple[str, ...]:
    return one.detector, one.kind, one.device, one.version, one.site, one.stratum, one.finding


def _near(finding: Finding, fault: Fault) -> bool:
    """Whether a finding came with an event and does not place its change before it."""
    came = -1 <= (finding.first_day - fault.first).days <= fault.days + 7
    return came and (finding.located is None or finding.located.high >= fault.first)


def _groups(plan: Plan) -> Iterator[tuple[str, ...]]:
    """Kinds of fault that share a nation: as many as have room on devices of their own."""
    room = max(1, plan.devices // plan.per_fault)
    kinds = [kind for kind in plan.kinds if kind not in BENIGN]
    for start in range(0, len(kinds), room):
        yield tuple(kinds[start : start + room])


def _faults(plan: Plan, kinds: Sequence[str], rates: dict[str, float], watch: Stopwatch) -> dict[str, Caught]:
    """Each kind on devices of its own, all in one nation."""
    world = reference_nation(plan.seed + FAULT_SALT, devices=plan.devices, days=plan.days)
    placed: list[Fault] = []
    for kind in kinds:
        placed += plant(kind, plan.seed, with_faults(world, placed), plan.per_fault)
    world = with_faults(world, placed)
    alarms = alarms_of(watch.run(world, plan.only))
    planted = truth(world)
    return {
        kind: caught(
            [one for one in planted if one.kind == kind], alarms, targets().faults[kind], rates=rates
        )
        for kind in kinds
    }


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
