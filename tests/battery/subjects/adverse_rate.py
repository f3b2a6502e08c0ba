# SPDX-License-Identifier: Apache-2.0
"""A problem that is reported ten times as often."""

from __future__ import annotations

from msgspec import structs

from nadzor.simulate.world import Fault, Setting, World, settle
from tests.battery import nations
from tests.battery.subject import FAULT_DAY, Subject


def reported(seed: int, count: int, *faults: Fault) -> World:
    """The usual nation, in which each device has two reports a week."""
    devices = [structs.replace(device, reports_a_year=100.0) for device in nations.devices(count)]
    days = (nations.FIRST, nations.AFTER)
    return settle(seed, devices, days=days, faults=faults, setting=Setting(holidays=nations.HOLIDAYS))


def unsafe(device: str) -> Fault:
    """The most frequent problem becomes ten times as frequent."""
    return Fault(kind="safety_signal", device=device, first=FAULT_DAY, days=400, size=10.0)


SUBJECT = Subject(
    name="adverse_rate", learning_days=90, fault=unsafe, within_days=120, share_found=0.7, nation=reported
)
