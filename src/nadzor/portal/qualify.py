# SPDX-License-Identifier: Apache-2.0
"""Is it a medical device?  The interview, one question a page; no account is needed and none is noticed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nadzor.base import clock
from nadzor.portal.frame import person_of
from nadzor.portal.opinion_paper import print_unsigned
from nadzor.portal.opinion_sheet import opinion_sheet
from nadzor.portal.printing import pdf_answer
from nadzor.portal.qualify_answers import (
    answers_of,
    draft_of,
    forget,
    given_in,
    keep,
    keep_draft,
    read,
)
from nadzor.portal.qualify_question import question_sheet, told_so_far, typed_of
from nadzor.portal.sheets import Crumb
from nadzor.portal.words import language
from nadzor.procedures.rules.answers import PARTS, Answers
from nadzor.procedures.rules.interview import Question, asked, interview, next_question
from nadzor.procedures.rules.qualification import determine


def start(request: HttpRequest) -> HttpResponse:
    """Who it is for, what is needed, what comes out; and the way on for whoever has begun."""
    answers = answers_of(request)
    page = {"told": told_so_far(answers), "has_begun": answers != Answers()}
    return render(request, "portal/qualify.html", page)


def question(request: HttpRequest, key: str) -> HttpResponse:
    """One question; a good answer leads on, a bad one stays on the page as it was typed."""
    answers = answers_of(request)
    found = next((each for each in asked(answers) if each.key == key), None)
    if found is None:
        _known(key)
        return _onward(answers)
    if request.method != "POST":
        draft = draft_of(request, key)
        return _shown(request, answers, found, draft)
    given = given_in(request)
    meant = read(found, given)
    if meant.fault:
        keep_draft(request, key, given)
        return _shown(request, answers, found, given)
    keep(request, key, meant.value)
    return _onward(answers_of(request))


def result(request: HttpRequest) -> HttpResponse:
    """The opinion on the answers, step by step; an unfinished interview goes on instead."""
    answers = answers_of(request)
    if next_question(answers) is not None:
        return _onward(answers)
    sheet = opinion_sheet(determine(answers, clock.today()), changes=True)
    page = {
        "sheet": sheet,
        "told": told_so_far(answers),
        "person": person_of(request),
        "crumbs": [_crumb(), Crumb(_("The answer"))],
    }
    return render(request, "portal/qualify_result.html", page)


def result_pdf(request: HttpRequest) -> HttpResponse:
    """The answer on paper, marked as nobody's."""
    answers = answers_of(request)
    if next_question(answers) is not None:
        return _onward(answers)
    now = clock.now()
    paper = print_unsigned(determine(answers, clock.moscow_date(now)), now=now, lang=language())
    return pdf_answer(paper, "opinion-unsigned")


@require_POST
def anew(request: HttpRequest) -> HttpResponse:
    """Forget everything and begin again."""
    forget(request)
    return redirect("qualify")


def _shown(request: HttpRequest, answers: Answers, found: Question, draft: list[str] | None) -> HttpResponse:
    typed = typed_of(answers, found) if draft is None else draft
    fault = "" if draft is None else read(found, draft).fault
    page = {
        "sheet": question_sheet(answers, found, typed, error=fault),
        "told": told_so_far(answers, found.key),
        "crumbs": [_crumb(), Crumb(_("Question %(n)s") % {"n": found.number})],
    }
    return render(
        request, "portal/qualify_question.html", page, status=422 if request.method == "POST" else 200
    )


def _onward(answers: Answers) -> HttpResponseRedirect:
    following = next_question(answers)
    return redirect("qualify-question", key=following.key) if following else redirect("qualify-result")


def _known(key: str) -> None:
    """Refuse the address of a question that no interview has."""
    part, dot, field = key.partition(".")
    pages = interview()
    if not (key in pages.opening or (dot and part in PARTS and field in pages.each_part)):
        raise Http404(key)


def _crumb() -> Crumb:
    return Crumb(_("Is it a medical device?"), reverse("qualify"))
