# SPDX-License-Identifier: Apache-2.0
"""A document about an event is written and sent: report, follow-up, corrective action, notice, answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.actions.file_document import VERBS, file_document
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.law.form import edition_or_last
from nadzor.portal.code_picker import looks
from nadzor.portal.event_card_words import code_table, core_facts
from nadzor.portal.event_device import device_name
from nadzor.portal.event_document_fields import FREE, document_inputs, read_document, typed_document
from nadzor.portal.event_labels import due_of_event, event_title
from nadzor.portal.event_papers import KINDS, labels, papers_of
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house, person_of
from nadzor.portal.inputs import Input, summary
from nadzor.portal.refused_deeds import note_refused
from nadzor.portal.sheets import Crumb
from nadzor.portal.words import said
from nadzor.statutory.event_form import KINDS as FORMS
from nadzor.vigilance import events
from nadzor.vigilance.event_cards import EventCard

FAR: frozenset[str] = frozenset({"vigilance.event-unknown", "people.not-yours"})


def page(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """The form of a document, or the sending of it."""
    card = _open(request, number, kind)
    if request.method != "POST" or looks(request.POST):
        return _form(request, card, kind, {})
    found = read_document(kind, typed_document(request.POST), on=clock.today())
    if found.errors:
        return _form(request, card, kind, found.errors, status=422)
    try:
        file_document(
            house(),
            number,
            kind,
            found.fields,
            narrative=found.narrative,
            by=person_of(request),
            now=clock.now(),
        )
    except Refusal as refusal:
        note_refused(request, refusal, verb=VERBS.get(kind, kind))
        if refusal.code in FAR:
            raise
        status = problem(refusal.code).status
        return _form(request, card, kind, {}, wrong=told(refusal), status=status)
    messages.success(request, _("Sent. It stands with the event."))
    return redirect("event", number=number)


def _open(request: HttpRequest, number: str, kind: str) -> EventCard:
    """The event, if this person may send such a document about it now.

    Raises: Refusal vigilance.event-unknown, move.not-from-here.
    """
    who = person_of(request)
    card = events.event(who, number, today=clock.today())
    here = reverse("event-document", args=[number, kind])
    if kind not in KINDS.values() or here not in {way.href for way in papers_of(card, who)}:
        raise Refusal("portal.document-not-open")
    return card


def _form(
    request: HttpRequest, card: EventCard, kind: str, errors: dict[str, str] | Any, *, wrong: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    row, today = card.row, clock.today()
    fields = document_inputs(kind, typed_document(request.POST), errors, on=today)
    edition = None if kind in FREE else edition_or_last(FORMS[kind], today)
    shown = {
        "number": row.number,
        "kind": kind,
        "title": labels()[kind],
        "lede": event_title(row, device_name(row)),
        "fields": fields,
        "errors": summary(each for each in fields if isinstance(each, Input)),
        "wrong": wrong,
        "form_name": said(edition.title) if edition else "",
        "form_note": _edition_note(edition),
        "facts": core_facts(card, sees_all=False),
        "codes": code_table(row),
        "due": due_of_event(row.due) if row.due else None,
        "crumbs": [Crumb(_("Adverse events"), reverse("events")),
                   Crumb(row.number, reverse("event", args=[row.number])), Crumb(labels()[kind])],
    }  # fmt: skip
    answer = render(request, "portal/event_document.html", shown, status=status)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _edition_note(edition: Any) -> str:
    if edition is None:
        return ""
    if edition.lapsed:
        return _("The order is no longer in force; the report is received all the same, in its last edition.")
    return _("The annex itself could not be read: the list of fields is our own reading of it.")
