# SPDX-License-Identifier: Apache-2.0
"""Give a person's programs a token of the API, shown once; take it back."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from msgspec import Struct

from nadzor.actions.issue_token import token_digest
from nadzor.actions.tell_account import tell_account
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.factors import has_factor
from nadzor.people.models import SCOPES, ApiToken, User
from nadzor.people.permissions import must_run_house
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.people.sign_in import must_prove_more
from nadzor.records import audit

MARK: Final = "nzp_"  # so that a scanner of leaked secrets knows one when it sees it
DAYS_MAX: Final = 365  # a program that lives longer asks anew: nobody remembers older tokens
DAY: Final = timedelta(hours=24)
PREFIX: Final = 12
TOKENS_MAX: Final = 20  # that work at once; more than that nobody tells apart


class GivenToken(Struct, frozen=True):
    """A new token; the secret is nowhere else."""

    token: str
    prefix: str
    username: str
    role: str
    scope: str
    expires_at: datetime


@transaction.atomic
def give_api_token(
    username: str, *, days: int, by: Person | None, now: datetime, scope: str = "read"
) -> GivenToken:
    """A token that acts as this account for some days: reads only, or writes, too.

    Why staff where factors are kept give their own: a token decides in their name without a factor.
    Raises: Refusal people.operator-only, people.account-unknown, people.token-own, people.token-days,
    people.token-scope.
    """
    must_run_house(by)
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise Refusal("people.account-unknown", username=username)
    if must_prove_more(Role(user.role)) and (settings.HOME.settings.second_factor or has_factor(username)):
        raise Refusal("people.token-own")
    found = _given(user, days=days, scope=scope, now=now)
    audit.record(
        "people.token.give", username, by=by.username if by else "", now=now, because="asked at the console",
        scope=scope, days=days, digest=token_digest(found.token)[:PREFIX],
    )  # fmt: skip
    return found


@transaction.atomic
def give_own_token(who: Person, *, days: int, scope: str, home: Home, now: datetime) -> GivenToken:
    """A token for one's own programs; the page has asked for a fresh proof.

    Raises: Refusal people.factor-first for staff without a second factor, people.tokens-many,
    people.token-days, people.token-scope.
    """
    if home.settings.second_factor and must_prove_more(who.role) and not has_factor(who.username):
        raise Refusal("people.factor-first")
    user = User.objects.select_for_update().get(username=who.username, is_active=True)
    if user.api_tokens.filter(revoked_at=None, expires_at__gt=now).count() >= TOKENS_MAX:
        raise Refusal("people.tokens-many", limit=TOKENS_MAX)
    found = _given(user, days=days, scope=scope, now=now)
    digest = token_digest(found.token)[:PREFIX]
    tell_account(user, "token.self", by=who.username, now=now, scope=scope, days=days, digest=digest)
    return found


@transaction.atomic
def revoke_own_token(who: Person, prefix: str, *, now: datetime) -> None:
    """Revoke a token of one's own; once revoked it stays so.

    Raises: Refusal people.token-unknown, for somebody else's as for none.
    """
    user = User.objects.get(username=who.username)
    rows = user.api_tokens.filter(prefix=prefix)
    if not rows.exists():
        raise Refusal("people.token-unknown")
    if rows.filter(revoked_at=None).update(revoked_at=now):
        tell_account(user, "token.drop", by=who.username, now=now)


def _given(user: User, *, days: int, scope: str, now: datetime) -> GivenToken:
    if not 1 <= days <= DAYS_MAX:
        raise Refusal("people.token-days", "$.days", limit=DAYS_MAX)
    if scope not in SCOPES:
        raise Refusal("people.token-scope", "$.scope", scopes=", ".join(SCOPES))
    token = MARK + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        digest=token_digest(token), prefix=token[:PREFIX], owner=user, scope=scope, issued_at=now,
        expires_at=now + days * DAY,
    )  # fmt: skip
    return GivenToken(token, row.prefix, user.username, user.role, scope, row.expires_at)


@transaction.atomic
def revoke_api_token(prefix: str, *, by: Person | None, now: datetime) -> int:
    """Revoke the token a person knows by its first letters; returns how many were: none twice.

    Raises: Refusal people.operator-only, people.token-unknown.
    """
    must_run_house(by)
    rows = ApiToken.objects.filter(prefix=prefix)
    if not rows.exists():
        raise Refusal("people.token-unknown")
    count = rows.filter(revoked_at=None).update(revoked_at=now)
    if count:
        names = sorted(set(rows.values_list("owner__username", flat=True)))
        audit.record(
            "people.token.revoke", ", ".join(names), by=by.username if by else "", now=now,
            because="asked at the console", tokens=count,
        )  # fmt: skip
    return count
