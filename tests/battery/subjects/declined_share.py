# SPDX-License-Identifier: Apache-2.0
"""A device that declines more of its studies."""

from __future__ import annotations

from nadzor.simulate.world import Fault
from tests.battery.subject import FAULT_DAY, Subject


def declining(device: str) -> Fault:
    """Five times the odds of declining a study."""
    return Fault(kind="declined_rise", device=device, first=FAULT_DAY, days=400, size=5.0)


SUBJECT = Subject(name="declined_share", learning_days=90, fault=declining, within_days=40, share_found=0.8)
