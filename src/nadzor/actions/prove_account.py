# SPDX-License-Identifier: Apache-2.0
"""Take somebody at the console for a named account, by its password and, where it has one, its second factor.

Why: whoever holds the machine holds every key, and no ceremony changes that.  A named proof keeps an honest
operator from acting in somebody's name, and makes a dishonest one forge a record.
"""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from nadzor.actions.prove_factor import prove_code
from nadzor.base.problems import Refusal
from nadzor.people.attempts import at_console, forget_failures, may_try, note_failure
from nadzor.people.models import User
from nadzor.people.queries import Person, person
from nadzor.records import audit


def prove_account(username: str, password: str, code: str = "", *, now: datetime) -> Person:
    """The person behind an account, by its password and the code of its second factor.

    Why one lock with the portal's: whoever sits at the console is nobody yet, and could guess as well.
    Raises: Refusal people.password-wrong, the same for an account that is not there; people.code-wrong;
    people.locked after too many of either.
    """
    console = at_console()
    if not may_try(console, username):
        wait_s = settings.AXES_COOLOFF_TIME.total_seconds()
        raise _refused(Refusal("people.locked", minutes=-(-int(wait_s) // 60)), now)
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None or not user.check_password(password):
        note_failure(console, username)
        raise _refused(Refusal("people.password-wrong"), now)
    if has_factor(username):
        _prove_factor(username, code, now)
    forget_failures(username)
    found = person(user)
    assert found is not None
    return found


def _prove_factor(username: str, code: str, now: datetime) -> None:
    try:
        prove_code(username, code, now=now)
    except Refusal as refusal:
        note_failure(at_console(), username)
        raise _refused(refusal, now) from None


def _refused(refusal: Refusal, now: datetime) -> Refusal:
    """The refusal, once it is on record."""
    with transaction.atomic():
        audit.record("people.console.refuse", "console", by="console", because=refusal.code, now=now)
    return refusal


def has_factor(username: str) -> bool:
    """Whether an account must give a code, too."""
    return bool(Authenticator.objects.filter(user__username=username).exists())
