# SPDX-License-Identifier: Apache-2.0
"""Take in what backups left behind: each is a deed with its checkpoint and digest, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from nadzor.actions.copies.trace import Trace, last_backup, settle_trace, waiting_traces
from nadzor.base.home import Home
from nadzor.records import audit

VERB: Final = "house.backup"


def note_backups(home: Home, *, now: datetime) -> int:
    """Write a deed for every backup that waits; how many were new.

    Why: whoever holds a copy of everything is worth a line that nobody can take away again.
    """
    done = 0
    for trace in waiting_traces(home.root):
        done += _noted(trace, now)
        settle_trace(home.root, trace)
    return done


@transaction.atomic
def _noted(trace: Trace, now: datetime) -> bool:
    """False where a crash came between the deed and its note."""
    about = f"backup {trace.name}"
    if any(link.verb == VERB for link in audit.entries(object=about, limit=1)):
        return False
    audit.record(
        VERB, about, by="console", because="backup", now=now,
        taken_at=trace.taken_at.isoformat(), size=trace.size, root=trace.root, checkpoint=trace.checkpoint,
        digest=trace.digest, with_lake=trace.with_lake, final=trace.final,
    )  # fmt: skip
    return True


def backup_age(home: Home, *, now: datetime) -> float | None:
    """Seconds since the newest backup that the house knows of; None where it knows of none."""
    taken = last_backup(home.root)
    return None if taken is None else max((now - taken).total_seconds(), 0.0)


def is_backed_up(home: Home, *, now: datetime) -> bool:
    """Whether that is no longer ago than the house's own settings allow."""
    age = backup_age(home, now=now)
    return age is not None and age <= timedelta(hours=home.settings.backup_hours).total_seconds()
