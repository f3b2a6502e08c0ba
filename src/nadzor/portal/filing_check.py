# SPDX-License-Identifier: Apache-2.0
"""Check your answers: all on one page, every defect at once, its cost, what would follow; then hand in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct
from msgspec.structs import replace

from nadzor.actions.filing_deed import HANDING_IN
from nadzor.actions.move_filing import move_filing
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.portal.dues import Due, due_of
from nadzor.portal.fields import Wrong
from nadzor.portal.filing_answers import sections
from nadzor.portal.filing_card import crumbs
from nadzor.portal.filing_deeds import SHUT, pressed_twice, told
from nadzor.portal.filing_form import bill_of
from nadzor.portal.filing_labels import filing_state, verb_label
from nadzor.portal.filing_pages import ROUTE, page_title, pages
from nadzor.portal.frame import person_of
from nadzor.portal.inputs import Input, boxes
from nadzor.portal.norm_words import status_state
from nadzor.portal.sheets import Chip, State
from nadzor.portal.words import said
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.clocks import Step, what_if
from nadzor.procedures.rules.completeness import Defect, DossierAnswer
from nadzor.procedures.rules.rule import DECIDING
from nadzor.procedures.rules.soundness import ACTS
from nadzor.procedures.words import words
from nadzor.register import filings
from nadzor.register.filing_cards import FilingCard, OpenMove
from nadzor.register.filing_moves import steps as steps_of

DECLARED: Final = "declared"
CONFIRMED: Final = "confirm_defects"


class Flaw(Struct, frozen=True, kw_only=True):
    """One defect: what is wrong, its cure, the norm, the place of the form that cures it."""

    wrong: str
    cure: str
    chip: Chip | None
    doubt: State | None
    href: str


class Flaws(Struct, frozen=True):
    """The defects that one page of the form cures."""

    page: str
    flaws: Sequence[Flaw]


def page(request: HttpRequest, number: str) -> HttpResponse:
    """All answers of an application and what the checklist finds, for all who see it; POST hands it in."""
    who, today = person_of(request), clock.today()
    card = filings.filing(who, number, today=today)
    if request.method == "POST":
        return _handed_in(request, card)
    if card.row.procedure not in ACTS:
        raise Refusal("filing.page-unknown")
    return _shown(request, card)


def hand_in_move(request: HttpRequest, card: FilingCard) -> OpenMove | None:
    """The move by which this person hands in what stands here; the first of those open."""
    found = filings.moves_open_to(person_of(request), card, today=clock.today())
    return next((each for each in found if each.move.verb in HANDING_IN), None)


def _handed_in(request: HttpRequest, card: FilingCard) -> HttpResponse:
    given, number = request.POST, card.row.number
    verb = given.get("verb", "")[:60]
    if given.get(DECLARED) != "yes" and verb in HANDING_IN and card.may_edit:
        return _shown(request, card, undeclared=True)
    try:
        state = move_filing(
            number, verb if verb in HANDING_IN else "", by=person_of(request), now=clock.now(),
            facts={CONFIRMED: given.get(CONFIRMED) == "yes"},
        )  # fmt: skip
    except Refusal as refusal:
        return _refused(request, card, refusal, verb=verb)
    procedure = card.row.procedure
    facts = {"verb": verb_label(procedure, verb), "state": filing_state(procedure, state).label}
    messages.success(request, _("Done: %(verb)s. Now: %(state)s.") % facts)
    return redirect("filing", number=number)


def _refused(request: HttpRequest, card: FilingCard, refusal: Refusal, *, verb: str) -> HttpResponse:
    if pressed_twice(card, refusal, verb=verb, seen=request.POST.get("seen", "")):
        messages.info(request, _("This had been handed in already; nothing was done twice."))
        return redirect("filing", number=card.row.number)
    if refusal.code in SHUT or not card.may_edit:
        raise refusal
    return _shown(request, card, refusal=refusal)


def _shown(
    request: HttpRequest, card: FilingCard, *, undeclared: bool = False, refusal: Refusal | None = None
) -> HttpResponse:
    who, number, today = person_of(request), card.row.number, clock.today()
    dossier = filings.filing_dossier(who, number)
    answer = filings.filing_check(who, number, today=today)
    move = hand_in_move(request, card) if card.may_edit else None
    title = _("Check all answers") if card.may_edit else _("All answers")
    boxes_ = _boxes(request, answer, undeclared=undeclared, refusal=refusal)
    context = {
        "number": number,
        "title": title,
        "may_edit": card.may_edit,
        "name": said(card.row.title),
        "sections": sections(card, pages(card, dossier, today), dossier, today),
        "flaws": _flaws(number, answer, blocking=True),
        "advice": _flaws(number, answer, blocking=False),
        "blocking": answer.blocking if answer else 0,
        "advised": answer.advice if answer else 0,
        "is_checked": answer is not None,
        "bill": bill_of(dossier, today),
        "dues": _dues(card, move, today) if move else [],
        "move": move,
        "label": said(move.words) if move else "",
        "explains": said(words()[card.row.procedure].explains[move.move.verb]) if move else "",
        "boxes": boxes_,
        "errors": _errors(boxes_, refusal),
        "seen": request.POST.get("seen", len(card.steps)),
        "crumbs": crumbs(number, title),
    }
    return render(request, "portal/filing_check.html", context, status=_status(undeclared, refusal))


def _status(undeclared: bool, refusal: Refusal | None) -> int:
    if refusal is not None:
        return problem(refusal.code).status
    return 422 if undeclared else 200


def _flaws(number: str, answer: DossierAnswer | None, *, blocking: bool) -> list[Flaws]:
    """Defects by the page that cures them, in the order of the pages."""
    found = [each for each in answer.defects if each.blocking is blocking] if answer else []
    return [
        Flaws(page_title(step), [_flaw(number, each) for each in group])
        for step, group in groupby(found, key=lambda each: each.step)
    ]


def _flaw(number: str, defect: Defect) -> Flaw:
    place = "" if defect.item == ROUTE else f"#{defect.item}"
    return Flaw(
        wrong=said(defect.wrong),
        cure=said(defect.cure),
        chip=Chip(defect.fact, reverse("norm", args=[defect.key])) if defect.key else None,
        doubt=None if defect.status in DECIDING else status_state(defect.status),
        href=reverse("filing-form", args=[number, defect.step]) + place,
    )


def _dues(card: FilingCard, move: OpenMove, today: date) -> list[Due]:
    """The last days that would follow, were this handed in today; each leads to its norm's arithmetic."""
    procedure, row = PROCEDURES[card.row.procedure], card.row
    step = Step(move.move.verb, row.state, move.move.to, today, move.move.by[0])
    found = what_if(procedure, steps_of(card), [step], today=today, filed=row.filed_on or today)
    open_runs = [run for run in found if run.stopped is None]
    dues = [due_of(run, filing=row.number, index=0, filed=row.filed_on or today) for run in open_runs]
    return [replace(due, href=due.norm.href) for due in dues]


def _boxes(
    request: HttpRequest, answer: DossierAnswer | None, *, undeclared: bool, refusal: Refusal | None
) -> list[Input]:
    given = request.POST
    missing = _("Tick it to hand in.") if undeclared else ""
    label = _("Declaration")
    text = _("I answer for it that these statements and papers are reliable and identical to the documents.")
    found = [boxes(DECLARED, label, {"yes": text}, given.getlist(DECLARED), error=missing)]
    if answer is not None and answer.blocking:
        unconfirmed = refusal is not None and refusal.code == "filing.defects-unconfirmed"
        error = _("Tick it, or cure the defects first.") if unconfirmed else ""
        told_of = _("I have read the defects and hand in as it is: the registrar judges completeness.")
        found.append(boxes(CONFIRMED, _("Defects"), {"yes": told_of}, given.getlist(CONFIRMED), error=error))
    return found


def _errors(found: list[Input], refusal: Refusal | None) -> list[Wrong]:
    inside = [Wrong(f"{each.label}: {each.error}", each.place) for each in found if each.error]
    if refusal is None or refusal.code == "filing.defects-unconfirmed":
        return inside
    return [Wrong(told(refusal), "#hand-in"), *inside]
