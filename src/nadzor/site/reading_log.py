# SPDX-License-Identifier: Apache-2.0
"""Every answer with somebody's data is recorded before it leaves; what cannot be recorded is not shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from nadzor.actions.note_reading import Look, note_reading, note_refused
from nadzor.actions.say_listed import said_of
from nadzor.api import problems
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.portal.door import refused
from nadzor.portal.frame import person_of
from nadzor.records.reading import shown
from nadzor.site.access_gate import NO_METHOD, name_of

log = structlog.get_logger()

GIVEN_BACK: Final = frozenset({400, 409, 422})  # a form given back shows its page again
TURNED_AWAY: Final = frozenset({403, 404})


class ReadingLog:
    """Writes the log of readings."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, once its reading is kept."""
        reply = self.get_response(request)
        match = request.resolver_match
        by = _reader(request)
        if match is None or by is None:
            return reply
        look = _look(request, match, reply)
        if look is None or not look.shown.is_sensitive:
            return reply
        try:
            return self._kept(request, reply, look, by)
        except DatabaseError:
            log.exception("reading.unrecorded", route=look.route)
            return _withheld(request)

    def _kept(self, request: HttpRequest, reply: HttpResponse, look: Look, by: Person) -> HttpResponse:
        is_api = request.path.startswith(problems.PREFIX)
        if 200 <= reply.status_code < 300 or (reply.status_code in GIVEN_BACK and not is_api):
            note_reading(settings.HOME, look, by=by, now=clock.now())
        elif reply.status_code in TURNED_AWAY:
            note_refused(settings.HOME, look, by=by, now=clock.now())
        return reply


def _reader(request: HttpRequest) -> Person | None:
    """Who asked: by token, by the API's own check, or by the portal's session."""
    found = getattr(request, "auth", None)
    return found if isinstance(found, Person) else person_of(request)


def _look(request: HttpRequest, match: ResolverMatch, reply: HttpResponse) -> Look | None:
    name = name_of(match, request.method or "GET")
    if name == NO_METHOD:
        return None
    asked = {f"?{key}": text for key, text in request.GET.items()}
    given = {**asked, **{key: str(text) for key, text in match.kwargs.items()}}
    way = "api" if name.startswith("api:") else "portal"
    if reply.headers.get("Content-Disposition", "").startswith("attachment"):
        way = "file"
    return Look(way=way, route=name, shown=shown(name), given=given, showed=said_of(request))


def _withheld(request: HttpRequest) -> HttpResponse:
    refusal = Refusal("reading.unrecorded")
    if request.path.startswith(problems.PREFIX):
        return problems.answer(request, refusal)
    return refused(request, refusal)
