# SPDX-License-Identifier: Apache-2.0
"""Let an account prove itself by a code or a key; each proof counts once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as keys
from django.core.exceptions import ValidationError
from django.db import transaction
from fido2.webauthn import AuthenticationResponse

from nadzor.actions.tell_account import tell_account
from nadzor.base.problems import Refusal
from nadzor.people.adapters import FactorAdapter, factor_key
from nadzor.people.factors import CODES, TOTP
from nadzor.people.models import User
from nadzor.people.spare_codes import used_place
from nadzor.people.totp import accepted_step

WRONG = "people.code-wrong"


@transaction.atomic
def prove_code(username: str, typed: str, *, now: datetime) -> Authenticator:
    """The factor a typed code belongs to: the app's code of this minute, or a recovery code.

    Raises: Refusal people.code-wrong, the same for a wrong code, a used one and an account without factors.
    """
    rows = Authenticator.objects.select_for_update().filter(user__username=username, user__is_active=True)
    by_type = {row.type: row for row in rows}
    app, spare = by_type.get(TOTP), by_type.get(CODES)
    if app is not None and _counts(app, typed, now=now):
        return _used(app, now=now)
    if spare is not None and _spends(spare, typed):
        tell_account(spare.user, "codes.use", by=username, now=now, left=len(spare.data["hashes"]))
        return _used(spare, now=now)
    raise Refusal(WRONG)


@transaction.atomic
def prove_key(user: User, response: dict[str, Any], *, now: datetime) -> Authenticator:
    """The key that signed the challenge of this session.

    Why: a counter that goes back says that a key was copied (WebAuthn level 2, section 6.1.1).
    Raises: Refusal people.key-wrong.
    """
    try:
        parsed = AuthenticationResponse.from_dict(response)
        found = keys.complete_authentication(user, response)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refusal("people.key-wrong") from error
    counter = parsed.response.authenticator_data.counter
    if counter and counter <= found.data.get("counter", 0):
        raise Refusal("people.key-wrong")
    found.data["counter"] = counter
    return _used(found, now=now)


def _counts(app: Authenticator, typed: str, *, now: datetime) -> bool:
    secret = FactorAdapter().decrypt(app.data["secret"])
    step = accepted_step(secret, typed, now=now, after=app.data.get("step", -1))
    if step is None:
        return False
    app.data["step"] = step
    return True


def _spends(spare: Authenticator, typed: str) -> bool:
    place = used_place(typed, spare.data["hashes"], factor_key())
    if place is None:
        return False
    del spare.data["hashes"][place]
    return True


def _used(row: Authenticator, *, now: datetime) -> Authenticator:
    row.last_used_at = now
    row.save(update_fields=["data", "last_used_at"])
    return row
