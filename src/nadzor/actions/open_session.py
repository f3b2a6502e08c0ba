# SPDX-License-Identifier: Apache-2.0
"""Note that somebody signed in: the chain, a letter from a new place, and no more sessions than may be."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from nadzor.actions.end_sessions import end_sessions
from nadzor.actions.tell_account import account_mark, tell_account
from nadzor.people.adapters import factor_key
from nadzor.people.models import User
from nadzor.people.sign_in import BEGAN, SEEN, WAY
from nadzor.records import audit
from nadzor.records.models import AuditEntry

VERB: Final = "people.session.open"
PLACE: Final = 16


@transaction.atomic
def open_session(request: HttpRequest, *, way: str, sessions_max: int, now: datetime) -> None:
    """Record who came in and how; end the oldest sessions above the limit; write when the place is new."""
    user = User.objects.get(pk=request.user.pk)
    mark = account_mark(user.username, user.role, home=settings.HOME)
    place = _place(request)
    known = AuditEntry.objects.filter(verb=VERB, object=mark)
    if known.exists() and not known.filter(facts__place=place).exists():
        tell_account(user, "session.place", by=user.username, now=now, place=place)
    audit.record(VERB, mark, by=mark, because="signed in", now=now, way=way, place=place)
    request.session[WAY] = way
    request.session[BEGAN] = request.session[SEEN] = now.timestamp()
    see_session(request)
    _end_the_oldest(user, request.session.session_key or "", sessions_max)


@transaction.atomic
def leave_session(username: str, *, now: datetime) -> None:
    """Record that somebody signed out."""
    user = User.objects.get(username=username)
    mark = account_mark(user.username, user.role, home=settings.HOME)
    audit.record("people.session.leave", mark, by=mark, because="signed out", now=now)


def see_session(request: HttpRequest) -> None:
    """Note from where a session was used last."""
    UserSession.objects.create_from_request(request)


def _end_the_oldest(user: User, current: str, most: int) -> None:
    rows = UserSession.objects.filter(user=user).exclude(session_key=current).order_by("-created_at", "-id")
    for row in rows[most - 1 :]:
        end_sessions(user.username, only=row.pk)


def _place(request: HttpRequest) -> str:
    """A device and its network under a keyed hash: equal places look equal, and nobody reads where it was."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    parts = address.split(":")[:4] if ":" in address else address.split(".")[:3]
    told = "|".join([*parts, str(request.META.get("HTTP_USER_AGENT", ""))[:200]])
    return hmac.new(factor_key(), told.encode(), "sha256").hexdigest()[:PLACE]
