# SPDX-License-Identifier: Apache-2.0
"""Take somebody at the console for a named account, by its password and, where it has one, its second factor.

Why: whoever holds the machine holds every key, and no ceremony changes that.  A named proof keeps an honest
operator from acting in somebody's name, and makes a dishonest one forge a record.
"""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from nadzor.actions.prove_factor import prove_code
from nadzor.base.problems import Refusal
from nadzor.people.models import User
from nadzor.people.queries import Person, person
from nadzor.records import audit


def prove_account(username: str, password: str, code: str = "", *, now: datetime) -> Person:
    """The person behind an account, by its password and the code of its second factor.

    Raises: Refusal people.password-wrong, the same for an account that is not there; people.code-wrong.
    """
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None or not user.check_password(password):
        with transaction.atomic():
            audit.record("people.console.refuse", "console", by="console", because="password", now=now)
        raise Refusal("people.password-wrong")
    if has_factor(username):
        prove_code(username, code, now=now)
    found = person(user)
    assert found is not None
    return found


def has_factor(username: str) -> bool:
    """Whether an account must give a code, too."""
    return bool(Authenticator.objects.filter(user__username=username).exists())
