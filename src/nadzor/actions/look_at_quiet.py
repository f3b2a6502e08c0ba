# SPDX-License-Identifier: Apache-2.0
"""Note what an inspector saw at the quiet device of a week: nothing, or what detectors had missed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.base.problems import Refusal
from nadzor.people.permissions import must_review_signals
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register.authority import must_be_disinterested, parties_of
from nadzor.vigilance.models import QuietLook
from nadzor.vigilance.quiet_queries import NOTHING, SOMETHING

NOTE_MAX = 4000


@transaction.atomic
def look_at_quiet(week: str, outcome: str, *, note: str, by: Person | None, now: datetime) -> None:
    """Write the outcome once; whoever saw something says what.

    Raises: Refusal filing.interest,
    people.inspector-only; quiet.unknown; quiet.seen-already; quiet.outcome-unclear;
    move.grounds-too-long.
    """
    must_review_signals(by)
    assert by is not None
    row = QuietLook.objects.select_for_update().filter(week=week).first()
    if row is None:
        raise Refusal("quiet.unknown")
    must_be_disinterested(by, parties_of(row.device))
    if row.outcome:
        raise Refusal("quiet.seen-already")
    if outcome not in (NOTHING, SOMETHING) or (outcome == SOMETHING and not note.strip()):
        raise Refusal("quiet.outcome-unclear", "$.outcome")
    if len(note) > NOTE_MAX:
        raise Refusal("move.grounds-too-long", "$.note", limit=NOTE_MAX)
    row.outcome, row.note, row.seen_by, row.seen_at = outcome, note.strip(), by.username, now
    row.save()
    audit.record(
        "vigilance.quiet.look", f"week {week}", by=by.username, because=note.strip()[:500] or outcome,
        now=now, outcome=outcome,
    )  # fmt: skip
