# SPDX-License-Identifier: Apache-2.0
"""A device whose sites send half of their studies."""

from __future__ import annotations

from datetime import timedelta

from nadzor.simulate.world import Fault, World
from tests.battery import nations
from tests.battery.subject import FAULT_DAY, Subject

BYSTANDERS = 24
"""Devices without a fault: where everybody falls, nobody under-reports."""


def halved(device: str) -> Fault:
    """Half of the studies of all sites of a device are never sent, until the end."""
    first = FAULT_DAY + timedelta(days=2 * int(device[-3:]))
    return Fault(kind="under_reporting", device=device, first=first, days=400, size=0.5)


def nation(seed: int, count: int, *faults: Fault) -> World:
    """A nation in which most devices have no fault."""
    return nations.world(seed, count + BYSTANDERS, *faults)


SUBJECT = Subject(
    name="under_reporting", learning_days=84, fault=halved, within_days=30, share_found=0.9, nation=nation,
    null_devices=120 - BYSTANDERS,
)  # fmt: skip
