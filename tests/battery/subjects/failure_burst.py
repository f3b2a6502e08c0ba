# SPDX-License-Identifier: Apache-2.0
"""Three days on which a device fails many times as often."""

from __future__ import annotations

from nadzor.simulate.world import Fault
from tests.battery.subject import FAULT_DAY, Subject


def burst(device: str) -> Fault:
    """Fifteen times the odds of failure for three days."""
    return Fault(kind="error_burst", device=device, first=FAULT_DAY, days=3, size=15.0)


SUBJECT = Subject(name="failure_burst", learning_days=90, fault=burst, within_days=3, share_found=0.8)
