# SPDX-License-Identifier: Apache-2.0
"""Declare a conflict of interest, which bars a person from an organisation's affairs; end it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.base.problems import Refusal
from nadzor.people.models import Organisation, User
from nadzor.people.permissions import may_decide, must_decide
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register.models import Interest


@transaction.atomic
def declare_interest(
    organisation: str, *, why: str, by: Person | None, now: datetime, username: str | None = None
) -> int:
    """Write an interest of one's own, or as the head of somebody else; returns its id.

    Raises: Refusal people.head-only, authority.unknown, authority.why-missing.
    """
    if by is None or (username not in (None, by.username) and not may_decide(by)):
        raise Refusal("people.head-only")
    who = username or by.username
    known = Organisation.objects.filter(code=organisation).exists()
    if not known or (username is not None and not User.objects.filter(username=who).exists()):
        raise Refusal("authority.unknown", "$.organisation")
    if not why.strip():
        raise Refusal("authority.why-missing", "$.why")
    row = Interest.objects.create(
        username=who,
        organisation=organisation,
        why=why.strip()[:500],
        declared_by=by.username,
        declared_at=now,
    )
    audit.record(
        "register.authority.interest", f"interest {row.pk}", by=by.username, now=now,
        because="declared", username=who, organisation=organisation,
    )  # fmt: skip
    return int(row.pk)


@transaction.atomic
def end_interest(id: int, *, by: Person | None, now: datetime) -> None:
    """End an interest: the head alone, because whoever has one cannot free themselves.

    Raises: Refusal people.head-only, authority.unknown.
    """
    must_decide(by)
    if not Interest.objects.filter(pk=id).exists():
        raise Refusal("authority.unknown")
    if Interest.objects.filter(pk=id, ended_at=None).update(ended_at=now):
        audit.record(
            "register.authority.interest-end", f"interest {id}", by=by.username if by else "", now=now,
            because="ended by the head",
        )  # fmt: skip
