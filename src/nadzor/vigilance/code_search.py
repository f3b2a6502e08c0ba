# SPDX-License-Identifier: Apache-2.0
"""Looking for a code by words: both languages, beginnings of words, without endings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from nadzor.vigilance.code_cards import CodeCard

WORDS_MAX: Final = 12
SHORT: Final = 4
_TAILS: Final = (
    "иями ями ами ого его ому ему ыми ими ing ая яя ое ее ые ие ый ий ой ых их ым им ом ем ов ев ей ую юю "
    "ою ам ям ах ях ed es ly а я о е ы и у ю ь й s"
)
ENDINGS: Final = tuple(_TAILS.split())
_WORD: Final = re.compile(r"\w+")


def ranked(words: str, cards: Iterable[CodeCard], lang: str) -> list[CodeCard]:
    """The cards that answer all words, the likeliest first; all of them, by code, for no words.

    Method: a code answers to its beginning; a word, without its ending, to the beginning of a word.  The name
    in the reader's language weighs most, then the other language, then what people call it, then the
    definition; an exact code is above all.
    """
    asked = _words(words)[:WORDS_MAX]
    if not asked:
        return sorted(cards, key=lambda card: card.code)
    found = [(rank, card.code, card) for card in cards if (rank := _rank(asked, card, lang)) is not None]
    return [card for _, _, card in sorted(found, key=lambda row: row[:2])]


def _rank(asked: list[str], card: CodeCard, lang: str) -> int | None:
    """How far from the likeliest a card is; None when some word is found nowhere."""
    code = card.code.lower()
    if asked == [code]:
        return 0
    other = "ru" if lang == "en" else "en"
    fields = (card.term.in_language(lang), card.term.in_language(other), card.also, card.definition)
    told = [_words(field) for field in fields]
    worst = 0
    for word in asked:
        places = [place for place, there in enumerate(told, start=1) if _answers(word, there)]
        if code.startswith(word):
            places = [1]
        if not places:
            return None
        worst += places[0]
    return worst


def _answers(word: str, there: Iterable[str]) -> bool:
    wanted = _stem(word)
    return any(one.startswith(wanted) for one in there)


def _stem(word: str) -> str:
    ending = next((one for one in ENDINGS if word.endswith(one) and len(word) - len(one) >= SHORT), "")
    bare = word.removesuffix(ending)
    return bare[:-1] if bare.endswith("нн") else bare


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold().replace("ё", "е"))
