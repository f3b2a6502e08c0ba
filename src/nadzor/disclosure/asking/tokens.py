# SPDX-License-Identifier: Apache-2.0
"""A search cut into signs: brackets, quoted phrases, words; each knows where it began."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from msgspec import Struct

from nadzor.base.problems import Refusal

Kind = Literal["(", ")", "[", "]", "phrase", "word", "end"]
LENGTH_MAX: Final = 1000  # the longest honest search by far
_SINGLE: Final = "()[]"
_STOPS: Final = frozenset('()[]"')


class Token(Struct, frozen=True):
    """One sign, and its place in the text, counted from 1."""

    kind: Kind
    text: str
    place: int


def tokens(text: str) -> list[Token]:
    """The signs of a search, the last of them `end`.

    Raises: Refusal open.search-long, open.search with the place of a quote that nobody closed.
    """
    if len(text) > LENGTH_MAX:
        raise Refusal("open.search-long", at="?search", limit=LENGTH_MAX)
    return [*_cut(text), Token("end", "", len(text) + 1)]


def _cut(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        sign = text[at]
        if sign.isspace():
            at += 1
        elif sign in _SINGLE:
            yield Token(sign, sign, at + 1)  # type: ignore[arg-type]
            at += 1
        elif sign == '"':
            end = _closing(text, at)
            yield Token("phrase", text[at + 1 : end], at + 1)
            at = end + 1
        else:
            end = _end_of_word(text, at)
            yield Token("word", text[at:end], at + 1)
            at = end


def _closing(text: str, at: int) -> int:
    end = text.find('"', at + 1)
    if end < 0:
        raise Refusal("open.search", at="?search", place=at + 1)
    return end


def _end_of_word(text: str, at: int) -> int:
    while at < len(text) and not text[at].isspace() and text[at] not in _STOPS:
        at += 1
    return at
