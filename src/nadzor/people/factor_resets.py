# SPDX-License-Identifier: Apache-2.0
"""Requests to take the second factors off accounts of staff, as structs."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from nadzor.people.models import FactorReset, User
from nadzor.people.reset_rules import ASKED, Request, state_at
from nadzor.people.roles import Role

LATEST = 100


class ResetCard(Struct, frozen=True, kw_only=True):
    """One request as those who decide see it."""

    id: int
    request: Request
    state: str
    because: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    decided_because: str

    @property
    def waits(self) -> bool:
        """Whether somebody may still decide on it."""
        return self.state == ASKED


def request_of(row: FactorReset, role: str) -> Request:
    """What the rules look at."""
    return Request(
        account=row.account, role=Role(role), asked_by=row.asked_by, is_alone=row.is_alone,
        due_from=row.due_from, expires_at=row.expires_at, is_approved=row.is_approved, done_at=row.done_at,
    )  # fmt: skip


def factor_resets(*, now: datetime) -> list[ResetCard]:
    """The latest requests, newest first."""
    rows = list(FactorReset.objects.all()[:LATEST])
    names = {row.account for row in rows}
    roles = dict(User.objects.filter(username__in=names).values_list("username", "role"))
    return [_card(row, roles[row.account], now) for row in rows if row.account in roles]


def _card(row: FactorReset, role: str, now: datetime) -> ResetCard:
    request = request_of(row, role)
    return ResetCard(
        id=row.pk, request=request, state=state_at(request, now), because=row.because, asked_at=row.asked_at,
        decided_by=row.decided_by, decided_at=row.decided_at, decided_because=row.decided_because,
    )  # fmt: skip
