# SPDX-License-Identifier: Apache-2.0
"""Who may decide that a lost second factor of staff is taken off, and when; pure.

Why two people: whoever runs the machine alone could otherwise sign in as an inspector, by a new password and
no factor.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct

from nadzor.people.queries import Person
from nadzor.people.roles import Role

ASKED, REFUSED, DONE, LAPSED = "asked", "refused", "done", "lapsed"
DECIDERS: Final = frozenset({Role.HEAD, Role.AUDITOR})


class Request(Struct, frozen=True, kw_only=True):
    """What the rules look at: whose factors, in which role, and what has become of it."""

    account: str
    role: Role
    asked_by: str
    is_alone: bool
    due_from: datetime
    expires_at: datetime
    is_approved: bool | None = None
    done_at: datetime | None = None


def state_at(request: Request, now: datetime) -> str:
    """What a request is at a moment; nobody has to write down that its time is over."""
    if request.done_at is not None:
        return DONE
    if request.is_approved is False:
        return REFUSED
    return ASKED if now < request.expires_at else LAPSED


def may_decide_reset(who: Person | None, request: Request) -> bool:
    """The head; about a head another head or the auditor; nobody about themselves or what they asked for."""
    if who is None or who.at_console or who.username in {request.account, request.asked_by}:
        return False
    return who.role is Role.HEAD or (who.role is Role.AUDITOR and request.role is Role.HEAD)


def may_refuse_reset(who: Person | None, request: Request) -> bool:
    """Whoever may decide; of one that nobody confirms every head and auditor, its own account among them."""
    if may_decide_reset(who, request):
        return True
    return request.is_alone and who is not None and not who.at_console and who.role in DECIDERS


def may_be_asked_alone(role: Role) -> bool:
    """Whether a reset may go without a second person, slowly and in everybody's sight: the head's alone."""
    return role is Role.HEAD


def is_due(request: Request, now: datetime) -> bool:
    """Whether the wait of a request without a second person is over."""
    return state_at(request, now) == ASKED and request.is_alone and now >= request.due_from
