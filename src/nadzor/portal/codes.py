# SPDX-License-Identifier: Apache-2.0
"""The terminology as everybody reads it: a search, a tree, one code with its definition and edition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.portal.choices import choices
from nadzor.portal.code_words import annex_words, fate_words, source_words, status_words
from nadzor.portal.sheets import Crumb, Fact, State
from nadzor.portal.words import language, number
from nadzor.vigilance import codes
from nadzor.vigilance.code_cards import ANNEXES, CodeCard

WORDS: Final = 100
SHOWN: Final = 60
CODE: Final = 12


class Entry(Struct, frozen=True):
    """One code of a list: its name in the reader's language, the English one beside it, what to know."""

    code: str
    label: str
    english: str
    href: str
    is_english: bool
    state: State | None
    under: int


class Branch(Struct, frozen=True):
    """An annex or another heading with the codes right under it."""

    label: str
    entries: Sequence[Entry]


def index(request: HttpRequest) -> HttpResponse:
    """What answers a search, or the tops of every annex."""
    words = request.GET.get("q", "").strip()[:WORDS]
    annex, edition = request.GET.get("annex", "").upper()[:1], request.GET.get("edition", "")[:40]
    found = codes.find_codes(words, annex=annex, edition=edition, lang=language(), limit=SHOWN)
    page = {
        "words": words,
        "filters": _filters(annex, edition),
        "entries": _entries(found, edition) if words else [],
        "branches": [] if words else _tops(annex, edition),
        "shown": ngettext("%(n)s code", "%(n)s codes", len(found)) % {"n": number(len(found))},
        "is_cut": len(found) == SHOWN,
        "editions": [source_words(card) for card in codes.editions()],
    }
    template = "portal/_codes_found.html" if request.htmx else "portal/codes.html"  # type: ignore[attr-defined]
    return render(request, template, page)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """One code.

    Raises: Refusal codes.not-here.
    """
    edition = request.GET.get("edition", "")[:40]
    card = codes.code(code[:CODE], edition)
    if card is None:
        raise Refusal("codes.not-here")
    below = codes.children(card.code, edition=edition)
    page = {
        "title": f"{card.code} {card.term.in_language(language())}",
        "state": status_words(card),
        "definition": card.definition,
        "facts": _facts(card),
        "ways": [_way(place, edition) for place in card.places],
        "entries": _entries(below, edition),
        "later": [fate_words(told) for told in codes.later(card)],
        "crumbs": [Crumb(_("Codes of adverse events"), reverse("codes")), Crumb(card.code)],
    }
    return render(request, "portal/codes_code.html", page)


def _facts(card: CodeCard) -> list[Fact]:
    edition = next(found for found in codes.editions() if found.name == card.edition)
    unofficial = _("unofficial translation of this system")
    russian = Fact(_("Russian name"), card.term.ru, note=unofficial, lang="ru")
    return [
        Fact(_("Code"), card.code, mono=True),
        Fact(_("Annex"), annex_words(card.annex)),
        Fact(_("English name"), card.term.en, lang="en"),
        *([russian] if card.translated else []),
        Fact(_("Edition"), card.edition, note=source_words(edition).text),
        *([Fact(_("Mark of the edition"), card.status)] if card.status else []),
    ]


def _way(place: str, edition: str) -> list[Crumb]:
    """One way down to a code, each step a link but the last."""
    *above, last = place.split("|")
    return [*(Crumb(step, _address(step, edition)) for step in above), Crumb(last)]


def _tops(annex: str, edition: str) -> list[Branch]:
    """The annexes with what stands at the top of each."""
    letters = annex or ANNEXES
    found = {letter: codes.children("", annex=letter, edition=edition) for letter in letters}
    return [Branch(annex_words(letter), _entries(cards, edition)) for letter, cards in found.items() if cards]


def _entries(cards: Sequence[CodeCard], edition: str) -> list[Entry]:
    under = codes.counts_under(edition)
    return [_entry(card, edition, under.get(card.code, 0)) for card in cards]


def _entry(card: CodeCard, edition: str, under: int) -> Entry:
    label = card.term.in_language(language())
    return Entry(
        code=card.code,
        label=label,
        english=card.term.en if label != card.term.en else "",
        href=_address(card.code, edition),
        is_english=not card.translated,
        state=status_words(card),
        under=under,
    )


def _address(code: str, edition: str) -> str:
    asked = "?" + urlencode({"edition": edition}) if edition else ""
    return reverse("code", args=[code]) + asked


def _filters(annex: str, edition: str) -> list[object]:
    letters = {"": _("all annexes")} | {letter: annex_words(letter) for letter in ANNEXES}
    names = {"": _("the current one")} | {card.name: card.name for card in codes.editions()}
    return [choices("annex", _("Annex"), annex, letters), choices("edition", _("Edition"), edition, names)]
