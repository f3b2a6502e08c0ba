# SPDX-License-Identifier: Apache-2.0
"""What is done on a filing's card: moves and evidence; a refused form comes back as it was typed."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.actions.add_evidence import add_evidence
from nadzor.actions.attach_paper import Upload, attach_paper
from nadzor.actions.move_filing import move_filing
from nadzor.actions.resubmit_filing import ANEW, resubmit_filing
from nadzor.base import clock
from nadzor.base.problems import Refusal, document, problem
from nadzor.portal.filing_asks import CONFIRM, Answers, facts_of, must_confirm
from nadzor.portal.filing_card import card_page
from nadzor.portal.filing_evidence import FORM, record_of
from nadzor.portal.filing_labels import filing_state, verb_label
from nadzor.portal.filing_moves import Typed
from nadzor.portal.filing_papers import FILE, KIND
from nadzor.portal.filing_papers import FORM as PAPER
from nadzor.portal.frame import house, person_of
from nadzor.portal.words import language
from nadzor.register import filings
from nadzor.register.filing_cards import FilingCard, OpenMove
from nadzor.register.filing_words import called

#: Refusals that say there is no such thing for this person: never shown on a card that would prove otherwise.
SHUT: Final = frozenset({"filing.unknown", "filing.not-yours", "people.not-yours"})
CHANGED: Final = "api.state-changed"
SECOND: Final = frozenset({"move.not-from-here", "filing.not-resubmittable", CHANGED})


def move(request: HttpRequest, number: str) -> HttpResponse:
    """Make a move and show the filing again."""
    verb = request.POST.get("verb", "")[:60]
    card = filings.filing(person_of(request), number, today=clock.today())
    try:
        _must_be_as_seen(card, request.POST.get("seen", ""))
        return _moved(request, card, verb)
    except Refusal as refusal:
        if pressed_twice(card, refusal, verb=verb, seen=request.POST.get("seen", "")):
            messages.info(request, _("This had been done already; nothing was done twice."))
            return redirect("filing", number=number)
        return _back(request, card, refusal, form=verb)


def evidence(request: HttpRequest, number: str) -> HttpResponse:
    """Add a record of evidence and show the filing again."""
    card = filings.filing(person_of(request), number, today=clock.today())
    try:
        add_evidence(number, record_of(request.POST), by=person_of(request), now=clock.now())
    except Refusal as refusal:
        return _back(request, card, refusal, form=FORM)
    messages.success(request, _("Recorded."))
    return redirect("filing", number=number)


def papers(request: HttpRequest, number: str) -> HttpResponse:
    """Attach a paper and show the filing again."""
    card = filings.filing(person_of(request), number, today=clock.today())
    file, kind = request.FILES.get(FILE), request.POST.get(KIND, "")
    try:
        if file is None:
            raise Refusal("file.empty")
        upload = Upload(kind, file.read(), file.name or "", file.content_type or "")
        attach_paper(number, upload, by=person_of(request), now=clock.now(), home=house())
    except Refusal as refusal:
        place = FILE if refusal.code.startswith("file.") else KIND
        return _back(request, card, Refusal(refusal.code, f"$.{place}", **refusal.facts), form=PAPER)
    messages.success(request, _("Attached."))
    return redirect(reverse("filing", args=[number]) + "#papers")


def pressed_twice(card: FilingCard, refusal: Refusal, *, verb: str, seen: str) -> bool:
    """Whether a refused move has just been made: the second press of one button."""
    return refusal.code in SECOND and _steps_since(card, seen) > 0 and card.steps[-1].verb == verb


def told(refusal: Refusal) -> str:
    """A refusal in one breath: what is wrong and what to do."""
    page = document(refusal, language())
    return f"{page['title']}. {page['do']}"


def _steps_since(card: FilingCard, seen: str) -> int:
    """How many steps were made since a form was drawn; none when the form does not say."""
    return len(card.steps) - int(seen) if seen.isdecimal() and len(seen) < 6 else 0


def _must_be_as_seen(card: FilingCard, seen: str) -> None:
    """Whoever decides on what they read must not decide on what has changed since.

    Raises: Refusal api.state-changed.
    """
    if _steps_since(card, seen) > 0:
        row, name = card.row, called(card.row.procedure, state=card.row.state)
        raise Refusal(CHANGED, state=row.state, state_ru=name.ru, state_en=name.en)


def _moved(request: HttpRequest, card: FilingCard, verb: str) -> HttpResponse:
    who, number, procedure = person_of(request), card.row.number, card.row.procedure
    if verb in ANEW:
        return redirect("filing", number=resubmit_filing(number, by=who, now=clock.now()))
    answers, found = Answers(verb, request.POST), _open_move(request, card, verb)
    _must_be_confirmed(card, found, answers)
    state = move_filing(
        number, verb, by=who, because=answers.one("because"), now=clock.now(),
        facts=facts_of(found.asks if found else (), answers),
    )  # fmt: skip
    facts = {"verb": verb_label(procedure, verb), "state": filing_state(procedure, state).label}
    messages.success(request, _("Done: %(verb)s. Now: %(state)s.") % facts)
    return redirect("filing", number=number)


def _open_move(request: HttpRequest, card: FilingCard, verb: str) -> OpenMove | None:
    """The move, if it is open to this person."""
    found = filings.moves_open_to(person_of(request), card, today=clock.today())
    return next((each for each in found if each.move.verb == verb), None)


def _must_be_confirmed(card: FilingCard, found: OpenMove | None, answers: Answers) -> None:
    """A move that closes a matter or changes the register asks twice; missing grounds are said first.

    Raises: Refusal move.unconfirmed.
    """
    if found is None or found.refused or not must_confirm(card, found.move):
        return
    is_told = answers.one("because").strip() or not found.because_needed
    if is_told and answers.one(CONFIRM) != "yes":
        raise Refusal("move.unconfirmed", f"$.{CONFIRM}")


def _back(request: HttpRequest, card: FilingCard, refusal: Refusal, *, form: str) -> HttpResponse:
    """The card with the form as it was typed; what is wrong stands beside its field and on top."""
    if refusal.code in SHUT:
        raise refusal
    place = (refusal.at or "").removeprefix("$.facts.").removeprefix("$.")
    found = _open_move(request, card, form)
    asked = (*(found.asks if found else ()), "because", CONFIRM)
    known = (*request.POST, FILE) if form in (FORM, PAPER) else asked
    hint, is_field = refusal.facts.get(f"hint_{language()}"), place in known
    said = str(hint) if hint else told(refusal)
    typed = Typed(
        form=form,
        given=request.POST,
        errors={place: said} if is_field else {},
        wrong="" if is_field else said,
    )
    page = card_page(person_of(request), card, today=clock.today(), typed=typed)
    return render(request, "portal/filing.html", page, status=problem(refusal.code).status)
