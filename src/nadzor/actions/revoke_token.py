# SPDX-License-Identifier: Apache-2.0
"""Take back an invitation that nobody has used."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.base.problems import Refusal
from nadzor.people.permissions import may_issue_token
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register.keys import NAME_DIGITS
from nadzor.register.models import EnrolmentToken


@transaction.atomic
def revoke_token(name: str, *, by: Person | None, now: datetime, because: str = "asked for") -> None:
    """Take back an unused token by its name, the first digits of its digest.

    Why: used, unknown, expired and foreign are one answer: a stranger learns nothing from it.
    Raises: Refusal enrol.token-unknown.
    """
    rows = EnrolmentToken.objects.select_for_update(of=("self",)).select_related("device__maker")
    waiting = rows.filter(digest__startswith=name, used_at=None, revoked_at=None, expires_at__gt=now)
    row = waiting.first() if len(name) == NAME_DIGITS else None
    if row is None or not may_issue_token(by, maker=row.device.maker.code):
        raise Refusal("enrol.token-unknown")
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    doer = by.username if by else ""
    audit.record("register.token.revoke", row.device.code, by=doer, because=because, now=now, token=name)
