# SPDX-License-Identifier: Apache-2.0
"""The words of a search, in the manner of openFDA: terms, phrases, ranges, AND, OR, NOT, brackets.

    either := both ("OR" both)*
    both   := one ("AND"? one)*            words side by side must all be found, as in the portal's search
    one    := "NOT" one | "(" either ")" | [column ":"] value
    value  := word | "phrase" | "[" bound "TO" bound "]"

Method: recursive descent; the grammar of the openFDA query syntax, narrowed to what is bounded.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.disclosure.asking.tokens import Token, tokens

TERMS_MAX: Final = 20  # so that five thousand rows are judged within a page's time
DEPTH_MAX: Final = 8
_COLUMN: Final = re.compile(r"(?P<column>[a-z_]{1,40}(?:\.exact)?):(?P<value>.*)", re.DOTALL)
_EXACT: Final = ".exact"
_SIGNS: Final = frozenset({"AND", "OR", "NOT", "TO"})
ANY: Final = "*"


class Term(Struct, frozen=True):
    """A word or phrase to be found in a column, or anywhere when no column is named."""

    column: str
    text: str
    exact: bool = False


class Span(Struct, frozen=True):
    """A column between two bounds, both inclusive; an empty bound is open."""

    column: str
    low: str
    high: str


class Known(Struct, frozen=True):
    """A column that says something."""

    column: str


class Negated(Struct, frozen=True):
    """What must not be so."""

    of: Query


class Every(Struct, frozen=True):
    """All of these; of none, every row."""

    of: tuple[Query, ...]


class Some(Struct, frozen=True):
    """At least one of these."""

    of: tuple[Query, ...]


Query = Term | Span | Known | Negated | Every | Some


def parse(text: str) -> Query:
    """A search as a tree; an empty one asks for every row.

    Raises: Refusal open.search with the place, open.search-long, open.search-terms, open.search-depth.

    >>> parse('status:cancelled AND registered_on:[2024 TO *]').of[1].high
    ''
    """
    signs = tokens(text)
    if signs[0].kind == "end":
        return Every(())
    reader = _Reader(signs)
    found = reader.either(0)
    reader.expect("end")
    return found


class _Reader:
    """Reads the signs from left to right, and counts what it has read."""

    def __init__(self, signs: list[Token]) -> None:
        self.signs, self.at, self.terms = signs, 0, 0

    @property
    def sign(self) -> Token:
        return self.signs[self.at]

    def step(self) -> Token:
        found = self.sign
        self.at += found.kind != "end"
        return found

    def wrong(self) -> Refusal:
        return Refusal("open.search", at="?search", place=self.sign.place)

    def expect(self, kind: str) -> Token:
        if self.sign.kind != kind:
            raise self.wrong()
        return self.step()

    def says(self, word: str) -> bool:
        return self.sign.kind == "word" and self.sign.text == word

    def either(self, depth: int) -> Query:
        if depth > DEPTH_MAX:
            raise Refusal("open.search-depth", at="?search", limit=DEPTH_MAX)
        found = [self.both(depth)]
        while self.says("OR"):
            self.step()
            found.append(self.both(depth))
        return found[0] if len(found) == 1 else Some(tuple(found))

    def both(self, depth: int) -> Query:
        found = [self.one(depth)]
        while self.sign.kind in ("word", "phrase", "(") and not self.says("OR"):
            if self.says("AND"):
                self.step()
            found.append(self.one(depth))
        return found[0] if len(found) == 1 else Every(tuple(found))

    def one(self, depth: int) -> Query:
        if depth > DEPTH_MAX:
            raise Refusal("open.search-depth", at="?search", limit=DEPTH_MAX)
        if self.says("NOT"):
            self.step()
            return Negated(self.one(depth + 1))
        if self.sign.kind == "(":
            self.step()
            found = self.either(depth + 1)
            self.expect(")")
            return found
        return self.clause()

    def clause(self) -> Query:
        self._counted()
        if self.sign.kind == "phrase":
            return Term("", self.step().text)
        if self.sign.kind != "word" or self.sign.text in _SIGNS:
            raise self.wrong()
        parts = _COLUMN.fullmatch(self.sign.text)
        if parts is None:
            return Term("", self.step().text)
        begun = self.step()
        return self._of_column(parts["column"], parts["value"], begun)

    def _counted(self) -> None:
        self.terms += 1
        if self.terms > TERMS_MAX:
            raise Refusal("open.search-terms", at="?search", limit=TERMS_MAX)

    def _of_column(self, named: str, value: str, begun: Token) -> Query:
        column, exact = named.removesuffix(_EXACT), named.endswith(_EXACT)
        if not value:
            value, near = "", begun.place + len(begun.text)
            if self.sign.kind == "[" and self.sign.place == near and not exact:
                return self._span(column)
            if self.sign.kind != "phrase" or self.sign.place != near:
                raise self.wrong()
            value = self.step().text
        if column in ("_exists_", "_missing_"):
            return Known(value) if column == "_exists_" else Negated(Known(value))
        return Term(column, value, exact)

    def _span(self, column: str) -> Span:
        self.expect("[")
        low = self._bound()
        if not self.says("TO"):
            raise self.wrong()
        self.step()
        high = self._bound()
        self.expect("]")
        return Span(column, low, high)

    def _bound(self) -> str:
        if self.sign.kind not in ("word", "phrase") or self.says("TO"):
            raise self.wrong()
        found = self.step().text
        return "" if found == ANY else found
