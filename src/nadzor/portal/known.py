# SPDX-License-Identifier: Apache-2.0
"""What was known on a day of a device, a signal, an event, a case or the register: a question and a sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.base.problems import Refusal, document, problem
from nadzor.people.queries import Person
from nadzor.portal.frame import house, person_of
from nadzor.portal.inputs import Input, line, select
from nadzor.portal.known_case import case_sheet
from nadzor.portal.known_moments import Timeline, timeline_of
from nadzor.portal.known_sheets import Sheet, device_sheet, event_sheet, register_sheet, signal_sheet
from nadzor.portal.readings import note
from nadzor.portal.sheets import Crumb
from nadzor.portal.words import day, language, moment
from nadzor.vigilance.known.case import known_case
from nadzor.vigilance.known.device import known_device, known_register
from nadzor.vigilance.known.event import known_event
from nadzor.vigilance.known.moment import Moment, moment_of
from nadzor.vigilance.known.signal import known_signal
from nadzor.vigilance.known.timeline import Asked as Of
from nadzor.vigilance.known.timeline import signal_number, timeline

NOT_YET = "known.not-yet"


class Asked(Struct, frozen=True):
    """What the form holds."""

    kind: str
    ref: str
    on: str


def page(request: HttpRequest) -> HttpResponse:
    """The question, and above it the answer where one was asked."""
    given = request.GET
    asked = Asked(given.get("kind", ""), given.get("ref", "").strip()[:60], given.get("on", ""))
    shown = {"fields": _fields(asked), "crumbs": [Crumb(_("Known on a day"))], "sheet": None}
    if not asked.kind:
        return render(request, "portal/known.html", shown)
    try:
        found = moment_of(asked.on, now=clock.now())
        sheet = _sheet(person_of(request), asked, found)
        rows = max(sum(len(table.lines) for table in sheet.tables), 1)
        note(request, device=sheet.device, rows=rows, grounds=f"{asked.kind} {asked.ref}")
        shown |= {
            "sheet": sheet,
            "as_of": _as_of(asked.on, found),
            "moments": _moments(request, asked, found),
        }
    except Refusal as refusal:
        later = _moments(request, asked, None) if refusal.code == NOT_YET else None
        shown |= {"refusal": document(refusal, language()), "moments": later}
        return render(request, "portal/known.html", shown, status=problem(refusal.code).status)
    return render(request, "portal/known.html", shown)


def kinds() -> Mapping[str, str]:
    """What may be asked about."""
    return {
        "device": _("device, by its code"),
        "signal": _("signal, by its number"),
        "event": _("adverse event, by its number"),
        "case": _("case or filing, by its number"),
        "register": _("the whole register"),
    }


def _sheet(who: Person | None, asked: Asked, at: Moment) -> Sheet:
    readers: Mapping[str, Callable[[], Sheet]] = {
        "device": lambda: device_sheet(known_device(house(), who, asked.ref, at), at),
        "signal": lambda: signal_sheet(known_signal(who, signal_number(asked.ref), at)),
        "event": lambda: event_sheet(known_event(who, asked.ref, at)),
        "case": lambda: case_sheet(known_case(who, asked.ref, at)),
        "register": lambda: register_sheet(known_register(at)),
    }
    if asked.kind not in readers:
        raise Refusal("known.kind", "$.kind")
    return readers[asked.kind]()


def _moments(request: HttpRequest, asked: Asked, found: Moment | None) -> Timeline:
    """When knowledge of the thing changed, a page of it; a page nobody can read the name of is the first."""
    try:
        before = datetime.fromisoformat(request.GET.get("before", ""))
    except ValueError:
        before = None
    of = Of(kind=asked.kind, ref=asked.ref, before=before if before and before.tzinfo else None)
    now = clock.now()
    page = timeline(person_of(request), of, now=now)
    return timeline_of(page, kind=asked.kind, ref=asked.ref, at=min(found.at, now) if found else None)


def _as_of(told: str, found: Moment) -> str:
    if len(told) == len("2026-01-01"):
        return _("As known at the end of %(day)s") % {"day": day(found.day)}
    return _("As known %(moment)s") % {"moment": moment(found.at)}


def _fields(asked: Asked) -> Sequence[Input]:
    return [
        select("kind", _("What"), kinds(), asked.kind or "device"),
        line("ref", _("Code or number"), value=asked.ref, longest=60),
        line(
            "on", _("Day or moment"), value=asked.on or clock.today().isoformat(), longest=25,
            hint=_("YYYY-MM-DD: the end of that day in Moscow; YYYY-MM-DDThh:mm: a moment of it"),
        ),
    ]  # fmt: skip
