# SPDX-License-Identifier: Apache-2.0
"""How well alarms met the faults that were planted: what was found, how late, named how, and what was false.

Pure: alarms come as plain statements, whoever made them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec
import numpy as np
from msgspec import Struct

from nadzor.simulate.population import site_name
from nadzor.simulate.world import World, chance

WITHIN: Final = 120
"""Days from onset after which a fault counts as missed, with this delay in the restricted mean."""
DRAWS: Final = 2000
Names = Literal["device", "site", "version", "equipment", "stratum"]


class Alarm(Struct, frozen=True, kw_only=True):
    """One statement of a detector, as far as it can be right or wrong.

    `sites` are those it points to; `stream` is whatever tells what it is about, its day left out.
    """

    detector: str
    kind: str
    device: str
    day: date
    version: str = ""
    stratum: str = ""
    sites: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    stream: str = ""


class Planted(Struct, frozen=True, kw_only=True):
    """A fault as an alarm should name it."""

    kind: str
    device: str
    first: date
    last: date
    site: str = ""
    version: str = ""
    equipment: str = ""
    stratum: str = ""


class Target(Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of a kind of fault; nothing where no target is set."""

    suited: list[str]
    names: Names
    found: float | None = None
    median: float | None = None
    p90: float | None = None


class Targets(Struct, frozen=True, forbid_unknown_fields=True):
    """targets.yaml."""

    suite: float
    faults: dict[str, Target]


class Rate(Struct, frozen=True, kw_only=True):
    """False alarms per device-year with a bootstrap interval over devices, and what it rests on."""

    alarms: int
    device_years: float
    rate: float
    low: float
    high: float


class Caught(Struct, frozen=True, kw_only=True):
    """How the faults of one kind were found.

    Units: shares 0..1; delays in days, of those found; `restricted_mean` counts 120 for each missed one;
    `by_chance` is the share that false alarms of the suited detectors alone would find in 120 days;
    `attribution` is the share of those found whose first alarm names what it should; `told_again` how many
    further alarms of suited detectors a found fault raised on average.
    """

    planted: int
    found: float
    within_7: float
    within_30: float
    median: float | None
    p90: float | None
    restricted_mean: float
    attribution: float | None
    told_again: float | None
    by_chance: float
    suited: list[str]
    first_by: dict[str, int]
    target: dict[str, float]
    met: bool | None


@cache
def targets() -> Targets:
    """The targets, as targets.yaml keeps them."""
    return msgspec.yaml.decode(files(__package__).joinpath("targets.yaml").read_bytes(), type=Targets)


def truth(world: World) -> list[Planted]:
    """The faults of a nation that concern a device, or a clinic whose scanners all devices there share."""
    sites = {(post.device.code, post.number): site_name(post.clinic) for post in world.posts}
    return [
        Planted(
            kind=fault.kind, device=fault.device, first=fault.first,
            last=fault.first + timedelta(days=fault.days - 1),
            site=site_name(fault.clinic) if fault.clinic >= 0 else sites.get((fault.device, fault.post), ""),
            version=fault.version, equipment=fault.equipment, stratum=fault.stratum,
        )
        for fault in world.faults
        if fault.device or fault.clinic >= 0
    ]  # fmt: skip


def false_alarm_rate(alarms: Sequence[Alarm], devices: Sequence[str], years: float, *, seed: int) -> Rate:
    """Alarms per device-year on devices without a fault.

    Method: percentile bootstrap over devices, since the alarms of one device are not independent.
    Units: years watched by each device.
    """
    count = Counter(alarm.device for alarm in alarms)
    each = np.array([count[device] for device in devices], dtype=np.float64)
    if not len(each) or years <= 0:
        return Rate(alarms=0, device_years=0.0, rate=0.0, low=0.0, high=0.0)
    rng = chance(seed, "bootstrap")
    means = each[rng.integers(0, len(each), (DRAWS, len(each)))].mean(axis=1) / years
    low, high = np.quantile(means, (0.025, 0.975)).tolist()
    return Rate(
        alarms=int(each.sum()), device_years=years * len(each), rate=float(each.mean() / years),
        low=low, high=high,
    )  # fmt: skip


def caught(
    faults: Sequence[Planted], alarms: Sequence[Alarm], target: Target, *, rates: Mapping[str, float]
) -> Caught:
    """How the faults of one kind were met; `rates` are the detectors' false alarms per device-year."""
    hits = [_hits(fault, alarms, target) for fault in faults]
    delays = np.array(
        [(hit[0].day - f.first).days for f, hit in zip(faults, hits, strict=True) if hit], float
    )
    right = [_names(hit[0], f, target.names) for f, hit in zip(faults, hits, strict=True) if hit]
    n = max(1, len(faults))
    median, p90 = (float(np.quantile(delays, q)) if len(delays) else None for q in (0.5, 0.9))
    told = Caught(
        planted=len(faults), found=len(delays) / n, within_7=float((delays <= 7).sum() / n),
        within_30=float((delays <= 30).sum() / n), median=median, p90=p90,
        restricted_mean=float((delays.sum() + WITHIN * (len(faults) - len(delays))) / n),
        attribution=sum(right) / len(right) if right else None,
        told_again=float(np.mean([len(hit) - 1 for hit in hits if hit])) if right else None,
        by_chance=1.0 - float(np.exp(-sum(rates.get(name, 0.0) for name in target.suited) * WITHIN / 365.0)),
        suited=target.suited, first_by=dict(Counter(hit[0].detector for hit in hits if hit)),
        target={k: v for k in ("found", "median", "p90") if (v := getattr(target, k)) is not None}, met=None,
    )  # fmt: skip
    return msgspec.structs.replace(told, met=_met(told))


def _hits(fault: Planted, alarms: Sequence[Alarm], target: Target) -> list[Alarm]:
    """Alarms of suited detectors on the right device (or about the right clinic) from the onset on."""
    end = fault.first + timedelta(days=WITHIN)
    mine = [
        alarm
        for alarm in alarms
        if (alarm.device == fault.device and alarm.detector in target.suited)
        and (fault.device or fault.site in alarm.sites)
        and fault.first <= alarm.day <= end
    ]
    return sorted(mine, key=lambda alarm: (alarm.day, alarm.detector))


def _names(alarm: Alarm, fault: Planted, names: Names) -> bool:
    """Whether an alarm names what it should: the right site first, the version, the scanner, the group."""
    match names:
        case "site":
            return alarm.sites[:1] == (fault.site,)
        case "version":
            return fault.version in ("", alarm.version)
        case "equipment":
            return fault.equipment in (alarm.stratum, *alarm.equipment[:1])
        case "stratum":
            return alarm.stratum == fault.stratum
    return alarm.device == fault.device


def _met(told: Caught) -> bool | None:
    """Whether every target that is set was reached; none where none is."""
    if not told.target or not told.planted:
        return None
    late = [getattr(told, name) for name in ("median", "p90") if name in told.target]
    allowed = [told.target[name] for name in ("median", "p90") if name in told.target]
    in_time = all(is_ is not None and is_ <= may for is_, may in zip(late, allowed, strict=True))
    return in_time and told.found >= told.target.get("found", 0.0)
