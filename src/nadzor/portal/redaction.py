# SPDX-License-Identifier: Apache-2.0
"""A held narrative is opened by a person, blackened beside its original, released; each is recorded."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from msgspec import Struct

from nadzor.actions.redact_narrative import open_narrative, redact_narrative
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.portal.desks import asker
from nadzor.portal.event_labels import kind_label
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house
from nadzor.portal.inputs import prose, summary
from nadzor.portal.sheets import Crumb
from nadzor.vigilance import events
from nadzor.vigilance.event_cards import DocumentCard
from nadzor.vigilance.narratives import NARRATIVE_MAX

ON_THE_PAGE = frozenset({"vigilance.still-personal", "vigilance.text-too-long"})


class Way(Struct, frozen=True, kw_only=True):
    """Where the forms of the page lead, and where back."""

    opens: str
    releases: str
    back: str
    back_label: str


@sensitive_variables("text")
def page(request: HttpRequest, number: str, id: int) -> HttpResponse:
    """Ask first whether to open it: a read is recorded, so nobody reads by accident."""
    paper = _held(request, number, id)
    if request.method != "POST":
        return _show(request, number, paper, text="")
    text = open_narrative(house(), id, by=asker(request), now=clock.now())
    return _show(request, number, paper, text=text)


@sensitive_post_parameters("text")
def release(request: HttpRequest, number: str, id: int) -> HttpResponse:
    """Release the text that a person wrote in place of the original."""
    paper = _held(request, number, id)
    given = request.POST.get("text", "")[: NARRATIVE_MAX + 1]
    try:
        redact_narrative(id, given, by=asker(request), now=clock.now())
    except Refusal as refusal:
        if refusal.code not in ON_THE_PAGE:
            raise
        text = open_narrative(house(), id, by=asker(request), now=clock.now())
        status = problem(refusal.code).status
        return _show(request, number, paper, text=text, typed=given, error=told(refusal), status=status)
    messages.success(request, _("Released. Who may read the event reads the text now."))
    return redirect("event", number=number)


def _held(request: HttpRequest, number: str, id: int) -> DocumentCard:
    """A document of this event whose text is held.

    Raises: Refusal vigilance.event-unknown, vigilance.narrative-unknown.
    """
    card = events.event(asker(request), number, today=clock.today())
    for paper in card.documents:
        if paper.id == id and paper.held:
            return paper
    raise Refusal("vigilance.narrative-unknown")


def _way(number: str, id: int) -> Way:
    return Way(
        opens=reverse("event-narrative", args=[number, id]),
        releases=reverse("event-narrative-release", args=[number, id]),
        back=reverse("event", args=[number]),
        back_label=_("Back to the event"),
    )


def _show(
    request: HttpRequest, number: str, paper: DocumentCard, *, text: str, typed: str = "", error: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    hint = _("Write ▮▮▮ in place of names, numbers, telephones. What happened to the device stays.")
    field = prose("text", _("Text to be released"), value=typed or text, hint=hint, error=error,
                  longest=NARRATIVE_MAX)  # fmt: skip
    shown: dict[str, Any] = {
        "way": _way(number, paper.id),
        "kind": kind_label(paper.kind),
        "held_kind": paper.held_kind,
        "text": text,
        "field": field,
        "errors": summary([field]),
        "crumbs": [Crumb(_("Adverse events"), reverse("events")),
                   Crumb(number, reverse("event", args=[number])), Crumb(_("Text held back"))],
    }  # fmt: skip
    answer = render(request, "portal/redaction.html", shown, status=status)
    answer["Cache-Control"] = "no-store"
    return answer
