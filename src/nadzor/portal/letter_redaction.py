# SPDX-License-Identifier: Apache-2.0
"""A held answer to a letter is opened, blackened beside its original, released; each is recorded."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from nadzor.actions.redact_answer import open_answer, redact_answer
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.portal.desks import asker
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house
from nadzor.portal.inputs import prose, summary
from nadzor.portal.redaction import Way
from nadzor.portal.refused_deeds import note_refused
from nadzor.portal.sheets import Crumb
from nadzor.portal.words import said
from nadzor.vigilance.letters import KINDS, LETTER_MAX, LetterCard, letter

ON_THE_PAGE = frozenset(
    {"letter.text", "letter.names-clinic", "vigilance.told-personal", "vigilance.text-hides"}
)


@never_cache
@sensitive_variables("text")
def page(request: HttpRequest, number: str) -> HttpResponse:
    """Ask first whether to open it: a read is recorded, so nobody reads by accident."""
    card = _held(request, number)
    if request.method != "POST":
        return _show(request, card, text="")
    return _show(request, card, text=open_answer(house(), number, by=asker(request), now=clock.now()))


@never_cache
@sensitive_post_parameters("text")
def release(request: HttpRequest, number: str) -> HttpResponse:
    """Release the text that a person wrote in place of the answer."""
    card = _held(request, number)
    given = request.POST.get("text", "")[: 2 * LETTER_MAX]
    try:
        redact_answer(number, given, by=asker(request), now=clock.now())
    except Refusal as refusal:
        note_refused(request, refusal, verb="letter")
        if refusal.code not in ON_THE_PAGE:
            raise
        text = open_answer(house(), number, by=asker(request), now=clock.now())
        status = problem(refusal.code).status
        return _show(request, card, text=text, typed=given, error=told(refusal), status=status)
    messages.success(request, _("Released. The desk and the clinic read the answer now."))
    return redirect("letter", number=number)


def _held(request: HttpRequest, number: str) -> LetterCard:
    """Raises: Refusal people.inspector-only, letter.unknown, letter.not-held."""
    card = letter(asker(request), number)
    if not card.held:
        raise Refusal("letter.not-held", number=number)
    return card


def _show(
    request: HttpRequest, card: LetterCard, *, text: str, typed: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    hint = _("Write ▮▮▮ in place of names, numbers, telephones. What was answered stays.")
    field = prose(
        "text", _("Text to be released"), value=typed or text, hint=hint, error=error, longest=LETTER_MAX
    )
    shown: dict[str, Any] = {
        "way": _way(card.number),
        "kind": said(KINDS[card.kind]),
        "held_kind": card.held_kind,
        "text": text,
        "field": field,
        "errors": summary([field]),
        "crumbs": [
            Crumb(_("Letters to sites"), reverse("letters")),
            Crumb(card.number, reverse("letter", args=[card.number])),
            Crumb(_("Text held back")),
        ],
    }
    return render(request, "portal/redaction.html", shown, status=status)


def _way(number: str) -> Way:
    return Way(
        opens=reverse("letter-answer", args=[number]),
        releases=reverse("letter-answer-release", args=[number]),
        back=reverse("letter", args=[number]),
        back_label=_("Back to the letter"),
    )
