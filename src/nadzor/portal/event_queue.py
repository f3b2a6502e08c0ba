# SPDX-License-Identifier: Apache-2.0
"""The queue of adverse events: what must be decided today on top, then all that fit, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.people.queries import Person
from nadzor.portal.choices import Choice, choices
from nadzor.portal.dues import Due
from nadzor.portal.event_device import device_name
from nadzor.portal.event_labels import due_of_event, event_state, event_title, seriousness_state, way_label
from nadzor.portal.event_morning import morning
from nadzor.portal.event_paging import following, older
from nadzor.portal.frame import person_of
from nadzor.portal.inputs import Input, line
from nadzor.portal.readings import listed
from nadzor.portal.scope import Scope, scope_of
from nadzor.portal.sheets import Count, State
from nadzor.portal.words import day, language, number
from nadzor.procedures.adverse_event import ADVERSE_EVENT
from nadzor.vigilance import events
from nadzor.vigilance.event_cards import EventPage, EventRow
from nadzor.vigilance.event_permissions import is_desk, may_tell, sees_every_event
from nadzor.vigilance.event_words import event_words
from nadzor.vigilance.events import OPEN, EventFilter

PAGE: Final = 30
ALL: Final = "all"
NAMES: Final = ("state", "device", "version", "seriousness", "way", "code", "what")
WHAT: Final = ("late", "held", "unplaced")


class Entry(Struct, frozen=True, kw_only=True):
    """One event as a list shows it."""

    number: str
    href: str
    title: str
    where: str
    came: str
    state: State
    serious: State
    due: Due | None
    marks: Sequence[State]


def listing(request: HttpRequest) -> HttpResponse:
    """Events that fit the filters and that the asker may see."""
    who, scope, asked = person_of(request), scope_of(request), _asked(request)
    cursor = following(request, {name: text for name, text in asked.items() if text})
    found = events.events(who, _filter(asked), today=clock.today(), after=cursor.after, limit=PAGE)
    listed(request, [row.device for row in found.rows])
    shown = {
        "entries": [entry(row, sees_sites=sees_every_event(who), scope=scope) for row in found.rows],
        "pages": older(reverse("events"), cursor, found.next, shown=len(found.rows)),
    }
    if not request.htmx:  # type: ignore[attr-defined]
        shown |= _around(who, scope, asked, found)
    template = "portal/_event_rows.html" if request.htmx else "portal/events.html"  # type: ignore[attr-defined]
    return render(request, template, shown)


def entry(row: EventRow, *, sees_sites: bool, scope: Scope | None = None) -> Entry:
    """An event for a list; with a scope at hand, no device is asked for by itself."""
    at_hand = scope is not None and row.device in scope.devices
    called = scope.name(row.device, language()) if scope and at_hand else device_name(row)
    where = [
        _("version %(v)s") % {"v": row.version} if row.version else "",
        _("site %(s)s") % {"s": row.site} if row.site and sees_sites else "",
        way_label(row.way) if sees_sites else "",
    ]
    return Entry(
        number=row.number,
        href=reverse("event", args=[row.number]),
        title=event_title(row, called),
        where=", ".join(part for part in where if part),
        came=_("received %(day)s") % {"day": day(row.received_on)},
        state=event_state(row.state),
        serious=seriousness_state(row.seriousness),
        due=due_of_event(row.due) if row.due else None,
        marks=_marks(row),
    )


def _marks(row: EventRow) -> list[State]:
    """What a person still has to do about the event itself."""
    wanted = {
        _("text held back"): row.held,
        _("device not linked"): not row.device,
        _("dates or codes in doubt"): bool(set(row.doubts) - {"undated"}),
    }
    return [State(text, "warn") for text, holds in wanted.items() if holds]


def _around(who: Person | None, scope: Scope, asked: Mapping[str, str], found: EventPage) -> dict[str, Any]:
    """Everything above the list: counts, filters, the morning of the desk."""
    return {
        "counts": _counts(found),
        "filters": _filters(scope, asked),
        "lines": _lines(asked),
        "morning": morning(who, today=clock.today()),
        "may_tell": may_tell(who),
        "is_desk": is_desk(who),
        "reads_all": sees_every_event(who),
        "download": cursor_of(asked),
        "kinds": [("csv", "CSV"), ("xlsx", "XLSX"), ("json", "JSON"), ("fhir", "FHIR"), ("mir", "MIR XML")],
    }


def cursor_of(asked: Mapping[str, str]) -> list[tuple[str, str]]:
    """The filters as hidden fields of the form that downloads what fits them."""
    return [(name, text) for name, text in asked.items() if text]


def _asked(request: HttpRequest) -> dict[str, str]:
    given = request.GET
    return {name: given.get(name, OPEN if name == "state" else "").strip()[:40] for name in NAMES}


def _filter(asked: Mapping[str, str]) -> EventFilter:
    plain = {name: asked[name] or None for name in ("device", "version", "seriousness", "way")}
    flags = {name: asked["what"] == name for name in WHAT}
    state = None if asked["state"] == ALL else asked["state"] or None
    return EventFilter(state=state, code=asked["code"].upper() or None, **plain, **flags)


def _filters(scope: Scope, asked: Mapping[str, str]) -> list[Choice]:
    words, every = event_words(), {"": _("all")}
    states = {state: event_state(state).label for state in ADVERSE_EVENT.states}
    serious = {key: seriousness_state(key).label for key in words.seriousness}
    devices = {code: card.name(language()) for code, card in scope.devices.items()}
    waits = {"late": _("a limit is over"), "held": _("text held back"), "unplaced": _("device not linked")}
    first = {OPEN: _("open"), ALL: _("all")}
    found = [
        choices("state", _("State"), asked["state"], first | states),
        choices("seriousness", _("Seriousness"), asked["seriousness"], every | serious),
        choices("device", _("Device"), asked["device"], every | devices),
    ]
    if scope.codes is not None:
        return found
    ways = {key: way_label(key) for key in words.ways}
    return [
        *found,
        choices("way", _("Way"), asked["way"], every | ways),
        choices("what", _("What waits"), asked["what"], every | waits),
    ]


def _lines(asked: Mapping[str, str]) -> list[Input]:
    return [
        line("version", _("Version"), value=asked["version"], longest=40),
        line("code", _("Code"), value=asked["code"], longest=12),
    ]


def _counts(found: EventPage) -> list[Count]:
    """How many events stand in each state; what nobody is in is left out."""
    here = reverse("events")
    return [
        Count(event_state(state).label, number(n), href=f"{here}?state={state}")
        for state, n in found.by_state.items()
        if n
    ]
