# SPDX-License-Identifier: Apache-2.0
"""Scores that lie otherwise on one maker's equipment."""

from __future__ import annotations

from nadzor.simulate.world import Fault
from tests.battery.subject import FAULT_DAY, Subject


def drifting(device: str) -> Fault:
    """Scores rise by 0.8 standard deviations, positives by as many logits, everywhere at the device."""
    return Fault(kind="vendor_drift", device=device, first=FAULT_DAY, days=400, size=0.8)


SUBJECT = Subject(
    name="score_drift", learning_days=90, fault=drifting, within_days=60, share_found=0.8, devices=10
)
