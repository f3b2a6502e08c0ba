# SPDX-License-Identifier: Apache-2.0
"""Warnings as a clinic reads them: what to do, one answer; and the banner of its first page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.clinic_systems import site_of
from nadzor.actions.confirm_warning import confirm_warning, open_warning
from nadzor.base import clock
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal, problem
from nadzor.people.queries import Person
from nadzor.portal.desks import asker
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house
from nadzor.portal.inputs import boxes, summary
from nadzor.portal.printing import pdf_answer
from nadzor.portal.sheets import Cell, Crumb, Fact, Line, Table, columns, line
from nadzor.portal.warning_labels import (
    answer_names,
    answers_to,
    device_name,
    kind_state,
    paper_of,
    printed,
    target_fact,
    versions_words,
)
from nadzor.portal.words import moment, said
from nadzor.vigilance.warning_cards import ClinicCopy
from nadzor.vigilance.warnings import warning_of_site, warnings_of_site

ON_THE_PAGE = frozenset({"warning.answer", "warning.answered"})


class Urgent(Struct, frozen=True):
    """One warning of the banner."""

    title: str
    href: str


def urgent(who: Person) -> list[Urgent]:
    """Warnings that wait for this clinic's answer and that nothing later overtook."""
    found = warnings_of_site(site_of(house(), who))
    return [
        Urgent(said(one.title), reverse("clinic-warning", args=[one.number]))
        for one in found
        if one.confirmed_at is None and not one.overtaken_by
    ]


def listing(request: HttpRequest) -> HttpResponse:
    """Every warning of the asker's own site, newest first."""
    found = warnings_of_site(site_of(house(), asker(request)))
    head = columns(_("Letter"), _("Device"), _("About"), _("Your answer"))
    shown = {"table": Table(_("Warnings"), head, [_line(one) for one in found])}
    return _kept_private(render(request, "portal/clinic_warnings.html", shown))


def page(request: HttpRequest, number: str) -> HttpResponse:
    """The letter, and the one answer it takes; opening it is noted."""
    open_warning(house(), number, by=asker(request), now=clock.now())
    return _page(request, number)


def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The letter on paper, for the board of the department."""
    one = _copy(request, number)
    paper = paper_of(one.title, one.text, one.cites, on=moscow_date(one.at))
    below = _("A letter of this system; not a qualified signature.")
    return pdf_answer(printed(paper, _facts(one), number=number, at=one.at, below=below), number)


def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """Take the answer."""
    given = request.POST.get("answer", "")[:20]
    try:
        confirm_warning(house(), number, given, by=asker(request), now=clock.now())
    except Refusal as refusal:
        if refusal.code not in ON_THE_PAGE:
            raise
        return _page(request, number, wrong=told(refusal), status=problem(refusal.code).status)
    messages.success(request, _("Thank you: your answer was kept."))
    return redirect("clinic-warning", number=number)


def _page(request: HttpRequest, number: str, *, wrong: str = "", status: int = 200) -> HttpResponse:
    one = _copy(request, number)
    field = boxes("answer", _("What did you do?"), answers_to(one.kind), [], many=False, error=wrong)
    shown: dict[str, Any] = {
        "one": one,
        "marks": [kind_state(one.kind)],
        "paper": paper_of(one.title, one.text, one.cites, on=moscow_date(one.at)),
        "facts": _facts(one),
        "answer": answer_names().get(one.answer, ""),
        "field": field,
        "errors": summary([field]) if wrong else [],
        "later": reverse("clinic-warning", args=[one.overtaken_by]) if one.overtaken_by else "",
        "crumbs": [Crumb(_("Warnings"), reverse("clinic-warnings")), Crumb(number)],
    }
    return _kept_private(render(request, "portal/clinic_warning.html", shown, status=status))


def _copy(request: HttpRequest, number: str) -> ClinicCopy:
    return warning_of_site(site_of(house(), asker(request)), number)


def _facts(one: ClinicCopy) -> list[Fact]:
    found = [
        Fact(_("Letter"), one.number),
        Fact(_("Sent (Moscow time)"), moment(one.at)),
        Fact(_("Device"), device_name(one.device), href=reverse("register-card", args=[one.device])),
        Fact(_("The letter is about"), versions_words(one.versions)),
        Fact(_("With you there works"), ", ".join(one.ran) or _("not reported yet")),
    ]
    return found if one.confirmed_at else [*found, target_fact(one.confirm_by)]


def _line(one: ClinicCopy) -> Line:
    state = kind_state(one.kind)
    waits = _("followed by a later letter") if one.overtaken_by else _("waits for your answer")
    answer = Cell(waits, state="" if one.overtaken_by else "alarm")
    if one.confirmed_at:
        answer = Cell(answer_names()[one.answer], note=moment(one.confirmed_at), wraps=True)
    return line(
        Cell(one.number, href=reverse("clinic-warning", args=[one.number]), note=moment(one.at)),
        Cell(device_name(one.device), wraps=True),
        Cell(state.label, state=state.tone),
        answer,
    )


def _kept_private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    return answer
