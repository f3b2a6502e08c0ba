# SPDX-License-Identifier: Apache-2.0
"""A device with a signal that a head confirmed for a case, events beside it, and a case opened on them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from nadzor.actions.add_case_ground import add_case_ground
from nadzor.actions.move_signal import Grounds, move_signal
from nadzor.actions.open_case import open_case
from nadzor.vigilance.models import AdverseEvent
from tests.filing_samples import HEAD, INSPECTOR, move
from tests.register_samples import NOW
from tests.unit.vigilance.signals import file_signal

DEVICE = "ai-901"
LATER = NOW + timedelta(hours=1)
FACTS = {"observed": 27, "expected": 9.0, "sites": ["s-1", "s-2"], "sites_watched": 5}


def confirmed_signal(**more: Any) -> int:
    """A signal about the sample device, taken up and confirmed for a case by the head."""
    signal = int(file_signal(device=DEVICE, **{"facts": FACTS, **more}).pk)
    move_signal(signal, "take", by=INSPECTOR, grounds=Grounds(), now=NOW)
    reason = Grounds("The rows show it.", {"reason_code": "deviation_confirmed"})
    move_signal(signal, "confirm", by=HEAD, grounds=reason, now=NOW)
    return signal


def event(number: str = "AE-2026-000001", *, seriousness: str = "other", **more: Any) -> str:
    """An adverse event about the sample device that its reporter sent."""
    told = {"way": "portal", "state": "reported", "reporter_role": "clinic", "received_at": NOW,
            "changed_at": NOW, "device": DEVICE, "seriousness": seriousness}  # fmt: skip
    AdverseEvent.objects.create(number=number, **{**told, **more})
    return number


def case_on_signal(**more: Any) -> str:
    """A case opened by the inspector on one confirmed signal, and nothing else."""
    ref = str(confirmed_signal(**more))
    return open_case(DEVICE, grounds=[("signal", ref)], by=INSPECTOR, now=NOW, because="The rows show it.")


def ground(number: str, kind: str, ref: str) -> str:
    """One more ground, added by the inspector."""
    return add_case_ground(number, kind, ref, by=INSPECTOR, now=NOW, because="It bears on the case.")


def heard(number: str) -> None:
    """Deviation confirmed, the maker asked, its answer given."""
    for verb in ("confirm_deviation", "inquire", "answer"):
        move(number, verb)


def at(days: int) -> datetime:
    """Ten in the morning in Moscow so many days after the samples' own now."""
    return datetime(NOW.year, NOW.month, NOW.day, 7, tzinfo=UTC) + timedelta(days=days)
