# SPDX-License-Identifier: Apache-2.0
"""How alike two values of a field are: from values to numbers once, then whole columns of pairs at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from hashlib import blake2b
from math import isfinite
from statistics import mean
from typing import Any, Final, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Kind = Literal["exact", "text", "date", "number"]
Value = str | int | float | bool | None
Ints = NDArray[np.int64]
Levels = NDArray[np.int8]

MISSING: Final = -1
LEVELS: Final[dict[Kind, int]] = {"exact": 2, "text": 4, "date": 3, "number": 3}
"""How many degrees of likeness a kind tells apart; 0 is unlike."""
BITS: Final = 512
LIKE: Final = (0.5, 0.8)
WORDS_FROM: Final = 40
"""Texts longer than this on average are compared by their words, shorter ones by pairs of letters."""
CATEGORIES: Final = 20
_DATE: Final = re.compile(r"(\d{4})[-./]?(\d\d)[-./]?(\d\d)(?:[tT ].*)?")
_AT_ONCE: Final = 200_000


class Field(Struct, frozen=True):
    """What to compare, and how; `tolerance` is in days for a date, a share of the larger for a number."""

    name: str
    kind: Kind
    tolerance: float = 0.0


class Column(Struct, frozen=True):
    """A field of all records: `code` tells equal values (-1 missing), `shape` what likeness is seen in."""

    field: Field
    code: Ints
    shape: NDArray[Any]
    words: list[str]

    def levels(self, first: Ints, second: Ints) -> Levels:
        """How alike the values of each pair are: -1 where one is missing, the highest where equal."""
        told = np.zeros(len(first), np.int8)
        for start in range(0, len(first), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            told[part] = self._levels(first[part], second[part])
        return told

    def _levels(self, first: Ints, second: Ints) -> Levels:
        one, two = self.code[first], self.code[second]
        level = np.zeros(len(one), np.int8)
        rest = np.flatnonzero((one != two) & (one >= 0) & (two >= 0))
        if self.field.kind == "text":
            level[rest] = _text_levels(self.shape[one[rest]], self.shape[two[rest]])
        elif self.field.kind == "date":
            level[rest] = _date_levels(self.shape[one[rest]], self.shape[two[rest]], self.field.tolerance)
        elif self.field.kind == "number":
            level[rest] = _number_levels(self.shape[one[rest]], self.shape[two[rest]], self.field.tolerance)
        level[one == two] = LEVELS[self.field.kind] - 1
        level[(one < 0) | (two < 0)] = MISSING
        return level


def column_of(field: Field, values: Sequence[Value]) -> Column:
    """The values of one field as numbers."""
    told = [clean(value) for value in values]
    words = sorted({word for word in told if word})
    place = {word: i for i, word in enumerate(words)}
    code = np.array([place.get(word, MISSING) for word in told], np.int64)
    return Column(field, code, _shape(field.kind, words), words)


def clean(value: Value) -> str:
    """A value as it is compared: small letters, single spaces; empty means missing."""
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).lower().split())


def kind_of(values: Sequence[Value]) -> Kind:
    """The kind of a field by its values: mostly dates, numbers, few categories, or else text."""
    told = [value for value in values if clean(value)]
    if not told:
        return "exact"
    words = [clean(value) for value in told]
    if mean(bool(_DATE.fullmatch(word)) and _day(word) > 0 for word in words) > 0.8:
        return "date"
    if len(set(words)) <= min(CATEGORIES, len(words) // 4):
        return "exact"
    numbers = sum(isinstance(value, int | float) and not isinstance(value, bool) for value in told)
    return "number" if numbers > 0.8 * len(told) else "text"


def _shape(kind: Kind, words: Sequence[str]) -> NDArray[Any]:
    if kind == "text":
        return _bits(words)
    if kind == "date":
        return _dates(words)
    return _numbers(words if kind == "number" else [])


def _bits(words: Sequence[str]) -> NDArray[np.uint64]:
    """Each text as a set of pairs of letters, or of words if texts are long, hashed to bits."""
    by_word = bool(words) and mean(map(len, words)) > WORDS_FROM
    table = np.zeros((len(words), BITS // 8), np.uint8)
    known: dict[str, int] = {}
    for i, word in enumerate(words):
        padded = f"^{word}$"
        parts = word.split() if by_word else [padded[k : k + 2] for k in range(len(padded) - 1)]
        for part in parts:
            at = known.setdefault(part, _bit(part))
            table[i, at >> 3] |= 1 << (at & 7)
    return table.view(np.uint64)


def _bit(part: str) -> int:
    return int.from_bytes(blake2b(part.encode(), digest_size=4).digest(), "little") % BITS


def _text_levels(one: NDArray[np.uint64], two: NDArray[np.uint64]) -> Levels:
    """Dice 1945: twice what is shared over what both hold."""
    both, mine, theirs = (np.bitwise_count(bits).sum(axis=1) for bits in (one & two, one, two))
    like = 2.0 * both / np.maximum(mine + theirs, 1)
    return np.asarray(np.searchsorted(LIKE, like, side="right"), dtype=np.int8)


def _dates(words: Sequence[str]) -> NDArray[np.float64]:
    """Eight digits of each date, and its day number; NaN where it is none."""
    table = np.full((len(words), 9), np.nan)
    for i, word in enumerate(words):
        if parts := _DATE.fullmatch(word):
            table[i, :8] = [int(digit) for digit in "".join(parts.groups())]
            table[i, 8] = _day(word) or np.nan
    return table


def _day(word: str) -> int:
    parts = _DATE.fullmatch(word)
    try:
        return date(*map(int, parts.groups())).toordinal() if parts else 0
    except ValueError:
        return 0


def _date_levels(one: NDArray[np.float64], two: NDArray[np.float64], tolerance: float) -> Levels:
    """Near in days, one digit off, or day and month exchanged."""
    near = np.abs(one[:, 8] - two[:, 8]) <= tolerance
    typed = (one[:, :8] != two[:, :8]).sum(axis=1) <= 1
    turned = (one[:, [0, 1, 2, 3, 6, 7, 4, 5]] == two[:, :8]).all(axis=1)
    return np.asarray(near | typed | turned, dtype=np.int8)


def _numbers(words: Sequence[str]) -> NDArray[np.float64]:
    return np.array([_number(word) for word in words], float)


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return np.nan


def _number_levels(one: NDArray[np.float64], two: NDArray[np.float64], tolerance: float) -> Levels:
    near = np.abs(one - two) <= tolerance * np.maximum(np.abs(one), np.abs(two))
    return np.asarray(near, dtype=np.int8)
