# SPDX-License-Identifier: Apache-2.0
"""Bring an archived signal back into the queue: its day came, its version came, or it grew."""

from __future__ import annotations

from datetime import datetime

from nadzor.base.clock import moscow_date
from nadzor.procedures.moves import allowed
from nadzor.procedures.signal import SIGNAL
from nadzor.records import audit, notices
from nadzor.vigilance.models import Signal, SignalMove
from nadzor.vigilance.notices import came_back
from nadzor.vigilance.triage import take_up_by


def return_signal(row: Signal, *, because: str, now: datetime) -> None:
    """Let a signal wait again, with a new clock; `because` is day, version or evidence."""
    move = allowed(SIGNAL, row.state, "come_back", by="house", because=because)
    SignalMove.objects.create(
        signal=row, at=now, verb=move.verb, start=move.start, to=move.to, by="house", role="house",
        because=because,
    )  # fmt: skip
    row.state, row.changed_at, row.owner, row.owner_role = move.to, now, "", ""
    row.archived_until, row.archived_version = None, ""
    row.take_up_by, row.late_told_at = take_up_by(row.severity, since=moscow_date(now)), None
    row.save()
    audit.record("vigilance.signal.come_back", f"signal {row.pk}", by="house", because=because, now=now)
    text = came_back(because, id=row.pk, device=row.device)
    notices.to_role("inspector", subject=f"signal {row.pk}", text=text, now=now)
