# SPDX-License-Identifier: Apache-2.0
"""Whether somebody has proved minutes ago who they are: what decides, and what changes keys, asks for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Final
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from nadzor.base import clock
from nadzor.portal.door import View, signed_in

PROVED: Final = "proved"
HELD: Final = "held_form"
HELD_MAX: Final = 64 * 1024  # a decision is some sentences; a file must be chosen again in any case
LEFT_OUT: Final = frozenset({"csrfmiddlewaretoken"})
SECRET: Final = frozenset(
    {"password", "old", "new", "again", "code", "credential"}
)  # never kept in a session


def fresh(request: HttpRequest, *, now: datetime | None = None) -> bool:
    """Whether this session has a proof, password or second factor, that is still fresh."""
    moment = clock.now() if now is None else now
    proved = proved_at(request)
    return proved is not None and timedelta(0) <= moment - proved < covers()


def covers() -> timedelta:
    """How long a proof is good."""
    return timedelta(seconds=settings.CONFIGURATION.proof_s)


def note_proof(request: HttpRequest) -> None:
    """Remember that the person of this session has just proved who they are."""
    request.session[PROVED] = [request.user.pk, clock.now().timestamp()]


def proved_at(request: HttpRequest) -> datetime | None:
    """When the person of this session proved who they are the last time."""
    told = request.session.get(PROVED)
    if not isinstance(told, list) or told[0] != request.user.pk:
        return None
    return datetime.fromtimestamp(told[1], UTC)


def proven(view: View) -> View:
    """A page for somebody who proved minutes ago who they are; others are asked, what they typed waits."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return view(request, *args, **kwargs) if fresh(request) else ask(request)

    return signed_in(answer)


def ask(request: HttpRequest) -> HttpResponse:
    """Send somebody to prove who they are, and keep the form they sent until they come back.

    Why not one with a password: what waits lies readable in the register.
    """
    if request.method == "POST" and not SECRET & request.POST.keys():
        hold(request)
    back = request.get_full_path() if request.method == "GET" else came_from(request)
    return redirect(f"{reverse('prove')}?{urlencode({'next': back})}")


def came_from(request: HttpRequest) -> str:
    """The page of ours that a form was sent from; the first page where the browser does not say."""
    told = urlsplit(request.headers.get("Referer", ""))
    return told.path or "/" if told.netloc == request.get_host() else "/"


def hold(request: HttpRequest) -> None:
    """Keep a posted form in the session; files are not kept, and neither is a form beyond all measure."""
    fields = [
        (name, told) for name, values in request.POST.lists() for told in values if name not in LEFT_OUT
    ]
    if sum(len(name) + len(told) for name, told in fields) > HELD_MAX:
        return
    held = {"path": request.get_full_path(), "back": came_from(request), "files": bool(request.FILES)}
    request.session[HELD] = held | {"fields": fields, "at": clock.now().timestamp()}
