# SPDX-License-Identifier: Apache-2.0
"""Find out whom a token of the API acts for, and note that it was used."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from nadzor.actions.issue_token import token_digest
from nadzor.base.problems import Refusal
from nadzor.people.models import ApiToken
from nadzor.people.queries import Person, person

NOTED: Final = timedelta(minutes=5)  # how stale "last used" may be
LENGTH_MAX: Final = 200


class Bearer(Struct, frozen=True):
    """Whoever comes with a token: the person it stands for, and whether it may write."""

    person: Person
    writes: bool
    prefix: str


def heed_api_token(token: str, *, now: datetime) -> Bearer:
    """The bearer of a token: its owner as they are now, in their present role.

    Why: the lookup goes by the hash, so that its time tells nothing about the token; the comparison after it
    takes the same time for every hash.
    Raises: Refusal people.token-refused, the same for unknown, expired, revoked, and a closed account.
    """
    digest = token_digest(token[:LENGTH_MAX])
    row = ApiToken.objects.select_related("owner__organisation").filter(digest=digest).first()
    good = row is not None and hmac.compare_digest(row.digest, digest)
    if row is None or not good or row.revoked_at is not None or row.expires_at <= now:
        raise Refusal("people.token-refused")
    who = person(row.owner)
    if who is None:
        raise Refusal("people.token-refused")
    if row.used_at is None or now - row.used_at >= NOTED:
        ApiToken.objects.filter(pk=row.pk).update(used_at=now)
    return Bearer(who, row.scope == "write", row.prefix)
