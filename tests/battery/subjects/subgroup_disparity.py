# SPDX-License-Identifier: Apache-2.0
"""A device that is worse for one age band."""

from __future__ import annotations

from nadzor.simulate.world import Fault, Setting, World, settle
from tests.battery import nations
from tests.battery.subject import FAULT_DAY, Subject


def worse(device: str) -> Fault:
    """Agreement in one age band falls by a logit and a half."""
    return Fault(kind="subgroup", device=device, stratum="60-69", first=FAULT_DAY, days=400, size=1.5)


def busy(seed: int, count: int, *faults: Fault) -> World:
    """Busy devices, a third of them with the fault: where every device is odd, odd is usual."""
    return settle(
        seed, nations.devices(count), days=(nations.FIRST, nations.AFTER), faults=faults[::3],
        setting=Setting(holidays=nations.HOLIDAYS, volume_scale=2.0),
    )  # fmt: skip


SUBJECT = Subject(
    name="subgroup_disparity", learning_days=90, fault=worse, within_days=125, share_found=0.6, devices=18,
    nation=busy, null_devices=60,
)  # fmt: skip
