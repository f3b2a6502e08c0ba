# SPDX-License-Identifier: Apache-2.0
"""Link a foreign identity to an account that stands, and take the link away; no account is ever made."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from nadzor.actions.tell_account import tell_account
from nadzor.base.problems import Refusal
from nadzor.people.models import User
from nadzor.people.oidc.id_token import SUBJECT_MAX
from nadzor.people.permissions import must_run_house
from nadzor.people.queries import Person

LINKS_MAX: Final = 5


@transaction.atomic
def link_identity(username: str, *, issuer: str, subject: str, by: Person | None, now: datetime) -> None:
    """Link an identity: its owner after proving both, or the operator.

    Raises: Refusal people.operator-only, people.account-unknown, people.foreign-subject for no subject,
    people.foreign-taken where it is linked to another account.
    """
    if by is None or by.username != username:
        must_run_house(by)
    user = User.objects.select_for_update().filter(username=username, is_active=True).first()
    if user is None:
        raise Refusal("people.account-unknown", username=username)
    if not 0 < len(subject) <= SUBJECT_MAX:
        raise Refusal("people.foreign-subject")
    there = SocialAccount.objects.filter(provider=issuer, uid=subject).first()
    if there is not None and there.user_id == user.pk:
        return
    if there is not None or SocialAccount.objects.filter(user=user).count() >= LINKS_MAX:
        raise Refusal("people.foreign-taken")
    SocialAccount.objects.create(user=user, provider=issuer, uid=subject)
    tell_account(user, "identity.link", by=by.username if by else "", now=now, issuer=issuer)


@transaction.atomic
def unlink_identity(username: str, id: int, *, now: datetime) -> None:
    """Take a link away; an account without a password keeps its last one.

    Raises: Refusal people.foreign-unknown, people.foreign-last.
    """
    user = User.objects.select_for_update().get(username=username)
    rows = SocialAccount.objects.filter(user=user)
    row = rows.filter(pk=id).first()
    if row is None:
        raise Refusal("people.foreign-unknown")
    if not user.has_usable_password() and rows.count() == 1:
        raise Refusal("people.foreign-last")
    row.delete()
    tell_account(user, "identity.unlink", by=username, now=now, issuer=row.provider)


def linked_account(*, issuer: str, subject: str) -> User:
    """The account an identity is linked to.

    Raises: Refusal people.foreign-unknown, for a closed account, too.
    """
    row = SocialAccount.objects.select_related("user").filter(provider=issuer, uid=subject).first()
    if row is None or not row.user.is_active:
        raise Refusal("people.foreign-unknown")
    found: User = row.user
    return found
