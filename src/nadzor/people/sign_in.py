# SPDX-License-Identifier: Apache-2.0
"""Who must prove more than a password, and for how long a session may live."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from nadzor.people.roles import Role

STAFF: Final = frozenset(
    {Role.INSPECTOR, Role.HEAD, Role.REGISTRAR, Role.EXPERT, Role.MOSCOW_CENTRE, Role.AUDITOR, Role.OPERATOR}
)
"""Whoever works for the regulator, its experts, or on the machine; makers and clinics may, but need not."""


BEGAN: Final = "began"  # what a session keeps of its life: when it began, and when it was last used
SEEN: Final = "seen"
WAY: Final = "way"  # by what it began
FOREIGN: Final = "oidc"


class Life(Struct, frozen=True):
    """How long a session may live at all, and how long in silence."""

    longest: timedelta
    idle: timedelta


class Began(Struct, frozen=True):
    """When a session began, and when it was last used."""

    at: datetime
    seen: datetime


def must_prove_more(role: Role) -> bool:
    """Whether this role signs in with a second factor where the house asks for one."""
    return role in STAFF


def has_ended(session: Began, life: Life, *, now: datetime) -> bool:
    """Whether a session is over: too old, or silent for too long.

    Why: a session from the future is over, too; a clock that was set back must not lengthen it.
    """
    if session.at > now or session.seen > now:
        return True
    return now - session.at >= life.longest or now - session.seen >= life.idle
