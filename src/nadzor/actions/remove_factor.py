# SPDX-License-Identifier: Apache-2.0
"""Take a second factor off an account: its owner one of several, the operator all of them but staff's."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from allauth.mfa.models import Authenticator
from django.db import transaction

from nadzor.actions.add_factor import NAME_MAX
from nadzor.actions.end_sessions import end_sessions
from nadzor.actions.tell_account import tell_account
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.factors import CODES, KEY, Factors, factors
from nadzor.people.models import User
from nadzor.people.permissions import must_run_house
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.people.sign_in import must_prove_more

TWO_PEOPLE: Final = "people.reset-two"


@transaction.atomic
def remove_factor(username: str, id: int, *, home: Home, now: datetime) -> None:
    """Remove an app or a key; with the last one go the recovery codes.

    Raises: Refusal people.factor-unknown, people.factor-last where the role must keep one.
    """
    user = User.objects.select_for_update().get(username=username)
    rows = Authenticator.objects.filter(user=user).exclude(type=CODES)
    row = rows.filter(pk=id).first()
    if row is None:
        raise Refusal("people.factor-unknown")
    is_last = rows.count() == 1
    if is_last and home.settings.second_factor and must_prove_more(Role(user.role)):
        raise Refusal("people.factor-last")
    tell_account(user, "factor.remove", by=username, now=now, factor=row.type)
    row.delete()
    if is_last:
        Authenticator.objects.filter(user=user).delete()


@transaction.atomic
def rename_key(username: str, id: int, *, name: str, now: datetime) -> None:
    """Give a key another name.

    Raises: Refusal people.factor-unknown.
    """
    row = Authenticator.objects.select_for_update().filter(user__username=username, type=KEY, pk=id).first()
    if row is None or not name.strip():
        raise Refusal("people.factor-unknown")
    row.data["name"] = name.strip()[:NAME_MAX]
    row.save(update_fields=["data"])
    tell_account(row.user, "factor.rename", by=username, now=now)


def factors_of(username: str, *, by: Person | None) -> Factors:
    """What an account proves itself with, for the operator.

    Raises: Refusal people.operator-only, people.account-unknown.
    """
    must_run_house(by)
    if not User.objects.filter(username=username).exists():
        raise Refusal("people.account-unknown", username=username)
    return factors(username)


@transaction.atomic
def reset_factors(username: str, *, by: Person | None, now: datetime) -> int:
    """Take all factors off an account that lost them, and end its sessions; returns how many there were.

    Why not staff's: whoever gives passwords could then sign in as them; `ask_factor_reset` needs two people.
    Raises: Refusal people.operator-only, people.account-unknown, people.reset-two.
    """
    must_run_house(by)
    user = User.objects.select_for_update().filter(username=username).first()
    if user is None:
        raise Refusal("people.account-unknown", username=username)
    count = factors_to_take(user)
    if count and must_prove_more(Role(user.role)):
        raise Refusal(TWO_PEOPLE)
    Authenticator.objects.filter(user=user).delete()
    end_sessions(username)
    tell_account(user, "factor.reset", by=by.username if by else "", now=now, factors=count)
    return count


def factors_to_take(user: User) -> int:
    """How many factors an account has."""
    return Authenticator.objects.filter(user=user).exclude(type=CODES).count()


def take_factors_off(user: User, *, by: str, because: str, now: datetime, request: int) -> int:
    """Take all factors off an account of staff by a decided request; its sessions and tokens end."""
    count = factors_to_take(user)
    Authenticator.objects.filter(user=user).delete()
    ended, tokens = (
        end_sessions(user.username),
        user.api_tokens.filter(revoked_at=None).update(revoked_at=now),
    )
    facts = {"factors": count, "sessions": ended, "tokens": tokens, "request": request}
    tell_account(user, "factor.off", by=by, because=because, now=now, **facts)
    return count
