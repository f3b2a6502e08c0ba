# SPDX-License-Identifier: Apache-2.0
"""Which faults a nation has when nobody asks for particular ones: one of each kind, on different devices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from nadzor.simulate.fault import Fault
from nadzor.simulate.world import DeviceSpec, Post, World, chance

BASELINE_DAYS = 90
"""Faults begin after the baseline, or a detector would take them for the usual state."""
EXTRA_FAILURES = 25.0
"""Failures a lasting fault adds until the end, at the least."""


def usual_faults(world: World) -> tuple[Fault, ...]:
    """A silent site, a failing version, an error burst and a contradicted claim, as far as devices allow."""
    failing = sorted(world.devices, key=lambda device: -_failures(world, device.code))
    busy = sorted(world.devices, key=lambda device: -_volume(world, device.code))
    found: list[Fault] = []
    _add(found, (_failing_version(world, device) for device in failing))
    if not found:
        _add(found, (_failing_site(world, device) for device in failing))
    _add(found, (_silent_site(world, device) for device in busy))
    _add(found, (_contradicted_claim(world, device) for device in busy))
    _add(found, (_error_burst(world, device) for device in failing))
    return tuple(found)


def _add(found: list[Fault], offered: Iterable[Fault | None]) -> None:
    """The first fault offered for a device that has none yet."""
    taken = {fault.device for fault in found}
    found += [fault for fault in offered if fault and fault.device not in taken][:1]


def _failing_version(world: World, device: DeviceSpec) -> Fault | None:
    """The last version that came out with time before it and after it fails at least six times as often."""
    begin = world.first + timedelta(days=BASELINE_DAYS)
    late = [v for v in device.versions[1:] if begin <= v.released_on < world.after - timedelta(days=14)]
    if not late:
        return None
    days = (world.after - late[-1].released_on).days
    return Fault(
        kind="failing_version", device=device.code, version=late[-1].version, first=late[-1].released_on,
        days=days, size=_noticeable(6.0, _failures(world, device.code) * days),
    )  # fmt: skip


def _failing_site(world: World, device: DeviceSpec) -> Fault | None:
    """Where no release falls into the time: the busiest site of a device with several fails often."""
    posts = _posts(world, device.code)
    first = world.first + timedelta(days=BASELINE_DAYS)
    if len(posts) < 2 or first >= world.after:
        return None
    busiest = max(posts, key=lambda post: post.volume)
    days = (world.after - first).days
    usual = busiest.volume * busiest.failure_rate * days
    return Fault(
        kind="failing_site", device=device.code, post=busiest.number, first=first, days=days,
        size=_noticeable(10.0, usual),
    )  # fmt: skip


def _silent_site(world: World, device: DeviceSpec) -> Fault | None:
    """The busiest site of a device with several falls silent for the last eighth of the time."""
    posts = _posts(world, device.code)
    if len(posts) < 2:
        return None
    days = max(5, (world.after - world.first).days // 8)
    busiest = max(posts, key=lambda post: post.volume)
    return Fault(
        kind="silent_site", device=device.code, post=busiest.number, first=world.after - timedelta(days=days),
        days=days,
    )  # fmt: skip


def _contradicted_claim(world: World, device: DeviceSpec) -> Fault | None:
    """From the first day on, a quarter of the sensitivity of one finding is missing."""
    if not device.findings:
        return None
    finding = device.findings[int(chance(world.seed, device.code, "claim").integers(len(device.findings)))]
    days = (world.after - world.first).days
    return Fault(
        kind="contradicted_claim",
        device=device.code,
        finding=finding.code,
        first=world.first,
        days=days,
        size=0.25,
    )


def _error_burst(world: World, device: DeviceSpec) -> Fault | None:
    """For three days a device fails eight times as often as usual."""
    length = (world.after - world.first).days
    first = world.first + timedelta(days=max(BASELINE_DAYS, length * 3 // 4))
    if first + timedelta(days=3) > world.after:
        return None
    return Fault(kind="error_burst", device=device.code, first=first, days=3, size=8.0)


def _noticeable(size: float, usual: float) -> float:
    """At least so many times the usual failures, and more where few are usual: a nation may be very small."""
    return round(min(30.0, max(size, 1.0 + EXTRA_FAILURES / max(usual, 1e-6))), 1)


def _posts(world: World, code: str) -> list[Post]:
    return [post for post in world.posts if post.device.code == code]


def _failures(world: World, code: str) -> float:
    return sum(post.volume * post.failure_rate for post in _posts(world, code))


def _volume(world: World, code: str) -> float:
    return sum(post.volume for post in _posts(world, code))
