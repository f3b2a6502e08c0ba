# SPDX-License-Identifier: Apache-2.0
"""A version that fails more often."""

from __future__ import annotations

from nadzor.simulate.world import Fault
from tests.battery import nations
from tests.battery.subject import Subject


def failing(device: str) -> Fault:
    """The second version fails four times as often."""
    return Fault(
        kind="failing_version", device=device, version="2.0", first=nations.RELEASE, days=400, size=4.0
    )


SUBJECT = Subject(name="failure_cusum", learning_days=90, fault=failing, within_days=60, share_found=0.8)
