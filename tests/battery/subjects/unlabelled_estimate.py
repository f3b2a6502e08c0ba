# SPDX-License-Identifier: Apache-2.0
"""A device whose scores tell present from absent less well."""

from __future__ import annotations

from nadzor.detect.context import Context
from nadzor.simulate.scales import scales
from nadzor.simulate.world import Fault, Setting, World, settle
from tests.battery import nations
from tests.battery.subject import FAULT_DAY, Subject


def blurred(device: str) -> Fault:
    """A third of the sensitivity is gone: scores of present cases slide to those of absent ones."""
    return Fault(kind="contradicted_claim", device=device, first=FAULT_DAY, days=400, size=0.4)


def busy(seed: int, count: int, *faults: Fault) -> World:
    """Devices with labels enough to calibrate their scores."""
    return settle(
        seed, nations.devices(count), days=(nations.FIRST, nations.AFTER), faults=faults,
        setting=Setting(holidays=nations.HOLIDAYS, volume_scale=3.0),
    )  # fmt: skip


def registered(world: World) -> Context:
    """The edges of score bins, as the register holds them."""
    return Context(after=None, bins=scales(world))


SUBJECT = Subject(
    name="unlabelled_estimate", learning_days=161, fault=blurred, within_days=80, share_found=0.7,
    nation=busy, told=registered, null_devices=60,
)  # fmt: skip
