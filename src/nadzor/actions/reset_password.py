# SPDX-License-Identifier: Apache-2.0
"""Give an account a new password, shown once; whoever holds the data directory may."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.actions.create_staff import Account, new_password
from nadzor.actions.end_sessions import end_sessions
from nadzor.base.problems import Refusal
from nadzor.people.models import User
from nadzor.people.permissions import must_run_house
from nadzor.people.queries import Person
from nadzor.records import audit


@transaction.atomic
def reset_password(username: str, *, by: Person | None, now: datetime) -> Account:
    """A new generated password; sessions opened with the old one end, and so do the account's tokens.

    Raises: Refusal people.account-unknown.
    """
    must_run_house(by)
    user = User.objects.select_for_update().filter(username=username).first()
    if user is None:
        raise Refusal("people.account-unknown", username=username)
    password = new_password()
    user.set_password(password)
    user.is_password_given = True
    user.save(update_fields=["password", "is_password_given"])
    user.api_tokens.filter(revoked_at=None).update(revoked_at=now)
    end_sessions(username)
    doer = by.username if by else ""
    audit.record("people.password.reset", username, by=doer, because="asked at the console", now=now)
    return Account(user.username, user.role, password)
