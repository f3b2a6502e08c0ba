# SPDX-License-Identifier: Apache-2.0
"""A device that physicians agree with less and less."""

from __future__ import annotations

from nadzor.simulate.world import Fault
from tests.battery.subject import FAULT_DAY, Subject


def decaying(device: str) -> Fault:
    """Agreement falls by 1.2 logits within half a year."""
    return Fault(kind="calibration_decay", device=device, first=FAULT_DAY, days=400, size=1.2)


SUBJECT = Subject(name="agreement_decay", learning_days=90, fault=decaying, within_days=120, share_found=0.8)
