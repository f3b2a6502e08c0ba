# SPDX-License-Identifier: Apache-2.0
"""Register a baseline: the days that a device is measured against, on a person's grounds."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.detect.window import Window
from nadzor.people.permissions import must_review_signals
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register.authority import must_be_disinterested, parties_of
from nadzor.register.models import Baseline, Device

DAYS_MIN: Final = 28  # four of each weekday; with less, a usual week is not known
GROUNDS_MAX: Final = 4000
VERB: Final = "register.baseline.set"


@transaction.atomic
def register_baseline(device: str, window: Window, *, by: Person | None, because: str, now: datetime) -> None:
    """Measure a device against these days from now on; signals already raised keep their own baseline.

    Why: a device that chose a new baseline after each fault would never deviate, so only a person does.
    Raises: Refusal filing.interest, people.inspector-only, register.device-unknown, baseline.short,
    baseline.future,
    move.no-grounds, move.grounds-too-long.
    """
    must_review_signals(by)
    assert by is not None
    row = Device.objects.filter(code=device).first()
    if row is None:
        raise Refusal("register.device-unknown", device=device)
    must_be_disinterested(by, parties_of(device))
    if (window.after - window.first).days < DAYS_MIN:
        raise Refusal("baseline.short", "$.after", least=DAYS_MIN)
    if window.after > moscow_date(now):
        raise Refusal("baseline.future", "$.after")
    if not because.strip():
        raise Refusal("move.no-grounds", "$.because")
    if len(because) > GROUNDS_MAX:
        raise Refusal("move.grounds-too-long", "$.because", limit=GROUNDS_MAX)
    told = {"first": window.first.isoformat(), "after": window.after.isoformat()}
    Baseline.objects.create(
        device=row, first=window.first, after=window.after, by=by.username, because=because.strip(), at=now
    )
    audit.record(VERB, f"device {device}", by=by.username, because=because.strip()[:500], now=now, **told)
