# SPDX-License-Identifier: Apache-2.0
"""Let somebody choose a new password; every other session of the account and all its tokens end."""

from __future__ import annotations

from datetime import datetime

from allauth.account.signals import password_changed
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from nadzor.actions.end_sessions import end_sessions
from nadzor.actions.tell_account import tell_account
from nadzor.base.problems import Refusal
from nadzor.people.models import User

LENGTH_MAX = 200


@transaction.atomic
def change_password(request: HttpRequest, *, new: str, now: datetime) -> int:
    """Set the password of whoever is signed in; returns how many other sessions ended.

    Raises: Refusal people.password-weak.
    """
    user = User.objects.select_for_update().get(pk=request.user.pk)
    if len(new) > LENGTH_MAX:
        raise Refusal("people.password-weak")
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise Refusal("people.password-weak") from error
    user.set_password(new)
    user.is_password_given = False
    user.save(update_fields=["password", "is_password_given"])
    update_session_auth_hash(request, user)
    password_changed.send(sender=User, request=request, user=user)
    ended = end_sessions(user.username, but=request.session.session_key or "")
    tokens = user.api_tokens.filter(revoked_at=None).update(revoked_at=now)
    tell_account(user, "password.change", by=user.username, now=now, ended=ended, tokens=tokens)
    return ended
