# SPDX-License-Identifier: Apache-2.0
"""Finding a norm by what a person types: its key, the number of its fact, or the stem of several."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: T-01, t1, L2, R-007a, F-02.2a; the Russian letter that looks like a T is one.
FACT = re.compile(r"([A-Z]+)\s*-?\s*0*(\d+)([A-Z]?)(?:\.(\w+))?")

Number = tuple[str, int, str, str]


def matching(facts: Mapping[str, str], text: str) -> tuple[str, ...]:
    """The keys that a key, a fact's number or a stem of numbers names; `facts` is key -> number.

    Law: none; a way to find it.

    >>> matching({"a.b": "T-01", "c": "F-02.1", "d": "F-02.3"}, "f2")
    ('c', 'd')
    """
    asked = text.strip()
    if asked.lower() in facts:
        return (asked.lower(),)
    number = number_of(asked)
    if number is None:
        return ()
    exact = tuple(key for key, fact in facts.items() if number_of(fact) == number)
    return exact or tuple(key for key, fact in facts.items() if _is_stem(number, number_of(fact)))


def number_of(text: str) -> Number | None:
    """A fact's number taken apart: letters, number, letter, part.

    Law: none; the numbering is ours.
    """
    found = FACT.fullmatch(text.strip().upper().replace("Т", "T"))
    return (found[1], int(found[2]), found[3], found[4] or "") if found else None


def _is_stem(asked: Number, number: Number | None) -> bool:
    return number is not None and not asked[3] and asked[:3] == number[:3]
