# SPDX-License-Identifier: Apache-2.0
"""Reviews that are signed much sooner."""

from __future__ import annotations

from nadzor.simulate.world import Fault
from tests.battery.subject import FAULT_DAY, Subject


def hurried(device: str) -> Fault:
    """Reviews are signed in a third of the usual time."""
    return Fault(kind="hasty", device=device, first=FAULT_DAY, days=400, size=0.3)


SUBJECT = Subject(
    name="time_to_sign", learning_days=90, fault=hurried, within_days=20, share_found=0.8, devices=10
)
