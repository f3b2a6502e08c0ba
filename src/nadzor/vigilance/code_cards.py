# SPDX-License-Identifier: Apache-2.0
"""One code of the terminology as others read it, and our own short list of codes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
from msgspec import Struct

from nadzor.base import yaml_pages
from nadzor.base.problems import Text

ANNEXES: Final = "ABCDEFG"
ROOT: Final = 3  # "A09"; below it two signs or more a level


class CodeCard(Struct, frozen=True, kw_only=True):
    """One code of one edition.

    Why: `translated` says that the Russian name is our unofficial one; where there is none, `term.ru` is the
    English term.  `places` are the ways down to it: some terms stand in two branches.
    """

    code: str
    edition: str
    annex: str
    term: Text
    translated: bool
    parent: str = ""
    places: tuple[str, ...] = ()
    selectable: bool = True
    status: str = ""
    definition: str = ""
    also: str = ""

    def label(self, lang: str) -> str:
        """The code with its name."""
        return f"{self.code} {self.term.in_language(lang)}"


class Own(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of codes.yaml."""

    en: str
    ru: str
    also: str = ""
    selectable: bool = True

    @property
    def term(self) -> Text:
        """Its name in both languages."""
        return Text(ru=self.ru, en=self.en)


class OwnList(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of codes.yaml."""

    edition: str
    released: str
    codes: dict[str, Own]


@cache
def own_list() -> OwnList:
    """Our list as written."""
    page = files("nadzor.vigilance").joinpath("codes.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), OwnList)


@cache
def own_cards() -> Mapping[str, CodeCard]:
    """Our list as cards, by code."""
    listed = own_list()
    return {code: _own_card(code, own, listed) for code, own in listed.codes.items()}


def parent_of(code: str, known: Mapping[str, object]) -> str:
    """The longest code that this one begins with; empty for the top of an annex."""
    shorter = (code[:length] for length in range(len(code) - 1, ROOT - 1, -1))
    return next((found for found in shorter if found in known), "")


def _own_card(code: str, own: Own, listed: OwnList) -> CodeCard:
    way = [code]
    while parent := parent_of(way[0], listed.codes):
        way.insert(0, parent)
    return CodeCard(
        code=code,
        edition=listed.edition,
        annex=code[0],
        term=own.term,
        translated=True,
        parent=way[-2] if len(way) > 1 else "",
        places=("|".join(way),),
        selectable=own.selectable,
        also=own.also,
    )
