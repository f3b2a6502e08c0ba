# SPDX-License-Identifier: Apache-2.0
"""Say how a dispute about a month's numbers ended; a person says so, with grounds, once."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from nadzor.actions.name_nobody import must_name_nobody
from nadzor.actions.open_dispute import OPEN, tell_both
from nadzor.base.problems import Refusal, Text
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register import queries as register
from nadzor.register.authority import must_be_disinterested, parties_of
from nadzor.vigilance.disputes import (
    OUTCOMES,
    DisputeCard,
    dispute_card,
    may_see_dispute,
    may_settle_dispute,
)
from nadzor.vigilance.models import Dispute

GROUNDS_MAX: Final = 4000
AUDIT_MAX: Final = 500


@transaction.atomic
def settle_dispute(id: int, outcome: str, *, because: str, by: Person | None, now: datetime) -> DisputeCard:
    """Close a dispute with an outcome and its grounds; the file itself stays as it was opened.

    Raises: Refusal dispute.unknown, dispute.not-yours, dispute.settled, dispute.outcome, dispute.no-grounds;
    filing.interest;
    those of `must_name_nobody`.
    """
    row = Dispute.objects.select_for_update().filter(pk=id).first()
    if row is None or not may_see_dispute(by, device=row.device):
        raise Refusal("dispute.unknown")
    if by is None or not may_settle_dispute(by):
        raise Refusal("dispute.not-yours")
    must_be_disinterested(by, parties_of(row.device))
    if row.state != OPEN:
        raise Refusal("dispute.settled")
    if outcome not in OUTCOMES:
        raise Refusal("dispute.outcome", "$.outcome")
    if not because.strip() or len(because) > GROUNDS_MAX:
        raise Refusal("dispute.no-grounds", "$.because", limit=GROUNDS_MAX)
    must_name_nobody({"$.because": because})
    return _settle(row, outcome, because.strip(), by=by.username, now=now)


def _settle(row: Dispute, outcome: str, because: str, *, by: str, now: datetime) -> DisputeCard:
    row.state, row.outcome = "settled", f"{outcome}\n{because}"
    row.settled_at, row.settled_by = now, by
    row.save()
    audit.record(
        "statutory.dispute.settle", f"{row.device} {row.month}", by=by, because=because[:AUDIT_MAX], now=now,
        dispute=row.pk, outcome=outcome,
    )  # fmt: skip
    told = Text(
        ru=f"Спор о числах за {row.month} по изделию {row.device} завершён: {because}",
        en=f"The dispute about the numbers of {row.month} for {row.device} is settled: {because}",
    )
    tell_both(row, register.device(row.device), told, now=now)
    return dispute_card(row)
