# SPDX-License-Identifier: Apache-2.0
"""Watch what signals wait for: bring archived ones back on their day, tell the head of late ones."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from nadzor.actions.return_signal import return_signal
from nadzor.base.clock import moscow_date
from nadzor.procedures.signal import ARCHIVED, RAISED
from nadzor.records import audit, notices
from nadzor.register import queries as register
from nadzor.vigilance.models import Signal
from nadzor.vigilance.notices import notice


def watch_signals(*, now: datetime) -> tuple[int, int]:
    """How many came back, and of how many late ones the head was told."""
    today = moscow_date(now)
    back = [id for id in _ids(state=ARCHIVED) if _comes_back(id, today, now=now)]
    late = [id for id in _ids(state=RAISED, take_up_by__lt=today, late_told_at=None) if _told(id, now=now)]
    return len(back), len(late)


def _ids(**wanted: object) -> list[int]:
    return list(Signal.objects.filter(**wanted).order_by("id").values_list("pk", flat=True))


@transaction.atomic
def _comes_back(id: int, today: date, *, now: datetime) -> bool:
    row = Signal.objects.select_for_update().get(pk=id)
    if row.state != ARCHIVED:
        return False
    if row.archived_until is not None and today >= row.archived_until:
        return_signal(row, because="day", now=now)
        return True
    if row.archived_version and _is_out(row.device, row.archived_version, today):
        return_signal(row, because="version", now=now)
        return True
    return False


def _is_out(device: str, version: str, today: date) -> bool:
    return any(each.version == version and each.released_on <= today for each in register.versions(device))


@transaction.atomic
def _told(id: int, *, now: datetime) -> bool:
    """Tell the head once.  Why: the target is ours, nobody is in breach of law, and somebody must know."""
    row = Signal.objects.select_for_update().get(pk=id)
    if row.state != RAISED or row.late_told_at is not None:
        return False
    row.late_told_at = now
    row.save(update_fields=["late_told_at"])
    text = notice("late", id=row.pk, device=row.device, day=row.take_up_by)
    notices.to_role("head", subject=f"signal {row.pk}", text=text, now=now)
    audit.record(
        "vigilance.signal.late", f"signal {row.pk}", by="house", because="nobody took it up in time",
        now=now, take_up_by=row.take_up_by,
    )  # fmt: skip
    return True
