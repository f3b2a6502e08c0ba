# SPDX-License-Identifier: Apache-2.0
"""A site that stops."""

from __future__ import annotations

from datetime import timedelta

from nadzor.simulate.world import Fault
from tests.battery.subject import FAULT_DAY, Subject


def silent(device: str) -> Fault:
    """The first site of a device sends nothing for three weeks, each device on a day of its own.

    Why: devices that fall silent on one day are a group, and a group is no device's fault.
    """
    return Fault(
        kind="silent_site", device=device, post=0, first=FAULT_DAY + timedelta(days=3 * int(device[-3:])),
        days=21,
    )  # fmt: skip


SUBJECT = Subject(name="silence", learning_days=56, fault=silent, within_days=5, share_found=0.9)
