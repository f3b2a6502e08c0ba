# SPDX-License-Identifier: Apache-2.0
"""Adverse events as files: those that fit the filters, or one; who took what is on record."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from nadzor.actions.export_events import export_events
from nadzor.base import clock
from nadzor.portal.frame import person_of
from nadzor.portal.words import language
from nadzor.procedures.adverse_event import ADVERSE_EVENT
from nadzor.vigilance import events
from nadzor.vigilance.event_scope import Wanted
from nadzor.vigilance.events import CLOSED, OPEN

OF_ALL: Final = ("csv", "xlsx", "json", "fhir", "mir")
OF_ONE: Final = ("json", "fhir", "mir", "csv", "xlsx")
GROUPS: Final = {OPEN: ADVERSE_EVENT.open_states, CLOSED: ADVERSE_EVENT.closed}


def listing(request: HttpRequest) -> HttpResponse:
    """The events that fit device, way and state, as one file."""
    given = request.GET
    state = given.get("state", "")[:40]
    wanted = Wanted(
        device=given.get("device", "")[:40],
        way=given.get("way", "")[:10],
        states=tuple(GROUPS.get(state, ())) or ((state,) if state in ADVERSE_EVENT.states else ()),
    )
    return _file(request, wanted, given.get("as", "csv")[:12])


def one(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """One event as a file; one the asker may not see is unknown."""
    events.event(person_of(request), number, today=clock.today())
    return _file(request, Wanted(number=number, states=tuple(ADVERSE_EVENT.states)), kind, name=number)


def _file(request: HttpRequest, wanted: Wanted, kind: str, *, name: str = "") -> HttpResponse:
    found = export_events(person_of(request), wanted, kind, language(), now=clock.now())
    answer = HttpResponse(b"".join(found.chunks), content_type=found.media_type)
    title = f"{name}.{found.name.partition('.')[2]}" if name else found.name
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=title) or ""
    answer["Cache-Control"] = "private, no-store"
    return answer
