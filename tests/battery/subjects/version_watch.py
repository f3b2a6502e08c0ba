# SPDX-License-Identifier: Apache-2.0
"""A build that nobody registered, under the name of a registered version."""

from __future__ import annotations

from nadzor.simulate.world import Fault
from tests.battery.subject import FAULT_DAY, Subject


def new_build(device: str) -> Fault:
    """From a day on another digest reports under the second version's name."""
    return Fault(kind="new_build", device=device, version="2.0", first=FAULT_DAY, days=120)


SUBJECT = Subject(name="version_watch", learning_days=0, fault=new_build, within_days=7, share_found=1.0)
