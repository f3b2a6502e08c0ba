# SPDX-License-Identifier: Apache-2.0
"""What a clinic reported, and what was said at its site by a printed code: what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec.structs import replace

from nadzor.actions.clinic_systems import site_of
from nadzor.actions.file_document import file_document
from nadzor.actions.move_event import Grounds, move_event
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.people.queries import Person
from nadzor.portal.desks import asker
from nadzor.portal.event_device import device_name
from nadzor.portal.event_fields import WORDS_MAX, careful
from nadzor.portal.event_labels import (
    code_words,
    due_of_event,
    event_state,
    event_title,
    kind_label,
    seriousness_state,
    way_label,
)
from nadzor.portal.event_paging import following, older
from nadzor.portal.event_queue import Entry, entry
from nadzor.portal.fields import Wrong
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house
from nadzor.portal.inputs import Input, prose
from nadzor.portal.sheets import Crumb, Fact
from nadzor.portal.words import NOTHING, day, said
from nadzor.procedures.run import Run
from nadzor.vigilance import events
from nadzor.vigilance.event_cards import DocumentCard, EventCard, EventRow

PAGE: Final = 25
DECIDES: Final = ("confirm", "decline")
#: Refusals that stand on the card beside what was typed; all others have a page of their own.
ON_THE_PAGE: Final = frozenset({"move.no-grounds", "move.grounds-too-long", "vigilance.narrative-empty"})


def listing(request: HttpRequest) -> HttpResponse:
    """All reports of the asker's own site, the newest first; those that wait for the clinic on top."""
    who, today, asked = asker(request), clock.today(), following(request)
    site = site_of(house(), who)
    found = events.events(who, today=today, site=site, after=asked.after, limit=PAGE)
    return _private(request, "portal/clinic_events.html", {
        "waiting": unconfirmed(who),
        "entries": [_listed(each) for each in found.rows],
        "pages": older(reverse("clinic-events"), asked, found.next, shown=len(found.rows)),
        "crumbs": [Crumb(_("My AI systems"), reverse("clinic")), Crumb(_("What we reported"))],
    })  # fmt: skip


def unconfirmed(who: Person) -> list[tuple[str, str, str]]:
    """What was said by a printed code at the asker's own site and waits: number, title, the day it came."""
    site, wanted = site_of(house(), who), events.EventFilter(state="unconfirmed")
    found = events.events(who, wanted, today=clock.today(), site=site, limit=PAGE)
    return [_entry(each) for each in found.rows]


def card(request: HttpRequest, number: str) -> HttpResponse:
    """One report: what became of it, and what the clinic may add."""
    return _card(request, number)


def follow_up(request: HttpRequest, number: str) -> HttpResponse:
    """Add something to a report."""
    who, words = asker(request), request.POST.get("words", "")[: WORDS_MAX + 1]
    events.event(who, number, today=clock.today(), site=site_of(house(), who))
    if not words.strip():
        return _card(request, number, error=_("Write what you want to add."), status=422)
    file_document(house(), number, "follow_up", {}, narrative=words, by=who, now=clock.now())
    messages.success(request, _("Added to the report."))
    return redirect("clinic-event", number=number)


def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Confirm or decline what was said by a printed code at the asker's own site."""
    verb, who = request.POST.get("verb", ""), asker(request)
    if verb not in DECIDES:
        raise Refusal("vigilance.event-unknown")
    grounds = Grounds(request.POST.get("because", ""))
    try:
        move_event(house(), number, verb, by=who, grounds=grounds, now=clock.now())
    except Refusal as refusal:
        if refusal.code not in ON_THE_PAGE:
            raise
        return _card(request, number, wrong=told(refusal), status=problem(refusal.code).status)
    messages.success(request, _("Thank you: your word was taken down."))
    return redirect("clinic-event", number=number)


def _card(
    request: HttpRequest, number: str, *, error: str = "", wrong: str = "", status: int = 200
) -> HttpResponse:
    who, today = asker(request), clock.today()
    site = site_of(house(), who)
    found = events.event(who, number, today=today, site=site)
    follow = events.followed_by_clinic(number, site=site)
    verbs = {move.verb for move in found.moves}
    return _private(request, "portal/clinic_event.html", {
        "number": number,
        "sent": "sent" in request.GET,
        "state": event_state(found.row.state),
        "said": said(follow.said),
        "outcome": follow.outcome,
        "facts": _facts(found),
        "dues": [due_of_event(run) for run in _makers(found.runs)],
        "steps": [(day(step.on), said(step.said)) for step in follow.steps],
        "documents": [_document(each) for each in found.documents],
        "is_held": any(each.held for each in found.documents),
        "decides": DECIDES[0] in verbs,
        "because": request.POST.get("because", "")[:4000],
        "wrong": wrong,
        "field": _adding(request, error) if "follow_up" in verbs else None,
        "errors": _errors(error),
        "crumbs": [Crumb(_("My AI systems"), reverse("clinic")),
                   Crumb(_("What we reported"), reverse("clinic-events")), Crumb(number)],
    }, status=status)  # fmt: skip


def _makers(runs: Sequence[Run]) -> list[Run]:
    """The limits of the maker's reports: what a clinic waits for."""
    return [run for run in runs if run.key.startswith("vigilance.report.")]


def _errors(error: str) -> list[Wrong]:
    return [Wrong(error, "#words")] if error else []


def _adding(request: HttpRequest, error: str) -> Input:
    typed = request.POST.get("words", "")[:WORDS_MAX]
    return prose(
        "words", _("What you want to add"), value=typed, longest=WORDS_MAX, hint=careful(), error=error
    )


def _facts(found: EventCard) -> list[Fact]:
    one = found.row
    return [
        Fact(_("Number"), one.number, mono=True),
        Fact(_("Device"), device_name(one)),
        Fact(_("Version"), one.version or NOTHING),
        Fact(_("Codes"), "; ".join(code_words(each) for each in (*one.problems, *one.effects)) or NOTHING),
        Fact(_("Seriousness for the maker's clock"), seriousness_state(one.seriousness).label),
        Fact(_("It happened on"), day(one.event_on)),
        Fact(_("You learned of it on"), day(one.aware_on)),
        Fact(_("Received on"), day(one.received_on)),
        Fact(_("Way"), way_label(one.way)),
    ]


def _document(found: DocumentCard) -> tuple[str, str, str, bool]:
    return kind_label(found.kind), day(found.on), found.narrative, found.held


def _listed(one: EventRow) -> Entry:
    """A report as the clinic's list shows it: its own page behind it."""
    return replace(entry(one, sees_sites=False), href=reverse("clinic-event", args=[one.number]))


def _entry(one: EventRow) -> tuple[str, str, str]:
    return one.number, event_title(one, device_name(one)), day(one.received_on)


def _private(
    request: HttpRequest, template: str, shown: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    answer = render(request, template, shown, status=status)
    answer["Cache-Control"] = "no-store"
    return answer
