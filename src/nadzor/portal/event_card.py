# SPDX-License-Identifier: Apache-2.0
"""The card of one adverse event: how serious, its clocks, codes, documents, steps, what may be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.people.queries import Person
from nadzor.people.roles import ROLE_NAMES, Role
from nadzor.portal.dues import Due
from nadzor.portal.event_beside import beside
from nadzor.portal.event_card_words import code_table, core_facts, document_sheets, quality_parts
from nadzor.portal.event_device import device_name
from nadzor.portal.event_labels import (
    due_of_event,
    event_state,
    event_title,
    kind_label,
    seriousness_state,
    verb_label,
)
from nadzor.portal.event_moves import forms_of
from nadzor.portal.event_papers import papers_of
from nadzor.portal.frame import person_of
from nadzor.portal.sheets import Crumb, State
from nadzor.portal.vault_link import site_ways
from nadzor.portal.words import day, language, moment, said
from nadzor.procedures.run import Run
from nadzor.vigilance import events
from nadzor.vigilance.event_cards import EventCard, MissedCard, StepCard
from nadzor.vigilance.event_permissions import is_desk, may_open_narrative, sees_every_event


class Clock(Struct, frozen=True):
    """One clock: its last day, and its arithmetic line by line."""

    due: Due
    started: str
    lines: Sequence[tuple[str, str]]


class Past(Struct, frozen=True):
    """One move of the past."""

    at: str
    verb: str
    to: State
    by: str
    because: str
    added: str


def page(request: HttpRequest, number: str) -> HttpResponse:
    """The card."""
    card = events.event(person_of(request), number, today=clock.today())
    return answer(request, card)


def answer(
    request: HttpRequest, card: EventCard, *, wrong: str = "", verb: str = "", status: int = 200
) -> HttpResponse:
    """The card again, with what is wrong with a move and what was typed."""
    who = person_of(request)
    shown = {**card_page(card, who), "wrong": wrong, "wrong_verb": verb, "typed": request.POST.dict()}
    found = render(request, "portal/event.html", shown, status=status)
    found["Cache-Control"] = "private, no-store"
    return found


def card_page(card: EventCard, who: Person | None) -> dict[str, Any]:
    """Everything the card shows."""
    row, desk = card.row, is_desk(who)
    return {
        "number": row.number,
        "title": event_title(row, device_name(row)),
        "marks": [event_state(row.state), seriousness_state(row.seriousness)],
        "alerts": [each for each in card.alerts if each.acknowledged_at is None],
        "facts": [
            *core_facts(card, sees_all=sees_every_event(who)),
            *site_ways(row.site, f"event {row.number}", who),
        ],
        "codes": code_table(row),
        "due": due_of_event(row.due) if row.due else None,
        "clocks": [clock_sheet(run) for run in card.runs],
        "missed": [missed_words(each) for each in card.missed],
        "documents": document_sheets(card, may_open=may_open_narrative(who)),
        "steps": [past(step) for step in card.steps],
        "forms": forms_of(card, who),
        "papers": papers_of(card, who),
        "parts": quality_parts(card, sees_all=sees_every_event(who)),
        "beside": beside(card, who),
        "case": _case(row.number) if desk and row.device else "",
        "files": _files(row.number),
        "order_forms": _order_forms(card),
        "led": card.led,
        "leading": row.leading,
        "crumbs": [Crumb(_("Adverse events"), reverse("events")), Crumb(row.number)],
    }


def clock_sheet(run: Run) -> Clock:
    """A clock as its card shows it: the day, then how the day was reckoned."""
    lines = [(day(each.day) if each.day else "", said(each.text)) for each in run.derivation]
    return Clock(due_of_event(run), day(run.started), lines)


def past(step: StepCard) -> Past:
    """A step as everybody reads it: the role, never the account."""
    added = ", ".join(text for text in step.added.values() if isinstance(text, str))
    at = day(step.on) if step.on != step.at.date() else moment(step.at)
    return Past(at, verb_label(step.verb), event_state(step.to), role_words(step.role), step.because, added)


def role_words(role: str) -> str:
    """A role in words; the house for what happens by itself, the public for whoever has no account."""
    if role in ROLE_NAMES:
        return ROLE_NAMES[Role(role)][language()]
    return {"house": _("the platform"), "public": _("somebody without an account")}.get(role, role)


def missed_words(missed: MissedCard) -> str:
    """A limit that was noted as missed."""
    facts = {"due": day(missed.due), "seen": moment(missed.seen_at)}
    return _("The limit of %(due)s passed unmet; noted %(seen)s.") % facts


def _files(number: str) -> list[tuple[str, str]]:
    names = {"json": "JSON", "fhir": "FHIR", "mir": "MIR XML", "csv": "CSV", "xlsx": "XLSX"}
    return [(name, reverse("event-file", args=[number, kind])) for kind, name in names.items()]


def _order_forms(card: EventCard) -> list[tuple[str, str]]:
    """The forms of the order as they would be filled from what is known."""
    kinds = ("message", "report", "corrective_action", "safety_notice")
    return [(kind_label(kind), reverse("event-form", args=[card.row.number, kind])) for kind in kinds]


def _case(number: str) -> str:
    return reverse("event-case", args=[number])
