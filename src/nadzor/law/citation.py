# SPDX-License-Identifier: Apache-2.0
"""A citation in the reader's language: written once in English, said in Russian by citations.yaml."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import msgspec

from nadzor.base import yaml_pages

SMALL = "абвгдежзийклмнопрстуфхцчшщэюя"  # a citation begins with a capital; the path of a file does not


class Citations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whole citations and patterns of parts, each with its Russian."""

    whole: dict[str, str]
    patterns: tuple[tuple[str, str], ...]


@cache
def citations() -> Citations:
    """The page as written.

    Law: none; words only.
    """
    text = files("nadzor.law").joinpath("citations.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(text), Citations)


@cache
def in_russian(cite: str) -> str:
    """A citation in Russian; what no rule names, such as a paper of statistics, stays as it is.

    Law: none; words only.

    >>> in_russian("Civil Code art. 191")
    'Гражданский кодекс, ст. 191'
    """
    known = citations()
    if cite in known.whole:
        return known.whole[cite]
    found = cite
    for pattern, russian in _compiled():
        found = pattern.sub(russian, found)
    return found[:1].upper() + found[1:] if found[:1] in SMALL else found


def cited(cite: str, language: str) -> str:
    """A citation in a language of the house: `ru` or `en`.

    Law: none; words only.
    """
    return in_russian(cite) if language == "ru" else cite


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), russian) for pattern, russian in citations().patterns)
