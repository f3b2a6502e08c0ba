# SPDX-License-Identifier: Apache-2.0
"""End a public notice, with grounds; it stays where it was and says since when it no longer holds."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.actions.publish_notice import grounds_of
from nadzor.base.problems import Refusal
from nadzor.people.permissions import must_review_signals
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register.authority import must_be_disinterested, parties_of
from nadzor.vigilance.models import PublicNotice


@transaction.atomic
def end_notice(number: str, *, because: str, by: Person | None, now: datetime) -> None:
    """Say in public that a notice no longer holds, and why.

    Raises: Refusal people.inspector-only, filing.interest, notice.unknown, notice.ended, notice.grounds,
    notice.names.
    """
    must_review_signals(by)
    assert by is not None
    row = PublicNotice.objects.select_for_update().filter(number=number).first()
    if row is None:
        raise Refusal("notice.unknown")
    must_be_disinterested(by, parties_of(row.device))
    if row.ended_at is not None:
        raise Refusal("notice.ended", number=number)
    row.ended_because = grounds_of(because)
    row.ended_at = row.changed_at = now
    row.ended_by = by.username
    row.save(update_fields=["ended_because", "ended_at", "ended_by", "changed_at"])
    audit.record(
        "vigilance.notice.end", f"notice {number}", by=by.username, because=row.ended_because[:500], now=now
    )
