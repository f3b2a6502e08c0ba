# SPDX-License-Identifier: Apache-2.0
"""Close an account at once, and open it again; whoever holds the data directory may."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from msgspec import Struct

from nadzor.actions.end_sessions import end_sessions
from nadzor.actions.tell_account import tell_account
from nadzor.base.problems import Refusal
from nadzor.people.models import User
from nadzor.people.permissions import must_run_house
from nadzor.people.queries import Person


class Lock(Struct, frozen=True):
    """What closing an account stopped."""

    account: str
    is_open: bool
    sessions_ended: int = 0
    tokens_revoked: int = 0


@transaction.atomic
def lock_account(username: str, *, by: Person | None, now: datetime) -> Lock:
    """Nobody signs in by this account, its sessions end and its tokens stop.

    Raises: Refusal people.operator-only, people.account-unknown.
    """
    user = _account(username, by)
    user.is_active = False
    user.save(update_fields=["is_active"])
    tokens = user.api_tokens.filter(revoked_at=None).update(revoked_at=now)
    ended = end_sessions(username)
    tell_account(user, "account.lock", by=by.username if by else "", now=now, sessions=ended, tokens=tokens)
    return Lock(username, False, ended, tokens)


@transaction.atomic
def open_account(username: str, *, by: Person | None, now: datetime) -> Lock:
    """The account opens again, with its password and factors; tokens stay revoked.

    Raises: Refusal people.operator-only, people.account-unknown.
    """
    user = _account(username, by)
    user.is_active = True
    user.save(update_fields=["is_active"])
    tell_account(user, "account.open", by=by.username if by else "", now=now)
    return Lock(username, True)


def _account(username: str, by: Person | None) -> User:
    must_run_house(by)
    user = User.objects.select_for_update().filter(username=username).first()
    if user is None:
        raise Refusal("people.account-unknown", username=username)
    return user
