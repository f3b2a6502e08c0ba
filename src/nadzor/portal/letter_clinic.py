# SPDX-License-Identifier: Apache-2.0
"""Routine letters as a clinic reads them: the regulator does not know who reads; one answer to each."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from nadzor.actions.answer_letter import answer_letter, open_letter
from nadzor.actions.clinic_systems import site_of
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.portal.desks import asker
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house
from nadzor.portal.inputs import prose, summary
from nadzor.portal.refused_deeds import note_refused
from nadzor.portal.sheets import Cell, Crumb, Fact, Line, Table, columns, line
from nadzor.portal.words import moment, said
from nadzor.vigilance.letters import KINDS, LETTER_MAX, ClinicLetter, letter_of_site, letters_of_site

ON_THE_PAGE: Final = frozenset({"letter.text", "letter.names-clinic", "letter.answered"})


@never_cache
def listing(request: HttpRequest) -> HttpResponse:
    """Every letter to the asker's own site, newest first."""
    found = letters_of_site(site_of(house(), asker(request)))
    head = columns(_("Letter"), _("Kind"), _("Your answer"))
    return render(
        request,
        "portal/clinic_letters.html",
        {"table": Table(_("Letters"), head, [_line(one) for one in found])},
    )


@never_cache
def page(request: HttpRequest, number: str) -> HttpResponse:
    """The letter and its answer; opening it is noted."""
    open_letter(house(), number, by=asker(request), now=clock.now())
    return _page(request, number)


@never_cache
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Take the one answer."""
    given = request.POST.get("text", "")[: 2 * LETTER_MAX]
    try:
        answer_letter(house(), number, given, by=asker(request), now=clock.now())
    except Refusal as refusal:
        note_refused(request, refusal, verb="letter")
        if refusal.code not in ON_THE_PAGE:
            raise
        return _page(request, number, wrong=told(refusal), status=problem(refusal.code).status)
    _thank(request, number)
    return redirect("clinic-letter", number=number)


def _thank(request: HttpRequest, number: str) -> None:
    """Say what became of the answer: read at once, or held until it is redacted."""
    held = letter_of_site(site_of(house(), asker(request)), number).held
    kept = _("Thank you: your answer was kept.")
    messages.success(request, _("Thank you: your answer counts; its text is held back.") if held else kept)


def _page(request: HttpRequest, number: str, *, wrong: str = "", status: int = 200) -> HttpResponse:
    one = letter_of_site(site_of(house(), asker(request)), number)
    typed = request.POST.get("text", "")[: 2 * LETTER_MAX]
    hint = _(
        "No names, no numbers of your organisation or of persons: the regulator must not learn who you are."
    )
    field = prose("text", _("Your answer"), value=typed, hint=hint, error=wrong, longest=LETTER_MAX)
    shown: dict[str, Any] = {
        "one": one,
        "title": said(KINDS[one.kind]),
        "facts": _facts(one),
        "field": field,
        "errors": summary([field]) if wrong else [],
        "crumbs": [Crumb(_("Regulator's letters"), reverse("clinic-letters")), Crumb(number)],
    }
    return render(request, "portal/clinic_letter.html", shown, status=status)


def _facts(one: ClinicLetter) -> list[Fact]:
    about = [Fact(_("What it is about"), one.about)] if one.about else []
    return [Fact(_("Letter"), one.number), *about, Fact(_("Sent (Moscow time)"), moment(one.at))]


def _line(one: ClinicLetter) -> Line:
    answer = Cell(_("waits for your answer"), state="warn")
    if one.answered_at:
        words = _("given; held back until it is redacted") if one.held else one.answer
        answer = Cell(words, note=moment(one.answered_at), wraps=True)
    return line(
        Cell(one.number, href=reverse("clinic-letter", args=[one.number]), note=moment(one.at)),
        Cell(said(KINDS[one.kind]), note=one.about, wraps=True),
        answer,
    )
