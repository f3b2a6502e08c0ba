# SPDX-License-Identifier: Apache-2.0
"""Annexes of the terminology as they are released, JSON or CSV, to rows; every row that is wrong is named."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from nadzor.base.problems import Refusal

BYTES_MAX: Final = 16_000_000
ROWS_MAX: Final = 20_000
TERM_MAX: Final = 300
PROSE_MAX: Final = 8_000
STATUS_MAX: Final = 60
LEVELS_MAX: Final = 8
_CODE: Final = re.compile(r"[A-G][0-9]{2,11}")
_ANNEX: Final = re.compile(r"annex[ _-]?([a-g])", re.IGNORECASE)
_RELEASE: Final = re.compile(r"Release Number (\d{4})")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ufeff\u202a-\u202e\u2066-\u2069]")
_CLOSED: Final = ("not selectable", "retired")
_NAMES: Final = {
    "code": "code",
    "term": "term",
    "definition": "definition",
    "status": "status",
    "statusdescription": "remark",
    "codehierarchy": "hierarchy",
}


class TermRow(Struct, frozen=True, kw_only=True):
    """One row of a file: a code at one of its places."""

    at: str
    code: str
    term: str
    definition: str
    status: str
    place: tuple[str, ...]

    @property
    def selectable(self) -> bool:
        """Whether it may be chosen: headings and retired terms may not."""
        return not any(mark in self.status.lower() for mark in _CLOSED)

    @property
    def is_home(self) -> bool:
        """Whether it stands in its own branch: all above it are beginnings of it."""
        return all(self.code.startswith(above) for above in self.place)


class Wrong(Struct, frozen=True):
    """What is wrong with a row: where, a code of the catalogue, and facts that are safe to show."""

    at: str
    code: str
    facts: dict[str, Any]


class Annex(Struct, frozen=True):
    """One file: its well-formed rows, what is wrong with the others, and the release it says it is of."""

    name: str
    rows: tuple[TermRow, ...]
    wrong: tuple[Wrong, ...]
    release: str


def read_annex(name: str, content: bytes) -> Annex:
    """One released file.

    Raises: Refusal codes.file when it is neither such JSON nor such CSV, codes.file-too-large.
    """
    if len(content) > BYTES_MAX:
        raise Refusal("codes.file-too-large", at=name, limit=BYTES_MAX)
    raw = _raw_rows(name, content)
    if len(raw) > ROWS_MAX:
        raise Refusal("codes.file-too-large", at=name, limit=ROWS_MAX)
    letter = _letter(name)
    judged = [_row(f"{name}:{number}", told, letter) for number, told in enumerate(raw, start=1)]
    return Annex(
        name=name,
        rows=tuple(row for row in judged if isinstance(row, TermRow)),
        wrong=tuple(row for row in judged if isinstance(row, Wrong)),
        release=_release(raw),
    )


def _raw_rows(name: str, content: bytes) -> list[Mapping[str, Any] | None]:
    """Rows as mappings from our names; None for a row that is no mapping."""
    try:
        text = content.decode("utf-8-sig")
        told = _from_json(text) if text.lstrip()[:1] in ("[", "{") else _from_csv(text)
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError, csv.Error) as error:
        raise Refusal("codes.file", at=name) from error
    if not told or not any(row and {"code", "term"} <= row.keys() for row in told):
        raise Refusal("codes.file", at=name)
    return told


def _from_json(text: str) -> list[Mapping[str, Any] | None]:
    rows = msgspec.json.decode(text, type=list[msgspec.Raw])
    return [_flat(row) for row in rows]


def _flat(row: msgspec.Raw) -> Mapping[str, Any] | None:
    try:
        return _named(msgspec.json.decode(row, type=dict[str, str | None]))
    except (msgspec.DecodeError, RecursionError):
        return None


def _from_csv(text: str) -> list[Mapping[str, Any] | None]:
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    return [None if None in row or None in row.values() else _named(row) for row in rows]


def _named(row: Mapping[str, str | None]) -> dict[str, str]:
    """A row under our names: releases differ in capitals and blanks of theirs, and add columns."""
    plain = {re.sub(r"[\W_]", "", name).lower(): told for name, told in row.items()}
    return {ours: " ".join((plain.get(theirs) or "").split()) for theirs, ours in _NAMES.items()}


def _row(at: str, told: Mapping[str, Any] | None, letter: str) -> TermRow | Wrong:
    if told is None:
        return Wrong(at, "codes.row-malformed", {})
    place = tuple(told["hierarchy"].split("|")) if told["hierarchy"] else ()
    if wrong := _wrong(at, told, letter, place):
        return wrong
    return TermRow(
        at=at,
        code=told["code"],
        term=told["term"],
        definition=told["definition"],
        status=told["status"][:STATUS_MAX],
        place=place,
    )


def _wrong(at: str, told: Mapping[str, str], letter: str, place: tuple[str, ...]) -> Wrong | None:
    """The first thing that is wrong with a row."""
    code, term, definition = told["code"], told["term"], told["definition"]
    if not _CODE.fullmatch(code):
        return Wrong(at, "codes.code-malformed", {})
    if letter and code[0] != letter:
        return Wrong(at, "codes.annex-mismatch", {"annex": letter})
    if not term or len(term) > TERM_MAX or len(definition) > PROSE_MAX:
        return Wrong(at, "codes.term-length", {"longest": TERM_MAX, "definition": PROSE_MAX})
    if _CONTROL.search(term + definition):
        return Wrong(at, "codes.row-malformed", {})
    if place and not _is_way(place, code):
        return Wrong(at, "codes.hierarchy-malformed", {"levels": LEVELS_MAX})
    return None


def _is_way(place: tuple[str, ...], code: str) -> bool:
    """Whether a hierarchy leads from a top down to the code, without a circle, within its annex."""
    if len(place) > LEVELS_MAX or place[-1] != code or len(set(place)) < len(place):
        return False
    return all(_CODE.fullmatch(above) and above[0] == code[0] for above in place)


def _letter(name: str) -> str:
    found = _ANNEX.search(name)
    return found[1].upper() if found else ""


def _release(raw: Iterable[Mapping[str, Any] | None]) -> str:
    """The newest release that the remarks speak of; empty when they speak of none."""
    years = (year for row in raw if row for year in _RELEASE.findall(row["remark"]))
    return max(years, default="")
