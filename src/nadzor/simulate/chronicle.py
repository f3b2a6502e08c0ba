# SPDX-License-Identifier: Apache-2.0
"""A nation on disk: its events as a sender would send them, the truth about it, and its register.

A directory holds `events/<installation>.ndjson` (lines of the wire, in order of receipt), `nation.json` (the
truth: devices, installations, faults, bins) and `register.json`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct

from nadzor.simulate.fault import Fault
from nadzor.simulate.nation import Nation
from nadzor.simulate.population import installation_name, site_name
from nadzor.simulate.register_file import register_file
from nadzor.simulate.scales import scales
from nadzor.simulate.world import DeviceSpec, Post, World
from nadzor_wire.batch import encode_event


class Installation(Struct, frozen=True, kw_only=True):
    """Who sent a file, and how many of its lines are received on each day from the first on."""

    name: str
    device: str
    post: int
    site: str
    clinic: int
    region: int
    zone: int
    file: str
    received: list[int]


class Scale(Struct, frozen=True):
    """The score bins of a finding."""

    device: str
    finding: str
    edges: list[int]


class Chronicle(Struct, frozen=True, kw_only=True):
    """The truth about a nation: days [first, after), who is in it, and what was put in on purpose."""

    seed: int
    first: date
    after: date
    devices: tuple[DeviceSpec, ...]
    installations: list[Installation]
    faults: tuple[Fault, ...]
    scales: list[Scale]
    holidays: list[date]
    regional_holidays: list[tuple[int, date]]


def write_chronicle(world: World, directory: Path, *, step: Callable[[], None] = lambda: None) -> Chronicle:
    """Write a nation to a directory; `step` is called for every post and day."""
    events = directory / "events"
    events.mkdir(parents=True, exist_ok=True)
    nation = Nation(world)
    told = Chronicle(
        seed=world.seed, first=world.first, after=world.after, devices=world.devices, faults=world.faults,
        installations=[_written(nation, post, events, step) for post in world.posts],
        scales=[Scale(*key, list(edges)) for key, edges in sorted(scales(world).items())],
        holidays=sorted(day for day in world.holidays if world.first <= day < world.after),
        regional_holidays=sorted(world.regional),
    )  # fmt: skip
    (directory / "nation.json").write_bytes(msgspec.json.format(msgspec.json.encode(told), indent=1))
    (directory / "register.json").write_bytes(register_file(world))
    return told


def read_chronicle(directory: Path) -> Chronicle:
    """The truth about a nation that was written to a directory."""
    return msgspec.json.decode((directory / "nation.json").read_bytes(), type=Chronicle)


def _written(nation: Nation, post: Post, events: Path, step: Callable[[], None]) -> Installation:
    name = installation_name(nation.world, post)
    received = []
    with (events / f"{name}.ndjson").open("wb") as file:
        for _, said in nation.history(post):
            file.writelines(encode_event(event).rstrip(b"\n") + b"\n" for event in said)
            received.append(len(said))
            step()
    return Installation(
        name=name, device=post.device.code, post=post.number, site=site_name(post.clinic), clinic=post.clinic,
        region=post.region, zone=post.zone, file=f"events/{name}.ndjson", received=received,
    )  # fmt: skip
