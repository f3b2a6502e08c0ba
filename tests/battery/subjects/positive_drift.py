# SPDX-License-Identifier: Apache-2.0
"""More positives on the whole device."""

from __future__ import annotations

from nadzor.simulate.world import Fault
from tests.battery.subject import FAULT_DAY, Subject


def drifting(device: str) -> Fault:
    """Scores rise by 1.0 standard deviations, positives by as many logits, everywhere at the device."""
    return Fault(kind="vendor_drift", device=device, first=FAULT_DAY, days=400, size=1.0)


SUBJECT = Subject(
    name="positive_drift", learning_days=90, fault=drifting, within_days=60, share_found=0.8, devices=10
)
