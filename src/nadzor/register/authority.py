# SPDX-License-Identifier: Apache-2.0
"""Who may decide for the head on a day, and who must keep out of an organisation's affairs.

Every decision of every room asks here: `must_be_disinterested` with the organisations it is about, and what
is the head's, `must_act_for_head` with its matter (a procedure's name, or one of MATTERS).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.procedures.moves import Procedure
from nadzor.register.filing_cards import DelegationCard, InterestCard
from nadzor.register.filing_permissions import DELEGATES, SIDE, acting_role
from nadzor.register.models import Delegation, Device, Interest

SEES_ALL = frozenset({Role.HEAD, Role.AUDITOR})
#: What a delegation may be limited to besides the procedures of filings.
MATTERS: Final = ("signal", "monitoring", "notice", "opening", "destruction", "release")
#: What no delegation covers that does not name it: what is opened or destroyed cannot be taken back.
NAMED_ALONE: Final = frozenset({"opening", "destruction", "release"})
#: Whoever speaks for their own house is no judge in its affairs, and is not barred from them.
_OWN: Final = frozenset({*SIDE, Role.CLINIC})


def delegation(username: str, procedure: str, on: date) -> DelegationCard | None:
    """The delegation by which somebody decides in a procedure or matter on a day, if there is one."""
    rows = Delegation.objects.filter(to=username, ended_at=None, valid_from__lte=on, valid_until__gt=on)
    return next((_delegation(row) for row in rows if _covers(row, procedure)), None)


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


def must_be_disinterested(person: Person | None, organisations: Collection[str]) -> None:
    """Whoever acts for the regulator, and has an interest in one of these organisations, keeps out.

    Raises: Refusal filing.interest.
    """
    if person is None or person.role in _OWN:
        return
    if interested(person.username, {code for code in organisations if code}):
        raise Refusal("filing.interest")


def must_act_for_head(person: Person | None, matter: str, *, on: date) -> DelegationCard | None:
    """The head, or who holds a delegation for this matter on this day; it is returned, for the record.

    Raises: Refusal people.head-only, filing.no-delegation.
    """
    if person is not None and (person.at_console or person.role is Role.HEAD):
        return None
    if person is None or person.role not in DELEGATES:
        raise Refusal("people.head-only")
    found = delegation(person.username, matter, on)
    if found is None:
        raise Refusal("filing.no-delegation")
    return found


def acting(
    person: Person, procedure: Procedure, state: str, verb: str, *, on: date
) -> tuple[str, DelegationCard | None]:
    """The role somebody moves in on a day, and the delegation that makes it theirs, for the record."""
    role, is_delegated = acting_role(person, procedure, state, verb)
    found = delegation(person.username, procedure.name, on) if is_delegated else None
    return (role, found) if found else (person.role.value, None)


def acts_for_head(person: Person | None, matter: str, *, on: date) -> bool:
    """Whether `must_act_for_head` would let somebody: for the buttons of a page."""
    try:
        must_act_for_head(person, matter, on=on)
    except Refusal:
        return False
    return True


def parties_of(device: str) -> set[str]:
    """The organisations whose affair a device is: its maker, and whoever represents it; none if unknown."""
    row = Device.objects.select_related("maker__represented_by").filter(code=device).first()
    if row is None:
        return set()
    agent = row.maker.represented_by
    return {row.maker.code, *([agent.code] if agent else [])}


def interests(person: Person | None) -> tuple[InterestCard, ...]:
    """Declared interests: all for the head and the auditor, one's own for others."""
    if person is None:
        return ()
    rows = Interest.objects.all() if _sees_all(person) else Interest.objects.filter(username=person.username)
    return tuple(_interest(row) for row in rows)


def _covers(row: Delegation, matter: str) -> bool:
    return matter in row.procedures or (not row.procedures and matter not in NAMED_ALONE)


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
