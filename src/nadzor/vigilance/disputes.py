# SPDX-License-Identifier: Apache-2.0
"""Disputes about the numbers of a month, for the maker's side and the oversight."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.people.permissions import may_declare_month, may_read_operation, may_review_signals
from nadzor.people.queries import Person
from nadzor.register import queries as register
from nadzor.vigilance.models import Dispute

OUTCOMES: Final = ("declared_corrected", "counted_corrected", "explained", "withdrawn")
"""How a dispute ends; what it rests on stands in the grounds."""


class DisputeCard(Struct, frozen=True, kw_only=True):
    """One dispute: its file with the hash, who opened it, and how it ended."""

    id: int
    device: str
    month: str
    opened_at: datetime
    opened_by: str
    body: dict[str, Any]
    digest: str
    state: str
    outcome: str
    because: str
    settled_at: datetime | None
    settled_by: str


def disputes(
    person: Person | None, *, device: str | None = None, month: str | None = None
) -> list[DisputeCard]:
    """The disputes a person may see, newest first."""
    rows = Dispute.objects.all()
    rows = rows.filter(device=device) if device else rows
    rows = rows.filter(month=month) if month else rows
    return [dispute_card(row) for row in rows if may_see_dispute(person, device=row.device)]


def dispute(person: Person | None, id: int) -> DisputeCard:
    """One dispute.

    Raises: Refusal dispute.unknown, also for one that the person may not see.
    """
    row = Dispute.objects.filter(pk=id).first()
    if row is None or not may_see_dispute(person, device=row.device):
        raise Refusal("dispute.unknown")
    return dispute_card(row)


def may_see_dispute(person: Person | None, *, device: str) -> bool:
    """See a dispute: whoever reads the device's figures, and the console."""
    return _at_console(person) or may_read_operation(person, maker=register.device(device).maker.code)


def may_open_dispute(person: Person | None, *, maker: str) -> bool:
    """Open a dispute: the maker's side, the inspector and the head."""
    return may_declare_month(person, maker=maker) or may_review_signals(person)


def may_settle_dispute(person: Person | None) -> bool:
    """Say how a dispute ended: the inspector and the head, with grounds."""
    return may_review_signals(person)


def dispute_card(row: Dispute) -> DisputeCard:
    """A stored dispute as its readers see it; the outcome's code stands before its grounds."""
    outcome, _, because = row.outcome.partition("\n")
    return DisputeCard(
        id=row.pk, device=row.device, month=row.month, opened_at=row.opened_at, opened_by=row.opened_by,
        body=row.body, digest=row.digest, state=row.state, outcome=outcome, because=because,
        settled_at=row.settled_at, settled_by=row.settled_by,
    )  # fmt: skip


def _at_console(person: Person | None) -> bool:
    return person is not None and person.at_console
