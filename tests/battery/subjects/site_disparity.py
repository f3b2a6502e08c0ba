# SPDX-License-Identifier: Apache-2.0
"""A site at which a device fails far more often than at its others."""

from __future__ import annotations

from nadzor.simulate.world import Fault, Setting, World, settle
from tests.battery import nations
from tests.battery.subject import FAULT_DAY, Subject


def failing(device: str) -> Fault:
    """The first site of a device fails ten times as often."""
    return Fault(kind="failing_site", device=device, post=0, first=FAULT_DAY, days=400, size=10.0)


def many_sites(seed: int, count: int, *faults: Fault) -> World:
    """Devices with up to fourteen sites, a third with the fault: where every device is odd, odd is usual."""
    return settle(
        seed, nations.devices(count), days=(nations.FIRST, nations.AFTER), faults=faults[::3],
        setting=Setting(holidays=nations.HOLIDAYS, sites_max=14),
    )  # fmt: skip


SUBJECT = Subject(
    name="site_disparity", learning_days=90, fault=failing, within_days=125, share_found=0.3, devices=18,
    nation=many_sites, null_devices=60,
)  # fmt: skip
