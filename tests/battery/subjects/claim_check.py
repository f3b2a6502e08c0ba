# SPDX-License-Identifier: Apache-2.0
"""A device that sees less than its maker declared."""

from __future__ import annotations

from nadzor.simulate.world import Fault
from tests.battery import nations
from tests.battery.subject import Subject


def insensitive(device: str) -> Fault:
    """A quarter of the sensitivity is missing from the first day on."""
    return Fault(kind="contradicted_claim", device=device, first=nations.FIRST, days=400, size=0.25)


SUBJECT = Subject(name="claim_check", learning_days=0, fault=insensitive, within_days=330, share_found=0.8)
