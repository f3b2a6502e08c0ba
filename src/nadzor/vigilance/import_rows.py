# SPDX-License-Identifier: Apache-2.0
"""One row of a file of adverse events: read whole, or refused with the column and the reason.

Pure: told what day it is.  Nothing is guessed: an empty cell is unknown, an unclear date is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from msgspec import Struct

from nadzor.vigilance.import_records import Broken, Cells
from nadzor.vigilance.import_shapes import Layout, event_type
from nadzor.vigilance.plain_text import personal_in, plain

LIMITS: Final[Mapping[str, int]] = {
    "report_id": 100, "device": 300, "version": 40, "event_date": 40, "aware_date": 40, "received_date": 40,
    "event_type": 60, "problem_codes": 400, "narrative": 20_000,
}  # fmt: skip
KEPT_MAX: Final = 200
CODES_MAX: Final = 32  # the same as on the wire
OLDEST: Final = date(1950, 1, 1)
_CODE: Final = re.compile(r"[A-G]\d{2}(\d{2}(\d{1,3})?)?")
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?", re.DOTALL)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_POINTS: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_NUMBERS: Final = frozenset({"snils", "oms", "phone", "passport"})
_OF_PERSON: Final = re.compile(r"\+\d|\d{3}-\d{3}-\d{3} \d{2}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


class Fault(Struct, frozen=True):
    """Why a row is not kept: a problem code, the column, facts that hold no value somebody sent."""

    code: str
    at: str = ""
    facts: Mapping[str, Any] = {}
    report_id: str = ""


class ReadRow(Struct, frozen=True, kw_only=True):
    """A row that may be kept."""

    report_id: str
    device: str = ""
    version: str = ""
    event_on: date | None = None
    aware_on: date | None = None
    received_on: date | None = None
    event_type: str = ""
    codes: tuple[str, ...] = ()
    narrative: str = ""
    kept: Mapping[str, str] = {}


class _No(Exception):
    """A cell that cannot be read."""

    def __init__(self, code: str, at: str, **facts: Any) -> None:
        super().__init__(code)
        self.fault = (code, at, facts)


def read_row(cells: Cells | Broken, layout: Layout, *, today: date) -> ReadRow | Fault:
    """A record as a row, or the first thing that is wrong with it."""
    if isinstance(cells, Broken):
        return Fault(cells.code, facts=cells.facts)
    told: dict[str, str] = {}
    try:
        for heading, column in layout.columns.items():
            told[column] = _text(cells.get(heading), column)
        return _row(told, cells, layout, today)
    except _No as no:
        code, at, facts = no.fault
        return Fault(code, at, facts, _identity(told.get("report_id", "")))


def read_day(text: str, *, column: str, today: date) -> date | None:
    """A day written as 2026-03-01, 01.03.2026 or 20260301; None for an empty cell."""
    if not text:
        return None
    day = _day(text)
    if day is None or day < OLDEST:
        raise _No("ae-row.date", column)
    if day > today:
        raise _No("ae-row.future", column)
    return day


def _row(told: Mapping[str, str], cells: Cells, layout: Layout, today: date) -> ReadRow:
    if not told["report_id"] or _CONTROL.search(told["report_id"]):
        raise _No("ae-row.report-id", "report_id")
    if found := _person_in(told["report_id"]):
        raise _No("ae-row.personal", "report_id", kind=found)
    kind = event_type(told.get("event_type", ""))
    if kind is None:
        raise _No("ae-row.event-type", "event_type")
    event_on, aware_on, received_on = (
        read_day(told.get(column, ""), column=column, today=today)
        for column in ("event_date", "aware_date", "received_date")
    )
    return ReadRow(
        report_id=told["report_id"], device=_CONTROL.sub(" ", plain(told.get("device", ""))),
        version=_CONTROL.sub(" ", plain(told.get("version", ""))),
        event_on=event_on, aware_on=aware_on, received_on=received_on, event_type=kind,
        codes=_codes(told.get("problem_codes", "")), narrative=told.get("narrative", ""),
        kept={heading: str(cells.get(heading) or "")[:KEPT_MAX] for heading in layout.kept},
    )  # fmt: skip


def _text(value: Any, column: str) -> str:
    """A cell as text, within its limit; a list stands for codes only."""
    if isinstance(value, list) and column == "problem_codes" and all(isinstance(one, str) for one in value):
        value = ";".join(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**18 else value
    if value is not None and not isinstance(value, str):
        raise _No("ae-row.kind", column)
    text = (value or "").strip()
    if len(text) > LIMITS[column]:
        raise _No("ae-row.too-long", column, limit=LIMITS[column])
    if _surrogates(text):
        raise _No("ae-row.kind", column)
    return text


def _surrogates(text: str) -> bool:
    """Half of a character, as JSON can write it: no database keeps that."""
    return not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text)


def _codes(text: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(one.upper() for one in re.split(r"[\s;,|]+", text) if one))
    if len(codes) > CODES_MAX:
        raise _No("ae-row.codes-many", "problem_codes", limit=CODES_MAX)
    if not all(_CODE.fullmatch(one) for one in codes):
        raise _No("ae-row.code", "problem_codes")
    return codes


def _day(text: str) -> date | None:
    orders: tuple[tuple[re.Pattern[str], Callable[[int, int, int], date]], ...] = (
        (_ISO, date), (_COMPACT, date), (_POINTS, lambda day, month, year: date(year, month, day)),
    )  # fmt: skip
    for pattern, made in orders:
        if (found := pattern.fullmatch(text)) and text.isascii():
            return _made(made, found)
    return None


def _made(made: Callable[[int, int, int], date], found: re.Match[str]) -> date | None:
    first, second, third = map(int, found.groups())
    try:
        return made(first, second, third)
    except ValueError:
        return None


def _identity(text: str) -> str:
    """The sender's own number, fit to be shown back: not at all when it holds a detail of a person."""
    return "" if _person_in(text) else _CONTROL.sub(" ", text)


def _person_in(number: str) -> str:
    """The kind of personal detail in a sender's number.

    Why: senders number reports with digits and hyphens, as people are numbered; only what is written as no
    sender writes its numbers is taken for a person's.
    """
    kind = personal_in(number)
    return "" if kind in _NUMBERS and not _OF_PERSON.search(number) else kind
