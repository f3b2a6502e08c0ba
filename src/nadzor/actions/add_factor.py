# SPDX-License-Identifier: Apache-2.0
"""Give an account a second factor: an app's secret, a key; and recovery codes with the first of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as keys
from django.core.exceptions import ValidationError
from django.db import transaction

from nadzor.actions.tell_account import tell_account
from nadzor.base.problems import Refusal
from nadzor.people.adapters import FactorAdapter, factor_key
from nadzor.people.factors import CODES, KEY, TOTP
from nadzor.people.models import User
from nadzor.people.spare_codes import kept, new_codes
from nadzor.people.totp import accepted_step, is_secret

KEYS_MAX: Final = 10
NAME_MAX: Final = 60


@transaction.atomic
def add_app(username: str, *, secret: str, typed: str, now: datetime) -> tuple[str, ...]:
    """Take an app whose code shows that it holds the secret; returns recovery codes, if they are the first.

    Raises: Refusal people.code-wrong, people.factor-there.
    """
    user = _owner(username)
    if Authenticator.objects.filter(user=user, type=TOTP).exists():
        raise Refusal("people.factor-there")
    step = accepted_step(secret, typed, now=now) if is_secret(secret) else None
    if step is None:
        raise Refusal("people.code-wrong")
    sealed = FactorAdapter().encrypt(secret)
    Authenticator.objects.create(user=user, type=TOTP, data={"secret": sealed, "step": step}, created_at=now)
    tell_account(user, "factor.add", by=username, now=now, factor="totp")
    return _first_codes(user, now=now)


@transaction.atomic
def add_key(username: str, *, name: str, credential: dict[str, Any], now: datetime) -> tuple[str, ...]:
    """Take a key that answered the challenge of this session; returns recovery codes, if they are the first.

    Raises: Refusal people.key-wrong, people.keys-many.
    """
    user = _owner(username)
    if Authenticator.objects.filter(user=user, type=KEY).count() >= KEYS_MAX:
        raise Refusal("people.keys-many", limit=KEYS_MAX)
    try:
        keys.parse_registration_response(credential)
        bound = keys.complete_registration(credential)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refusal("people.key-wrong") from error
    kept_key = {"name": name[:NAME_MAX], "credential": credential, "counter": bound.counter}
    Authenticator.objects.create(user=user, type=KEY, data=kept_key, created_at=now)
    tell_account(user, "factor.add", by=username, now=now, factor="webauthn")
    return _first_codes(user, now=now)


@transaction.atomic
def renew_codes(username: str, *, now: datetime) -> tuple[str, ...]:
    """Fresh recovery codes in place of the old ones; they stand in for a factor, so there must be one.

    Raises: Refusal people.factor-missing.
    """
    user = _owner(username)
    if not Authenticator.objects.filter(user=user, type__in=(TOTP, KEY)).exists():
        raise Refusal("people.factor-missing")
    codes = _codes(user, now=now)
    tell_account(user, "codes.renew", by=username, now=now)
    return codes


def _owner(username: str) -> User:
    """The account, locked: two pages must not add a first factor at once."""
    return User.objects.select_for_update().get(username=username, is_active=True)


def _first_codes(user: User, *, now: datetime) -> tuple[str, ...]:
    if Authenticator.objects.filter(user=user, type=CODES).exists():
        return ()
    return _codes(user, now=now)


def _codes(user: User, *, now: datetime) -> tuple[str, ...]:
    codes, key = new_codes(), factor_key()
    hashes = {"hashes": [kept(code, key) for code in codes]}
    Authenticator.objects.filter(user=user, type=CODES).delete()
    Authenticator.objects.create(user=user, type=CODES, data=hashes, created_at=now)
    return codes
