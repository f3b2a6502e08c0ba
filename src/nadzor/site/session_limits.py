# SPDX-License-Identifier: Apache-2.0
"""Sessions end: after a while of silence, and after a while at all; staff sooner than makers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from nadzor.actions.open_session import see_session
from nadzor.base import clock
from nadzor.people.roles import Role
from nadzor.people.sign_in import BEGAN, SEEN, STAFF, Began, Life, has_ended
from nadzor.site.configuration import Configuration

NOTED: Final = timedelta(minutes=1)  # how stale "last seen" may be: a write for every reading costs too much


class SessionLimits:
    """Ends a session that has lived too long, and notes that a living one was used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, to nobody when the session is over.  Why: who sends no cookie costs no reading."""
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            _keep_or_end(request, now=clock.now())
        return self.get_response(request)


def life_of(role: str, configuration: Configuration) -> Life:
    """How long a session of a role may live."""
    if Role(role) in STAFF:
        longest, idle = configuration.staff_session_s, configuration.staff_idle_s
    else:
        longest, idle = configuration.session_s, configuration.session_idle_s
    return Life(timedelta(seconds=longest), timedelta(seconds=idle))


def _keep_or_end(request: HttpRequest, *, now: datetime) -> None:
    began = Began(_moment(request, BEGAN, now), _moment(request, SEEN, now))
    if has_ended(began, life_of(request.user.role, settings.CONFIGURATION), now=now):  # type: ignore[union-attr]
        logout(request)
        if not request.path.startswith("/api/"):
            messages.info(request, _("Your session has ended. Please sign in again."))
        return
    if BEGAN not in request.session or now - began.seen >= NOTED:
        request.session[BEGAN], request.session[SEEN] = began.at.timestamp(), now.timestamp()
        see_session(request)


def _moment(request: HttpRequest, name: str, now: datetime) -> datetime:
    """When it was; a session of an earlier release begins with its first request to this one."""
    told = request.session.get(name)
    return datetime.fromtimestamp(told, UTC) if isinstance(told, int | float) else now
