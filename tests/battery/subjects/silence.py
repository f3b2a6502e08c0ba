# SPDX-License-Identifier: Apache-2.0
"""A site that stops."""

from __future__ import annotations

from nadzor.simulate.world import Fault
from tests.battery.subject import FAULT_DAY, Subject


def silent(device: str) -> Fault:
    """The first site of a device sends nothing for three weeks."""
    return Fault(kind="silent_site", device=device, post=0, first=FAULT_DAY, days=21)


SUBJECT = Subject(name="silence", learning_days=56, fault=silent, within_days=5, share_found=0.9)
