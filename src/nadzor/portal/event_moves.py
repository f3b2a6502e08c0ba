# SPDX-License-Identifier: Apache-2.0
"""The moves of an event as forms, drawn from its table; and the making of a move, refused beside its form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.acknowledge_alert import acknowledge_alert
from nadzor.actions.move_event import Grounds, move_event
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.people.queries import Person
from nadzor.portal import event_card
from nadzor.portal.event_labels import verb_explained, verb_label
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house, person_of
from nadzor.portal.inputs import Input, line, prose
from nadzor.portal.law_marks import sentence
from nadzor.portal.refused_deeds import note_refused
from nadzor.portal.words import said
from nadzor.procedures.adverse_event import ADVERSE_EVENT
from nadzor.procedures.moves import Move
from nadzor.procedures.words import asks, words
from nadzor.vigilance import events
from nadzor.vigilance.event_cards import EventCard
from nadzor.vigilance.event_permissions import BY_DOCUMENT

GROUNDS_MAX: Final = 4000
SHORT: Final = frozenset({"leading_event", "device_code"})
#: Refusals that stand on the card beside what was typed; all others have a page of their own.
OWN_PAGE: Final = frozenset({"vigilance.event-unknown", "people.not-yours"})
CHANGED: Final = "api.state-changed"
AGAIN: Final = frozenset({"move.not-from-here", CHANGED})


class MoveForm(Struct, frozen=True):
    """One move: what it does, what it asks."""

    verb: str
    label: str
    explained: str
    fields: Sequence[Input]


def forms_of(card: EventCard, who: Person | None) -> list[MoveForm]:
    """The moves open to somebody; what is sent as a document has its own pages."""
    same = f"reclassify_{card.row.seriousness}"
    shut = BY_DOCUMENT | {same}
    return [_form(move) for move in card.moves if who is not None and move.verb not in shut]


def _form(move: Move) -> MoveForm:
    fields = [_field(move.verb, ask) for ask in move.asks]
    if move.grounds:
        fields.append(prose(f"{move.verb}-because", _("Grounds"), longest=GROUNDS_MAX))
    return MoveForm(move.verb, sentence(verb_label(move.verb)), verb_explained(move.verb), fields)


def _field(verb: str, ask: str) -> Input:
    name, label = f"{verb}-{ask}", sentence(said(asks()[ask]))
    if ask in SHORT:
        hints = {"leading_event": "AE-2026-000001", "device_code": "ai-001"}
        return line(name, label, hint=_("Like %(sample)s.") % {"sample": hints[ask]}, longest=40)
    return prose(name, label, longest=GROUNDS_MAX)


def move(request: HttpRequest, number: str) -> HttpResponse:
    """Make a move and show the event again; pressed twice, it is done once."""
    verb, who = request.POST.get("verb", "")[:40], person_of(request)
    card = events.event(who, number, today=clock.today())
    try:
        _must_be_as_seen(card, request.POST.get("seen", ""))
        move_event(house(), number, verb, by=who, grounds=_grounds(request.POST, verb), now=clock.now())
    except Refusal as refusal:
        return _refused(request, card, refusal, verb=verb)
    messages.success(request, _("Done."))
    return redirect("event", number=number)


def acknowledge(request: HttpRequest, number: str, id: int) -> HttpResponse:
    """Acknowledge an alert."""
    acknowledge_alert(id, by=person_of(request), now=clock.now())
    messages.success(request, _("Acknowledged."))
    return redirect("event", number=number)


def _grounds(given: Mapping[str, str], verb: str) -> Grounds:
    added = {ask: text for ask in asks() if (text := given.get(f"{verb}-{ask}", "").strip())}
    return Grounds(given.get(f"{verb}-because", "").strip(), added)


def _must_be_as_seen(card: EventCard, seen: str) -> None:
    """Whoever decides on what they read must not decide on what has changed since.

    Raises: Refusal api.state-changed.
    """
    if seen.isdecimal() and len(card.steps) > int(seen[:6]):
        name = words()[ADVERSE_EVENT.name].states[card.row.state]
        raise Refusal(CHANGED, state=card.row.state, state_ru=name.ru, state_en=name.en)


def _refused(request: HttpRequest, card: EventCard, refusal: Refusal, *, verb: str) -> HttpResponse:
    note_refused(request, refusal, verb=verb)
    if refusal.code in OWN_PAGE:
        raise refusal
    if refusal.code in AGAIN and card.steps and card.steps[-1].verb == verb:
        messages.info(request, _("This had been done already; nothing was done twice."))
        return redirect("event", number=card.row.number)
    status = problem(refusal.code).status
    return event_card.answer(request, card, wrong=told(refusal), verb=verb, status=status)
