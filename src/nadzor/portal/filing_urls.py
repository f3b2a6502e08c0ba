# SPDX-License-Identifier: Apache-2.0
"""Addresses of filings; whoever is signed in may ask, and each filing answers only those who may see it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nadzor.portal import (
    account,
    cases,
    clock,
    drafts,
    filing_card,
    filing_check,
    filing_deeds,
    filing_form,
    filing_letters,
    filing_new,
    filing_papers,
    filings,
)
from nadzor.portal.door import View, signed_in


def _read(view: View) -> View:
    return require_safe(signed_in(view))


def _write(view: View) -> View:
    return require_POST(signed_in(view))


def _form(view: View) -> View:
    return require_http_methods(["GET", "HEAD", "POST"])(signed_in(view))


def _papers(request: HttpRequest, number: str) -> HttpResponse:
    """Attach a paper, or show those there are."""
    view = filing_deeds.papers if request.method == "POST" else filing_papers.listing
    return view(request, number)


ONE = "filings/<str:number>/"

urlpatterns = [
    path("account/", _read(account.page), name="account"),
    path("account/notices/", _write(account.read_all), name="notices-read"),
    path("account/notices/<int:id>/", _write(account.read), name="notice-read"),
    path("drafts/", _form(drafts.page), name="drafts"),
    path("filings/", _read(filings.page), name="filings"),
    path("filings/new/", _form(filing_new.page), name="filing-new"),
    path("cases/new/", _form(cases.page), name="case-new"),
    path(ONE, _read(filing_card.page), name="filing"),
    path(ONE + "form/<str:step>/", _form(filing_form.page), name="filing-form"),
    path(ONE + "check/", _form(filing_check.page), name="filing-check"),
    path(ONE + "move/", _write(filing_deeds.move), name="filing-move"),
    path(ONE + "evidence/", _write(filing_deeds.evidence), name="filing-evidence"),
    path(ONE + "clocks/next/", _read(filing_card.next_clock), name="filing-next-clock"),
    path(ONE + "clocks/<int:index>/", _read(clock.page), name="filing-clock"),
    path(ONE + "papers/", _form(_papers), name="filing-papers"),
    path(ONE + "papers/<str:kind>/<int:edition>/", _read(filing_papers.paper), name="filing-paper"),
    path(ONE + "letters/<int:id>/", _read(filing_letters.page), name="filing-letter"),
    path(ONE + "letters/<int:id>.pdf", _read(filing_letters.pdf), name="filing-letter-pdf"),
]
