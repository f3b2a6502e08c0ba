# SPDX-License-Identifier: Apache-2.0
"""A version with which physicians agree less, and whose scores and positives move."""

from __future__ import annotations

from nadzor.simulate.world import Fault
from tests.battery import nations
from tests.battery.subject import Subject


def worse(device: str) -> Fault:
    """The second version is twice as bad as the reference regression."""
    return Fault(
        kind="version_regression", device=device, version="2.0", first=nations.RELEASE, days=400, size=2.0
    )


SUBJECT = Subject(name="version_regression", learning_days=90, fault=worse, within_days=30, share_found=0.8)
