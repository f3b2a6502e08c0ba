# SPDX-License-Identifier: Apache-2.0
"""A letter of a filing: as it was sent, with the norms it rests on; on the page and as a tagged PDF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing
from nadzor.people import queries as people
from nadzor.people.roles import ROLE_NAMES, Role
from nadzor.portal.dues import Due, due_of
from nadzor.portal.filing_card import crumbs
from nadzor.portal.frame import person_of
from nadzor.portal.law_marks import norm_mark
from nadzor.portal.printing import pdf_answer, print_pdf
from nadzor.portal.sheets import Chip, Fact
from nadzor.portal.words import language, moment, said
from nadzor.register import filings
from nadzor.register.filing_cards import FilingCard, LetterCard
from nadzor.register.letters import templates


class Rests(Struct, frozen=True):
    """A norm that a letter rests on: what it answers, and the way to it."""

    what: str
    norm: Chip


class LetterSheet(Struct, frozen=True, kw_only=True):
    """A letter as it is read: paragraphs of its text, norms as chips."""

    title: str
    at: str
    to: str
    paragraphs: Sequence[str]
    norms: Sequence[Rests]


def page(request: HttpRequest, number: str, id: int) -> HttpResponse:
    """One letter."""
    card, letter = _letter(request, number, id)
    shown = {
        "sheet": letter_sheet(letter),
        "number": number,
        "id": id,
        "facts": _facts(card, letter),
        "due": _due(card, letter),
        "crumbs": crumbs(number, said(letter.title)),
    }
    return render(request, "portal/letter.html", shown)


def pdf(request: HttpRequest, number: str, id: int) -> HttpResponse:
    """The same letter on paper."""
    card, letter = _letter(request, number, id)
    sheet = letter_sheet(letter)
    shown = {
        "sheet": sheet,
        "facts": _facts(card, letter),
        "above_left": _("Filing %(number)s") % {"number": number},
        "above_right": sheet.at,
        "below_left": _("A letter of this system; not a qualified signature."),
        "made": letter.at.isoformat(timespec="seconds"),
    }
    paper = print_pdf("portal/letter_paper.html", shown, title=sheet.title, lang=language())
    return pdf_answer(paper, f"letter-{number}-{id}")


def letter_sheet(letter: LetterCard) -> LetterSheet:
    """A letter in this request's language."""
    on = moscow_date(letter.at)
    return LetterSheet(
        title=said(letter.title),
        at=moment(letter.at),
        to=addressee(letter.to),
        paragraphs=said(letter.text).split("\n\n"),
        norms=[rests for key in letter.cites if (rests := _rests(key, on)) is not None],
    )


def addressee(code: str) -> str:
    """Whom a letter went to: an organisation by name, or a role."""
    if code == "prosecutor":
        return _("the prosecutor's office")
    if code in ROLE_NAMES:
        return ROLE_NAMES[Role(code)][language()]
    found = people.organisation(code)
    return found.name(language()) if found else code


def _letter(request: HttpRequest, number: str, id: int) -> tuple[FilingCard, LetterCard]:
    card = filings.filing(person_of(request), number, today=clock.today())
    letter = next((each for each in card.letters if each.id == id), None)
    if letter is None:
        raise Refusal("filing.letter-unknown")
    return card, letter


def _rests(key: str, on: date) -> Rests | None:
    """A norm in force on the letter's day; what was not in force is not cited."""
    try:
        found = norm(key, on)
    except NormMissing:
        return None
    return Rests(said(found.what), norm_mark(found))


def _due(card: FilingCard, letter: LetterCard) -> Due | None:
    """The last day that the letter names, with its arithmetic."""
    template, on = templates().get(letter.kind), moscow_date(letter.at)
    if template is None or not template.clock:
        return None
    for index, run in enumerate(card.runs):
        if run.key == template.clock and run.started == on:
            return due_of(run, filing=card.row.number, index=index, filed=card.row.filed_on)
    return None


def _facts(card: FilingCard, letter: LetterCard) -> list[Fact]:
    return [
        Fact(_("To"), addressee(letter.to)),
        Fact(_("Sent (Moscow time)"), moment(letter.at)),
        Fact(_("Filing"), f"{card.row.number}, {said(card.row.title)}"),
    ]
