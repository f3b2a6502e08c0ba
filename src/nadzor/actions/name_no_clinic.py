# SPDX-License-Identifier: Apache-2.0
"""Refuse texts that name a clinic: a letter lies beside a site, and a name in it would open the vault.

Why every clinic of the house and not the one behind the site: a refusal that knew the right one would say,
guess by guess, which it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from nadzor.base.identifiers import inn_ok, ogrn_ok
from nadzor.base.problems import Refusal
from nadzor.people.queries import OrganisationCard, organisations
from nadzor.vigilance.plain_text import plain

_NUMBER: Final = re.compile(r"\d(?:[\s./-]?\d)*")
_OID: Final = re.compile(r"1\s*\.\s*2\s*\.\s*643\s*\.")
_WORD: Final = re.compile(r"\w+")
_QUOTED: Final = re.compile('[«“"]([^«»“”"]{6,})[»”"]')  # what people say in place of the whole name
_SHORT: Final = 4  # a shorter name than this is a word of the language


def must_name_no_clinic(text: str, at: str) -> None:
    """Look through a text for clinics' names, codes and numbers.

    Raises: Refusal letter.names-clinic with the kind found, never itself.
    """
    if kind := clinic_in(text):
        raise Refusal("letter.names-clinic", at, kind=kind)


def clinic_in(text: str) -> str:
    """What names a clinic in a text: oid, inn, ogrn, name; empty for nothing.

    Method: Unicode normalisation form KC; names are compared word by word, without case and signs.
    """
    seen = unicodedata.normalize("NFKC", plain(text))
    if _OID.search(seen):
        return "oid"
    numbers = {re.sub(r"\D", "", one) for one in _NUMBER.findall(seen)}
    if any(inn_ok(one) for one in numbers):
        return "inn"
    if any(ogrn_ok(one) for one in numbers):
        return "ogrn"
    words = f" {_words(plain(text))} "
    return "name" if any(f" {name} " in words for name in _names()) else ""


def _names() -> Iterator[str]:
    for clinic in organisations(kind="clinic"):
        yield from (name for name in map(_words, _of(clinic)) if len(name) >= _SHORT)


def _of(clinic: OrganisationCard) -> tuple[str, ...]:
    names = [clinic.name_ru, clinic.name_en]
    quoted = [part for name in names for part in _QUOTED.findall(name)]
    return (*names, *quoted, *([clinic.code] if "-" in clinic.code else []))


def _words(text: str) -> str:
    seen = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return " ".join(_WORD.findall(seen))
