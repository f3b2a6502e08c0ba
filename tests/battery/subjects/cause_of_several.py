# SPDX-License-Identifier: Apache-2.0
"""A clinic whose equipment of one maker becomes another: all its devices move together."""

from __future__ import annotations

from nadzor.simulate.reference import Scale, reference_nation
from nadzor.simulate.world import Fault, World
from tests.battery.subject import FAULT_DAY, Subject

CLINICS = 8
"""Few clinics, so that many devices meet in each."""


def moved(device: str) -> Fault:
    """From a day on the equipment of one maker gives other pictures in every clinic."""
    return Fault(kind="scanner_change", equipment="ge", first=FAULT_DAY, days=400, size=0.6)


def crowded(seed: int, count: int, *faults: Fault) -> World:
    """A nation in which several devices work in each clinic."""
    scale = Scale(clinics=max(CLINICS, count // 3), first=FAULT_DAY.replace(month=1, day=6))
    return reference_nation(seed, devices=count, days=365, faults=faults[:1], scale=scale)


SUBJECT = Subject(
    name="common_cause", learning_days=90, fault=moved, within_days=90, share_found=0.5, nation=crowded,
    of_devices=False, null_devices=60,
)  # fmt: skip
