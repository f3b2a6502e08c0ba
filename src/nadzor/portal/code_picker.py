# SPDX-License-Identifier: Apache-2.0
"""A field to choose codes of the terminology with: by words, without JavaScript; with it, while typing.

A form includes `_components/code_picker.html with picker=…` and reads `chosen_of(request.POST, name)`; when
`looks(request.POST)`, a person pressed Search: show the form again, as typed, and take nothing for sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from msgspec import Struct

from nadzor.portal.words import language
from nadzor.vigilance.code_cards import ANNEXES, CodeCard
from nadzor.vigilance.codes import code, find_codes

FOUND: Final = 12
WORDS: Final = 100
CHOSEN: Final = 40
LOOK: Final = "look-for-codes"


class Offer(Struct, frozen=True):
    """One code as a box to tick; `why` says why it is offered without being asked for."""

    code: str
    label: str
    english: str
    edition: str
    is_chosen: bool
    is_barred: bool
    why: str
    href: str


class Picker(Struct, frozen=True, kw_only=True):
    """The field: its words, what is chosen, what is offered."""

    name: str
    label: str
    hint: str
    error: str
    annex: str
    words: str
    offers: Sequence[Offer]
    found_nothing: bool
    href: str

    @property
    def words_name(self) -> str:
        """Name of the field that holds the words looked for."""
        return f"{self.name}-words"


def picker(
    name: str, chosen: Sequence[str] = (), words: str = "", lang: str = "ru", *, annex: str = "A",
    label: str = "", hint: str = "", error: str = "", suggested: Iterable[tuple[str, str]] = (),
) -> Picker:  # fmt: skip
    """The field of a form.

    `chosen` are codes picked already, known or not; `annex` the letters that fit; `suggested` pairs of a code
    and the reason it is offered.  A suggestion is never ticked: a person confirms.
    """
    words = words.strip()[:WORDS]
    picked = [card for one in chosen[:CHOSEN] if (card := code(one)) is not None]
    found = find_codes(words, annex=annex, lang=lang, limit=FOUND) if words else []
    reasons = dict(suggested)
    offered = [card for one in reasons if (card := code(one)) is not None]
    cards = {card.code: card for card in (*picked, *offered, *found)}
    held = {card.code for card in picked}
    return Picker(
        name=name,
        label=label,
        hint=hint,
        error=error,
        annex=annex,
        words=words,
        offers=[_offer(card, lang, held, reasons) for card in cards.values()],
        found_nothing=bool(words) and not found,
        href=reverse("codes-pick", args=[annex, name]),
    )


def looks(sent: QueryDict) -> bool:
    """Whether a form came because a person pressed Search in a picker, not to be taken."""
    return LOOK in sent


def chosen_of(sent: QueryDict, name: str) -> list[str]:
    """The codes ticked in a picker."""
    return [one.strip().upper()[:12] for one in sent.getlist(name) if one.strip()][: CHOSEN + 1]


def picker_of(sent: QueryDict, name: str, *, annex: str = "A", label: str = "", hint: str = "",
              error: str = "", suggested: Iterable[tuple[str, str]] = ()) -> Picker:  # fmt: skip
    """The same field as a form came back: what was ticked and what was looked for stand."""
    return picker(
        name, chosen_of(sent, name), sent.get(f"{name}-words", ""), language(),
        annex=annex, label=label, hint=hint, error=error, suggested=suggested,
    )  # fmt: skip


def found(request: HttpRequest, annex: str, name: str) -> HttpResponse:
    """What a picker offers while a person types: its boxes alone."""
    letters = "".join(letter for letter in dict.fromkeys(annex.upper()) if letter in ANNEXES)
    shown = picker_of(request.GET, name, annex=letters or "A")
    return render(request, "_components/code_picker_found.html", {"picker": shown})


def _offer(card: CodeCard, lang: str, held: set[str], reasons: dict[str, str]) -> Offer:
    term = card.term.in_language(lang)
    return Offer(
        code=card.code,
        label=term,
        english=card.term.en if card.term.en != term else "",
        edition=card.edition,
        is_chosen=card.code in held,
        is_barred=not card.selectable,
        why=reasons.get(card.code, ""),
        href=reverse("code", args=[card.code]),
    )
