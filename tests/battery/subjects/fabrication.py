# SPDX-License-Identifier: Apache-2.0
"""A site that copies its weeks."""

from __future__ import annotations

from nadzor.simulate.world import Fault
from tests.battery.subject import FAULT_DAY, Subject


def copying(device: str) -> Fault:
    """The first site of a device sends the same week eight times more."""
    return Fault(kind="copied_weeks", device=device, post=0, first=FAULT_DAY, days=56, size=8.0)


SUBJECT = Subject(name="fabrication", learning_days=0, fault=copying, within_days=28, share_found=0.9)
