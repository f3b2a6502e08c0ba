# SPDX-License-Identifier: Apache-2.0
"""The form of an application, a page at a time: what is typed is kept, files are checked as they come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from msgspec import Struct

from nadzor.actions.attach_paper import Upload, attach_paper
from nadzor.actions.save_form import save_form
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.law.norm import NormMissing
from nadzor.portal.fields import Wrong
from nadzor.portal.filing_card import crumbs
from nadzor.portal.filing_deeds import told
from nadzor.portal.filing_fields import Sheet, fields
from nadzor.portal.filing_pages import Page, after, page_of, pages
from nadzor.portal.filing_reading import brought, field_of
from nadzor.portal.frame import house, person_of
from nadzor.portal.inputs import Rows, summary
from nadzor.portal.law_tools_duty import BillSheet, bill_sheet
from nadzor.portal.words import said
from nadzor.procedures.rules.dossier import Dossier
from nadzor.procedures.rules.duties import duty
from nadzor.procedures.rules.soundness import ACTS
from nadzor.register import filings
from nadzor.register.filing_cards import FilingCard

PAYMENT = "payment"


class Way(Struct, frozen=True, kw_only=True):
    """One page in the list of pages: where it is, how much of it is filled."""

    title: str
    href: str
    filled: int
    total: int
    is_current: bool


def page(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """One page of the form; a good one leads on, a bad one stays as it was typed."""
    who, today = person_of(request), clock.today()
    card = filings.filing(who, number, today=today)
    _must_be_open(card)
    found = pages(card, filings.filing_dossier(who, number), today)
    current = page_of(found, step)
    if current is None:
        raise Refusal("filing.page-unknown")
    if request.method != "POST":
        return _shown(request, card, found, current)
    errors = _attached(request, number, current) | _saved(request, card, current)
    if errors:
        return _shown(request, card, found, current, errors=errors)
    return redirect(_onward(request.POST.get("do", ""), number, after(found, current), current))


def form_fields(card: FilingCard) -> bool:
    """Whether this filing has pages to fill."""
    return card.row.procedure in ACTS


def bill_of(dossier: Dossier, today: date) -> BillSheet | None:
    """What the act costs today; none while the class or the rate is not known."""
    act = ACTS.get(dossier.route) if dossier.route else None
    try:
        return bill_sheet(duty(act, dossier.product.risk_class, today)) if act else None
    except (Refusal, NormMissing):
        return None


def _must_be_open(card: FilingCard) -> None:
    if not card.may_edit or not form_fields(card):
        raise Refusal("filing.not-editable")


def _saved(request: HttpRequest, card: FilingCard, current: Page) -> dict[str, str]:
    """Write the page; what cannot be read is said, and then nothing of the fields is written."""
    came = brought(current, request.POST, card.form)
    if came.errors:
        return came.errors
    try:
        save_form(card.row.number, came.patch, by=person_of(request), now=clock.now())
    except Refusal as refusal:
        if not (refusal.at or "").startswith("$.form"):
            raise
        return {field_of(refusal.at or "", current): told(refusal)}
    return {}


def _attached(request: HttpRequest, number: str, current: Page) -> dict[str, str]:
    """Attach every file that may be; the others say why not."""
    wanted = {*current.papers, *(item.key for item in current.items if item.kind == "file")}
    found = {kind: _attach(request, number, kind) for kind in request.FILES if kind in wanted}
    return {kind: fault for kind, fault in found.items() if fault}


def _attach(request: HttpRequest, number: str, kind: str) -> str:
    """Attach one file; what is wrong with it, if it may not be kept."""
    file = request.FILES[kind]
    upload = Upload(kind, file.read(), file.name or "", file.content_type or "")
    try:
        attach_paper(number, upload, by=person_of(request), now=clock.now(), home=house())
    except Refusal as refusal:
        if not refusal.code.startswith("file."):
            raise
        return told(refusal)
    return ""


def _shown(
    request: HttpRequest, card: FilingCard, found: list[Page], current: Page, *,
    errors: Mapping[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    who, number, today = person_of(request), card.row.number, clock.today()
    fresh = filings.filing(who, number, today=today) if errors else card
    sheet = Sheet(
        card=fresh, dossier=filings.filing_dossier(who, number), on=today,
        given=request.POST if errors else None, errors=errors or {},
    )  # fmt: skip
    drawn = fields(current, sheet)
    loose = [Wrong(text, "#main") for name, text in (errors or {}).items() if not name]
    context = {
        "number": number,
        "title": current.title,
        "sheet": drawn,
        "has_rows": any(isinstance(each, Rows) for each in drawn),
        "errors": [*loose, *summary(drawn)],
        "ways": _ways(number, found, current),
        "place": (found.index(current) + 1, len(found)),
        "name": said(card.row.title),
        "bill": bill_of(sheet.dossier, today) if current.key == PAYMENT else None,
        "crumbs": crumbs(number, current.title),
        "step": current.key,
    }
    return render(request, "portal/filing_form.html", context, status=422 if errors else 200)


def _ways(number: str, found: list[Page], current: Page) -> list[Way]:
    return [
        Way(
            title=each.title,
            href=reverse("filing-form", args=[number, each.key]),
            filled=sum(item.filled for item in each.items),
            total=len(each.items),
            is_current=each.key == current.key,
        )
        for each in found
    ]


def _onward(do: str, number: str, following: Page | None, current: Page) -> str:
    if do == "leave":
        return reverse("filing", args=[number])
    if do == "stay":
        return reverse("filing-form", args=[number, current.key])
    if following is None:
        return reverse("filing-check", args=[number])
    return reverse("filing-form", args=[number, following.key])
