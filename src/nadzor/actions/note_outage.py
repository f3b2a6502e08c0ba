# SPDX-License-Identifier: Apache-2.0
"""Note hours during which this house could not receive: they never count against a maker."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from nadzor.base.directory import VALID_S
from nadzor.base.problems import Refusal
from nadzor.people.permissions import must_run_house
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register.gate_cards import OutageCard
from nadzor.register.models import Outage

WORDS_MAX: Final = 500
LEAST: Final = timedelta(minutes=5)  # shorter ones every sender survives without noticing
VALID: Final = timedelta(seconds=VALID_S)
STALE: Final = (
    "Приём стоял: справочник ключей не публиковался / Receiving stood still: no key directory was published"
)


@transaction.atomic
def note_outage(
    began: datetime, ended: datetime, *, what: str, by: Person | None, now: datetime
) -> OutageCard:
    """Enter an outage that is over; the job that judges months takes its days out of every maker's account.

    Raises: Refusal people.operator-only, gate.outage-span, gate.outage-words.
    """
    must_run_house(by)
    assert by is not None
    zoned = began.tzinfo is not None and ended.tzinfo is not None
    if not zoned or not began < ended <= now:
        raise Refusal("gate.outage-span", "$.ended")
    if not what.strip() or len(what) > WORDS_MAX:
        raise Refusal("gate.outage-words", "$.what", limit=WORDS_MAX)
    return _written(began, ended, what=what.strip(), by=by.username, now=now)


def note_silence(published_at: datetime, *, now: datetime) -> None:
    """Enter the outage that a late publication of the key directory proves; called within its transaction.

    Why: with a stale directory a gateway refuses every batch, so from then until now nobody could report.
    """
    if now - published_at >= VALID + LEAST:
        _written(published_at + VALID, now, what=STALE, by="house", now=now)


def _written(began: datetime, ended: datetime, *, what: str, by: str, now: datetime) -> OutageCard:
    row = Outage.objects.create(began=began, ended=ended, what=what, noted_by=by, noted_at=now)
    audit.record(
        "register.outage.note", str(row.pk), by=by, now=now, because=what[:WORDS_MAX],
        began=began.isoformat(), ended=ended.isoformat(),
    )  # fmt: skip
    return OutageCard(began, ended, what, by, now)
