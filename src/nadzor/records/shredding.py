# SPDX-License-Identifier: Apache-2.0
"""Orders to destroy and holds against it: who may, what stands in the way, and both as structs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from nadzor.records.models import LegalHold, ShredOrder
from nadzor.records.who import Who, has_role

DESK: Final[frozenset[str]] = frozenset({"registrar", "head"})
READERS: Final[frozenset[str]] = DESK | {"auditor"}


class HoldCard(Struct, frozen=True, kw_only=True):
    """One hold: of a device or of an installation; months YYYY-MM, both ends included, empty: no end."""

    id: int
    device: str
    installation: str
    first_month: str
    last_month: str
    about: str
    because: str
    placed_by: str
    placed_at: datetime
    lifted_by: str
    lifted_at: datetime | None
    lifted_because: str


class OrderCard(Struct, frozen=True, kw_only=True):
    """One order: `state` is asked, approved, begun, done or refused."""

    id: int
    installation: str
    month: str
    retention: str
    because: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    decided_because: str
    done_at: datetime | None
    state: str
    outcome: dict[str, Any]


def may_see_orders(person: Who | None) -> bool:
    """See what is to be destroyed and what was: the registrar, the head, the auditor."""
    return has_role(person, READERS)


def may_order(person: Who | None) -> bool:
    """Ask for a month to be destroyed: the registrar and the head, by name."""
    return has_role(person, DESK)


def may_decide_order(person: Who | None, *, asked_by: str, asked_as_head: bool, is_head: bool) -> bool:
    """Approve or refuse: another than who asked, and one of the two holds the head's power."""
    if not has_role(person, DESK) or person is None or person.username == asked_by:
        return False
    return is_head or asked_as_head


def may_carry_out(person: Who | None, *, asked_by: str, decided_by: str) -> bool:
    """Carry an approved order out: its two people, and the console, which can order nothing."""
    if person is None:
        return False
    return person.at_console or (has_role(person, DESK) and person.username in {asked_by, decided_by})


def orders(limit: int = 500) -> tuple[OrderCard, ...]:
    """Orders, newest first."""
    return tuple(order_card(row) for row in ShredOrder.objects.all()[:limit])


def holds(*, standing: bool = False, limit: int = 500) -> tuple[HoldCard, ...]:
    """Holds, newest first; `standing`: those that nobody has lifted."""
    rows = LegalHold.objects.filter(lifted_at=None) if standing else LegalHold.objects.all()
    return tuple(_hold(row) for row in rows[:limit])


def holding(installation: str, month: str, devices: set[str]) -> tuple[int, ...]:
    """The numbers of holds that keep a month of an installation, by its own name or by a device of its."""
    found = (one for one in holds(standing=True) if one.installation == installation or one.device in devices)
    return tuple(one.id for one in found if _within(one, month))


def order_card(row: ShredOrder) -> OrderCard:
    """The struct of a row."""
    return OrderCard(
        id=row.pk, installation=row.installation, month=row.month, retention=row.retention,
        because=row.because, asked_by=row.asked_by, asked_at=row.asked_at, decided_by=row.decided_by,
        decided_at=row.decided_at, decided_because=row.decided_because, done_at=row.done_at,
        state=_state(row), outcome=row.outcome,
    )  # fmt: skip


def _state(row: ShredOrder) -> str:
    if row.done_at is not None:
        return "done"
    if row.is_approved is None:
        return "asked"
    if not row.is_approved:
        return "refused"
    return "begun" if row.outcome else "approved"


def _within(hold: HoldCard, month: str) -> bool:
    return (not hold.first_month or hold.first_month <= month) and (
        not hold.last_month or month <= hold.last_month
    )


def _hold(row: LegalHold) -> HoldCard:
    return HoldCard(
        id=row.pk, device=row.device, installation=row.installation, first_month=row.first_month,
        last_month=row.last_month, about=row.about, because=row.because, placed_by=row.placed_by,
        placed_at=row.placed_at, lifted_by=row.lifted_by, lifted_at=row.lifted_at,
        lifted_because=row.lifted_because,
    )  # fmt: skip
