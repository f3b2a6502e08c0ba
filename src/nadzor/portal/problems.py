# SPDX-License-Identifier: Apache-2.0
"""The catalogue of problems as pages: the address in every refusal leads here."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.base.problems import catalogue
from nadzor.portal.sheets import Cell, Crumb, Fact, Table, columns, line
from nadzor.portal.words import language, reference


def index(request: HttpRequest) -> HttpResponse:
    """All codes, by room."""
    lines = [
        line(
            Cell(code, href=reverse("problem", args=[code]), mono=True),
            str(entry.status),
            bare(entry.title.in_language(language())),
        )
        for code, entry in sorted(catalogue().items())
    ]
    table = Table(
        _("Every problem the system may report"),
        columns(_("Code"), _("Status"), _("Meaning"), numbers=(1,)),
        lines,
    )
    return render(request, "portal/problems.html", {"table": table})


def one(request: HttpRequest, code: str) -> HttpResponse:
    """What one code means and how to cure it."""
    entry = catalogue().get(code)
    if entry is None:
        raise Http404(code)
    facts = [
        Fact(_("Code"), code, mono=True),
        Fact(_("HTTP status"), str(entry.status)),
        Fact(_("May it be sent again?"), _again(entry.status)),
    ]
    if entry.cite:
        facts.append(Fact(_("Basis"), reference(entry.cite)))
    page = {
        "title": bare(entry.title.in_language(language())),
        "do": bare(entry.do.in_language(language())),
        "facts": facts,
        "crumbs": [Crumb(_("Problems"), reverse("problems")), Crumb(code)],
    }
    return render(request, "portal/problem.html", page)


def _again(status: int) -> str:
    if status in (429, 502, 503, 504):
        return _("Yes, unchanged, after the time in Retry-After.")
    if status == 401:
        return _("After signing anew: the body need not change.")
    return _("Not unchanged: the same bytes will be refused again.")


def bare(text: str) -> str:
    """A catalogued sentence without a case's facts: places for facts become an ellipsis."""
    out, depth = [], 0
    for mark in text:
        depth += mark == "{"
        if not depth:
            out.append(mark)
        elif mark == "}":
            depth -= 1
            out.append("…")
    return "".join(out)
