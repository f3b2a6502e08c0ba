# SPDX-License-Identifier: Apache-2.0
"""End sessions of an account: what they show is gone with them."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from nadzor.actions.tell_account import tell_account
from nadzor.base.problems import Refusal
from nadzor.people.models import User
from nadzor.people.permissions import must_run_house
from nadzor.people.queries import Person


def end_sessions(username: str, *, but: str = "", only: int | None = None) -> int:
    """End the sessions of an account, all but the one with this key, or one alone; returns how many ended."""
    rows = UserSession.objects.filter(user__username=username).exclude(session_key=but)
    rows = rows if only is None else rows.filter(pk=only)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    rows.delete()
    return len(keys)


@transaction.atomic
def end_own_sessions(username: str, *, current: str, now: datetime, only: int | None = None) -> int:
    """End other sessions of one's own, or one of them; the present one ends by signing out."""
    count = end_sessions(username, but=current, only=only)
    if count:
        user = User.objects.get(username=username)
        tell_account(user, "session.end", by=username, now=now, ended=count)
    return count


@transaction.atomic
def close_sessions(username: str, *, by: Person | None, now: datetime) -> int:
    """End every session of an account, for the operator; returns how many ended.

    Raises: Refusal people.operator-only, people.account-unknown.
    """
    must_run_house(by)
    user = User.objects.filter(username=username).first()
    if user is None:
        raise Refusal("people.account-unknown", username=username)
    count = end_sessions(username)
    tell_account(user, "session.end", by=by.username if by else "", now=now, ended=count)
    return count
