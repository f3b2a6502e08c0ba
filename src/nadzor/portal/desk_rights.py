# SPDX-License-Identifier: Apache-2.0
"""Who has which desk of the regulator."""

from __future__ import annotations

from datetime import date
from typing import Final

from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.register import authority
from nadzor.register.filing_permissions import DELEGATES, READERS, SIDE

BOARD: Final = READERS
STAFF: Final = frozenset({Role.INSPECTOR, Role.REGISTRAR, Role.HEAD})
HEAD: Final = frozenset({Role.HEAD})
DECISIONS: Final = frozenset({Role.HEAD, *DELEGATES})
DESK: Final = frozenset({Role.EXPERT, Role.MOSCOW_CENTRE})
CALENDAR: Final = READERS | DESK | SIDE
AUTHORITY: Final = READERS | DESK


def may_open_decisions(person: Person | None, *, on: date) -> bool:
    """The head's desk: the head, and whoever decides for the head by a delegation in force."""
    if person is None:
        return False
    if person.role is Role.HEAD:
        return True
    return person.role in DELEGATES and bool(authority.delegations(person, on=on))
