# SPDX-License-Identifier: Apache-2.0
"""Stored opinions: whoever is signed in keeps one with name and date, reads it again, prints it."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from msgspec import convert

from nadzor.actions.record_opinion import record_opinion
from nadzor.base import clock
from nadzor.portal.door import signed_in
from nadzor.portal.frame import person_of
from nadzor.portal.opinion_paper import print_signed
from nadzor.portal.opinion_sheet import opinion_sheet, verdict_state
from nadzor.portal.printing import pdf_answer
from nadzor.portal.qualify_answers import answers_of, forget
from nadzor.portal.sheets import Cell, Crumb, Fact, Line, Table, columns, line
from nadzor.portal.words import language, moment
from nadzor.procedures.rules.interview import next_question
from nadzor.procedures.rules.qualification import Determination
from nadzor.register import opinions
from nadzor.register.filing_cards import OpinionCard


@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """The opinions of this person; POST stores the answers of this visit as one more."""
    return _store(request) if request.method == "POST" else _listed(request)


@signed_in
def _listed(request: HttpRequest) -> HttpResponse:
    lines = [_line(card) for card in opinions.opinions(person_of(request))]
    head = columns(_("Number"), _("Product"), _("Conclusion"), _("Author"), _("Stored (Moscow time)"))
    return render(request, "portal/opinions.html", {"table": Table(_("Stored opinions"), head, lines)})


@require_safe
@signed_in
def card(request: HttpRequest, number: str) -> HttpResponse:
    """One stored opinion as it was given."""
    found = opinions.opinion(person_of(request), number)
    page = {
        "sheet": opinion_sheet(_determination(found)),
        "number": number,
        "facts": _facts(found),
        "crumbs": [Crumb(_("Opinions"), reverse("opinions")), Crumb(number)],
    }
    return render(request, "portal/opinion.html", page)


@require_safe
@signed_in
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The same on paper."""
    found = opinions.opinion(person_of(request), number)
    paper = print_signed(
        _determination(found), number=found.number, author=found.author, at=found.at, lang=language()
    )
    return pdf_answer(paper, f"opinion-{found.number}")


def _store(request: HttpRequest) -> HttpResponse:
    """Store the answers; who is not signed in signs in first, and the answers stay in the visit."""
    who = person_of(request)
    if who is None:
        return redirect_to_login(reverse("qualify-result"))
    answers = answers_of(request)
    if next_question(answers) is not None or answers.product is None:
        return redirect("qualify-result")
    number = record_opinion(answers, product=answers.product, by=who, now=clock.now())
    forget(request)
    return redirect("opinion", number=number)


def _determination(found: OpinionCard) -> Determination:
    return convert(found.result, Determination)


def _facts(found: OpinionCard) -> list[Fact]:
    whose = [Fact(_("Organisation"), found.organisation)] if found.organisation else []
    stored = Fact(_("Stored (Moscow time)"), moment(found.at))
    return [Fact(_("Number"), found.number), Fact(_("Author"), found.author), *whose, stored]


def _line(found: OpinionCard) -> Line:
    state = verdict_state(found.verdict)
    return line(
        Cell(found.number, href=reverse("opinion", args=[found.number])),
        found.product,
        Cell(state.label, state=state.tone or "none"),
        found.author,
        moment(found.at),
    )
