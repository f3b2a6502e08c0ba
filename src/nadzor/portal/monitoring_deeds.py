# SPDX-License-Identifier: Apache-2.0
"""What is done on a report's card: moves, hand-written parts; a refused form comes back as it was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.actions.count_refusal import count_refusal
from nadzor.actions.draft_monitoring import draft_monitoring
from nadzor.actions.file_monitoring import file_monitoring
from nadzor.actions.move_monitoring import move_monitoring
from nadzor.actions.move_signal import Grounds
from nadzor.actions.sign_monitoring import make_ready, sign_monitoring
from nadzor.actions.write_monitoring import write_monitoring
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house, person_of
from nadzor.portal.monitoring_card import card_page
from nadzor.portal.monitoring_forms import Typed
from nadzor.procedures.words import asks
from nadzor.vigilance.monitoring import report
from nadzor.vigilance.monitoring_cards import WRITTEN

#: Refusals that say there is no such thing for this person: never shown on a card that would prove otherwise.
SHUT: Final = frozenset({"monitoring.unknown", "people.not-yours"})


def move(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Make a move and show the report again; the second press of one button does nothing twice."""
    verb = request.POST.get("verb", "")[:40]
    try:
        _moved(request, code, year, verb)
    except Refusal as refusal:
        if _pressed_twice(request, code, year, refusal, verb):
            messages.info(request, _("This had been done already; nothing was done twice."))
            return redirect("monitoring-report", code=code, year=year)
        return _back(request, code, year, refusal, form=verb)
    messages.success(request, _("Done."))
    return redirect("monitoring-report", code=code, year=year)


def words(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Keep the hand-written parts and show the report again."""
    given = {key: request.POST[key] for key in WRITTEN if key in request.POST}
    try:
        write_monitoring(code, year, given, by=person_of(request), now=clock.now())
    except Refusal as refusal:
        return _back(request, code, year, refusal, form="words")
    messages.success(request, _("Kept."))
    return redirect(reverse("monitoring-report", args=[code, year]) + "#words")


def _moved(request: HttpRequest, code: str, year: int, verb: str) -> None:
    who, now, given = person_of(request), clock.now(), request.POST
    match verb:
        case "draft":
            draft_monitoring(house(), code, year, by=who, now=now)
        case "make_ready":
            make_ready(house(), code, year, by=who, now=now)
        case "sign":
            seen = given.get("digest", "")
            sign_monitoring(house(), code, year, expected=seen, by=who, now=now)
        case "file_report":
            file_monitoring(code, year, by=who, now=now)
        case _:
            move_monitoring(code, year, verb, by=who, grounds=_grounds(given, verb), now=now)


def _grounds(given: Mapping[str, str], verb: str) -> Grounds:
    added = {ask: text for ask in asks() if (text := given.get(f"{verb}-{ask}", "").strip())}
    return Grounds(given.get(f"{verb}-because", ""), added)


def _pressed_twice(request: HttpRequest, code: str, year: int, refusal: Refusal, verb: str) -> bool:
    """Whether a refused move is the last one made, and no step was known to the form that was sent."""
    if refusal.code != "move.not-from-here":
        return False
    steps = report(person_of(request), code, year, today=clock.today()).steps
    seen = request.POST.get("seen", "")
    was_seen = int(seen) if seen.isdecimal() and len(seen) < 6 else len(steps)
    return len(steps) > was_seen and steps[-1].verb == verb


def _back(request: HttpRequest, code: str, year: int, refusal: Refusal, *, form: str) -> HttpResponse:
    """The card again with what is wrong and what was typed; the refusal is counted."""
    who = person_of(request)
    role = who.role.value if who else "public"
    count_refusal(form, role=role, code=refusal.code, on=clock.today())
    if refusal.code in SHUT:
        raise refusal
    place = refusal.at.rpartition(".")[2] if refusal.at else ""
    typed = Typed(form=form, given=request.POST.dict(), errors={place: told(refusal)}, wrong=told(refusal))
    return card_page(request, code, year, typed, status=problem(refusal.code).status)
