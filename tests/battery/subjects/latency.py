# SPDX-License-Identifier: Apache-2.0
"""A device that takes longer over its studies."""

from __future__ import annotations

from nadzor.simulate.world import Fault
from tests.battery.subject import FAULT_DAY, Subject


def slowed(device: str) -> Fault:
    """Every study takes 1.6 times as long."""
    return Fault(kind="slow", device=device, first=FAULT_DAY, days=400, size=1.6)


SUBJECT = Subject(name="latency", learning_days=90, fault=slowed, within_days=20, share_found=0.8)
