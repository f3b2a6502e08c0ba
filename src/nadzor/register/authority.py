# SPDX-License-Identifier: Apache-2.0
"""Who may decide for the head on a day, and who must keep out of an organisation's affairs."""

from __future__ import annotations

from datetime import date

from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.register.filing_cards import DelegationCard, InterestCard
from nadzor.register.models import Delegation, Interest

SEES_ALL = frozenset({Role.HEAD, Role.AUDITOR})


def delegation(username: str, procedure: str, on: date) -> DelegationCard | None:
    """The delegation by which somebody decides in a procedure on a day, if there is one."""
    rows = Delegation.objects.filter(to=username, ended_at=None, valid_from__lte=on, valid_until__gt=on)
    return next((_delegation(row) for row in rows if not row.procedures or procedure in row.procedures), None)


def delegations(person: Person | None, *, on: date | None = None) -> tuple[DelegationCard, ...]:
    """Delegations: all for the head and the auditor, one's own for others; `on`: those that hold that day."""
    if person is None:
        return ()
    rows = Delegation.objects.all() if _sees_all(person) else Delegation.objects.filter(to=person.username)
    if on:
        rows = rows.filter(ended_at=None, valid_from__lte=on, valid_until__gt=on)
    return tuple(_delegation(row) for row in rows)


def interested(username: str, organisations: set[str]) -> bool:
    """Whether somebody has a standing interest in one of these organisations."""
    rows = Interest.objects.filter(username=username, ended_at=None, organisation__in=organisations)
    return bool(rows.exists())


def interests(person: Person | None) -> tuple[InterestCard, ...]:
    """Declared interests: all for the head and the auditor, one's own for others."""
    if person is None:
        return ()
    rows = Interest.objects.all() if _sees_all(person) else Interest.objects.filter(username=person.username)
    return tuple(_interest(row) for row in rows)


def _sees_all(person: Person) -> bool:
    return person.at_console or person.role in SEES_ALL


def _delegation(row: Delegation) -> DelegationCard:
    return DelegationCard(
        id=row.pk, to=row.to, procedures=tuple(row.procedures), valid_from=row.valid_from,
        valid_until=row.valid_until, order=row.order, given_by=row.given_by, given_at=row.given_at,
        ended_at=row.ended_at,
    )  # fmt: skip


def _interest(row: Interest) -> InterestCard:
    return InterestCard(
        id=row.pk, username=row.username, organisation=row.organisation, why=row.why,
        declared_by=row.declared_by, declared_at=row.declared_at, ended_at=row.ended_at,
    )  # fmt: skip
