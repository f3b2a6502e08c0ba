# SPDX-License-Identifier: Apache-2.0
"""Numbers that Russian registers give to organisations and devices, and their check digits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_INN_10: Final = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_11: Final = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12: Final = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
# Medical organisation, its structural units, and the sibling root, in the Ministry of Health's arc.
_CLINIC_OID: Final = re.compile(
    r"1\.2\.643\.5\.1\.13\.13\.12\.[12]\.\d{1,2}\.\d{1,6}(\.0\.\d{1,6}(\.\d{1,6})?)?", re.ASCII
)
_NUMBER: Final = re.compile(r"(РЗН|ФСР|ФСЗ) (19|20)\d{2}/\d{4,6}", re.ASCII)
_WRITTEN: Final = re.compile(r"(P3H|[^\d/]*)(.*)", re.DOTALL)  # P3H: the letter ze typed as a digit
_LOOK_ALIKE: Final = str.maketrans("PCEHKMOTAXB3", "РСЕНКМОТАХВЗ")


def inn_ok(text: str) -> bool:
    """Whether a taxpayer number's check digits hold; ten digits are an organisation, twelve a person.

    Units: a wrong number passes with probability 10 % (ten digits) or 1 % (twelve).
    """
    if not _digits(text, 10, 12):
        return False
    if len(text) == 10:
        return _check(text, _INN_10) == text[9]
    return _check(text, _INN_11) == text[10] and _check(text, _INN_12) == text[11]


def ogrn_ok(text: str) -> bool:
    """Whether a state registration number's check digit holds: 13 digits, or 15 for a sole trader."""
    return _digits(text, 13, 15) and str(int(text[:-1]) % (len(text) - 2) % 10) == text[-1]


def oid_ok(text: str) -> bool:
    """Whether a text has the form of a medical organisation's OID.

    Why: the OID has no check digit, so only the ministry's directory proves that the organisation exists.
    """
    return _CLINIC_OID.fullmatch(text) is not None


def registration_number_ok(text: str) -> bool:
    """Whether a text, once normalised, looks like a device's registration number.

    Why: the form is custom, not law; a number that fails deserves a question, never a refusal.
    """
    return _NUMBER.fullmatch(normalise_number(text)) is not None


def normalise_number(text: str) -> str:
    """One spelling for a registration number: Cyrillic letters, one space, no sign before the number.

    Why: people type Latin look-alikes, paste non-breaking spaces, and write the number sign or not.
    """
    compact = re.sub(r"[\s№#«»\"']+", "", text).upper()
    if not (written := _WRITTEN.fullmatch(compact)):
        return compact
    letters, digits = written.groups()
    return f"{letters.translate(_LOOK_ALIKE)} {digits}".strip()


def _digits(text: str, *lengths: int) -> bool:
    return len(text) in lengths and text.isascii() and text.isdigit()


def _check(text: str, weights: Sequence[int]) -> str:
    return str(sum(weight * int(digit) for weight, digit in zip(weights, text, strict=False)) % 11 % 10)
