# SPDX-License-Identifier: Apache-2.0
"""A person says of two events whether they are one; the newer is led by the older, and nothing is deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from nadzor.actions.move_event import Grounds, move_event
from nadzor.actions.move_signal import GROUNDS_MAX
from nadzor.actions.name_nobody import must_name_nobody
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.permissions import must_review_signals
from nadzor.people.queries import Person
from nadzor.procedures.adverse_event import DUPLICATE
from nadzor.records import audit
from nadzor.register.authority import must_be_disinterested, parties_of
from nadzor.vigilance.models import LikelySame

VERDICTS: Final = ("same", "different")


@transaction.atomic
def judge_duplicate(
    home: Home, first: str, second: str, *, by: Person | None, now: datetime, verdict: str = "",
    because: str = "",
) -> str:  # fmt: skip
    """Keep what a person says of a proposed pair and return the number that leads (empty for different).

    "different" is remembered, and the pair is not proposed again; "same" can be split by a move of the event.
    Raises: Refusal filing.interest, people.inspector-only, duplicate.verdict, duplicate.no-grounds,
    duplicate.unknown,
    duplicate.said-already, vigilance.told-personal, and those of `move_event`.
    """
    must_review_signals(by)
    assert by is not None
    _must_be_sound(verdict, because)
    numbers = sorted((first, second))
    rows = LikelySame.objects.select_for_update().select_related("first", "second")
    row = rows.filter(first__number__in=numbers, second__number__in=numbers).first()
    if row is None:
        raise Refusal("duplicate.unknown")
    for event in (row.first, row.second):
        must_be_disinterested(by, parties_of(event.device))
    if row.said:
        raise Refusal("duplicate.said-already", said=row.said)
    row.said, row.because, row.said_by, row.said_at = verdict, because.strip(), by.username, now
    row.save(update_fields=["said", "because", "said_by", "said_at"])
    audit.record(
        f"vigilance.duplicate.{verdict}", f"event {row.second.number}", by=by.username,
        because=because.strip()[:GROUNDS_MAX], now=now, first=row.first.number, probability=row.probability,
    )  # fmt: skip
    return _merge(home, row, because, by=by, now=now) if verdict == "same" else ""


def _must_be_sound(verdict: str, because: str) -> None:
    if verdict not in VERDICTS:
        raise Refusal("duplicate.verdict", "$.verdict")
    if not because.strip() or len(because) > GROUNDS_MAX:
        raise Refusal("duplicate.no-grounds", "$.because", limit=GROUNDS_MAX)
    must_name_nobody({"$.because": because})


def _merge(home: Home, row: LikelySame, because: str, *, by: Person, now: datetime) -> str:
    """Put the newer event under the older, or under whatever leads the older already."""
    leader, led = sorted((row.first, row.second), key=lambda event: event.pk)
    if led.state == DUPLICATE:
        leader, led = led, leader
    grounds = Grounds(because.strip(), {"leading_event": leader.number})
    move_event(home, led.number, "mark_duplicate", by=by, grounds=grounds, now=now)
    led.refresh_from_db()
    return str(led.leading.number) if led.leading else leader.number
