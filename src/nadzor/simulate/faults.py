# SPDX-License-Identifier: Apache-2.0
"""Which faults a nation has when nobody asks for particular ones: one of each kind, on different devices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from nadzor.simulate.world import DeviceSpec, Fault, Post, World, chance

BASELINE_DAYS = 90
"""Faults begin after the baseline, or a detector would take them for the usual state."""


def usual_faults(world: World) -> tuple[Fault, ...]:
    """A silent site, a failing version, an error burst and a contradicted claim, as far as devices allow."""
    busy = sorted({post.device.code for post in world.posts}, key=lambda code: -_volume(world, code))
    devices = {device.code: device for device in world.devices}
    makers: Sequence[Callable[[World, DeviceSpec], Fault | None]] = (
        _failing_version, _silent_site, _contradicted_claim, _error_burst,
    )  # fmt: skip
    found: list[Fault] = []
    for make in makers:
        for code in busy:
            fault = make(world, devices[code])
            if fault and code not in {other.device for other in found}:
                found.append(fault)
                break
    return tuple(found)


def _failing_version(world: World, device: DeviceSpec) -> Fault | None:
    """The last version that came out with time before it and after it fails six times as often."""
    begin = world.first + timedelta(days=BASELINE_DAYS)
    late = [v for v in device.versions[1:] if begin <= v.released_on < world.after - timedelta(days=14)]
    if not late:
        return None
    days = (world.after - late[-1].released_on).days
    return Fault(
        kind="failing_version", device=device.code, version=late[-1].version, first=late[-1].released_on,
        days=days, size=6.0,
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


def _posts(world: World, code: str) -> list[Post]:
    return [post for post in world.posts if post.device.code == code]


def _volume(world: World, code: str) -> float:
    return sum(post.volume for post in _posts(world, code))
