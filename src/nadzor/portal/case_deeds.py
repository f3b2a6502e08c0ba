# SPDX-License-Identifier: Apache-2.0
"""What is done on the desk of a case: a ground added, a figure reckoned again; a refusal is shown there."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.actions.add_case_ground import add_case_ground
from nadzor.actions.recompute import recompute as reckon
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.portal.case_card import CameBack, desk
from nadzor.portal.filing_card import card_page
from nadzor.portal.filing_deeds import SHUT, told
from nadzor.portal.frame import house, person_of
from nadzor.portal.refused_deeds import note_refused
from nadzor.register import filings

PLACE = "#desk"


def ground(request: HttpRequest, number: str) -> HttpResponse:
    """Add a ground and show the case again."""
    given = request.POST
    try:
        add_case_ground(
            number, given.get("ground.kind", ""), given.get("ground.ref", ""), by=person_of(request),
            now=clock.now(), because=given.get("ground.because", ""), home=house(),
        )  # fmt: skip
    except Refusal as refusal:
        return _back(request, number, refusal, form="ground")
    messages.success(request, _("The case rests on it from now on."))
    return redirect(reverse("filing", args=[number]) + PLACE)


def recompute(request: HttpRequest, number: str) -> HttpResponse:
    """Reckon with the maker's figures and show the case again."""
    given = request.POST
    try:
        same = reckon(
            number, given.get("recompute.calculation", ""), given.get("recompute.figures", "").encode(),
            by=person_of(request), now=clock.now(), because=given.get("recompute.because", ""),
        )  # fmt: skip
    except Refusal as refusal:
        return _back(request, number, refusal, form="recompute")
    agrees = _("Your figures give what the pack says.")
    messages.success(
        request, agrees if same else _("Your figures give something else; it is in the case now.")
    )
    return redirect(reverse("filing", args=[number]) + PLACE)


def _back(request: HttpRequest, number: str, refusal: Refusal, *, form: str) -> HttpResponse:
    """The card with the form as typed and what is wrong; whoever may not see the case learns nothing."""
    note_refused(request, refusal, verb=form)
    if refusal.code in SHUT:
        raise refusal
    messages.error(request, told(refusal))
    who, today = person_of(request), clock.today()
    card = filings.filing(who, number, today=today)
    back = CameBack(form=form, given=request.POST.dict(), wrong=told(refusal))
    page = card_page(who, card, today=today) | {"desk": desk(who, card, today=today, back=back)}
    return render(request, "portal/filing.html", page, status=422)
