# SPDX-License-Identifier: Apache-2.0
"""Rows that fit a question: each row folded once, each question made into one test of a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, assert_never

from msgspec import Struct

from nadzor.base.clock import MOSCOW
from nadzor.base.problems import Refusal
from nadzor.disclosure.asking.grammar import Every, Known, Negated, Query, Some, Span, Term
from nadzor.disclosure.asking.sets import Column, OpenSet, Row, Value, column, ordered

Fold = Callable[[str], str]
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_FIRST: Final = {4: "-01-01", 7: "-01"}
_FLAGS: Final = {"true": True, "false": False, "да": True, "нет": False}
_DAY: Final = timedelta(days=1)


class Shown(Struct, frozen=True):
    """A row ready to be judged: its values by column, the folded ones, and all its words in one text."""

    key: str
    change: int
    content: Row
    folded: dict[str, tuple[str, ...]]
    words: str


Test = Callable[[Shown], bool]


def shown(one: OpenSet, content: Row, *, change: int, fold: Fold) -> Shown:
    """A row made ready."""
    folded = {
        name: tuple(fold(part) for part in _texts(content.get(name)))
        for name, told in one.columns.items()
        if told.kind in ("code", "text", "codes")
    }
    words = "\n".join(part for name in one.found for part in folded.get(name, ()) if part)
    return Shown(str(content[one.key]), change, ordered(one, content), folded, words)


def fitting(rows: Iterable[Shown], query: Query, one: OpenSet, *, fold: Fold) -> list[Shown]:
    """The rows that fit.

    Raises: Refusal open.column-unknown, open.value with the kind that a column holds.
    """
    test = test_of(query, one, fold)
    return [row for row in rows if test(row)]


def test_of(query: Query, one: OpenSet, fold: Fold) -> Test:
    """A question as a test of one row."""
    match query:
        case Term():
            return _term(query, one, fold)
        case Span():
            return _span(query, one)
        case Known(name):
            column(one, name, "?search")
            return lambda row: row.content.get(name) not in (None, "", [])
        case Negated(of):
            inner = test_of(of, one, fold)
            return lambda row: not inner(row)
        case Every(parts):
            tests = [test_of(part, one, fold) for part in parts]
            return lambda row: _all(tests, row)
        case Some(parts):
            tests = [test_of(part, one, fold) for part in parts]
            return lambda row: _any(tests, row)
        case _:
            assert_never(query)


def is_plain(query: Query) -> bool:
    """Whether a question is bare words alone, as people type them into the portal's search."""
    if isinstance(query, Every):
        return all(is_plain(part) for part in query.of)
    return isinstance(query, Term) and not query.column


def _all(tests: Sequence[Test], row: Shown) -> bool:
    for test in tests:  # noqa: SIM110  a loop is twice as fast, and this runs for every row and term
        if not test(row):
            return False
    return True


def _any(tests: Sequence[Test], row: Shown) -> bool:
    for test in tests:  # noqa: SIM110  as above
        if test(row):
            return True
    return False


def _term(asked: Term, one: OpenSet, fold: Fold) -> Test:
    if not asked.column:
        wanted = fold(asked.text)
        return lambda row: wanted in row.words
    name, told = asked.column, column(one, asked.column, "?search")
    if asked.exact:
        return lambda row: asked.text in _texts(row.content.get(name))
    match told.kind:
        case "text":
            wanted = fold(asked.text)
            return lambda row: bool(said := row.folded[name]) and wanted in said[0]
        case "code" | "codes":
            return _code(name, asked.text, fold)
        case "flag" | "count":
            value = _plain(asked.text, told)
            return lambda row: row.content.get(name) == value
        case "day" | "moment":
            return _span(Span(name, asked.text, asked.text), one)
        case _:
            assert_never(told.kind)


def _code(name: str, text: str, fold: Fold) -> Test:
    """A code whole; one that ends in a star by how it begins."""
    wanted = fold(text)
    if text.endswith("*"):
        return lambda row: any(part.startswith(wanted) for part in row.folded[name])
    return lambda row: wanted in row.folded[name]


def _span(asked: Span, one: OpenSet) -> Test:
    name, told = asked.column, column(one, asked.column, "?search")
    low = _bound(asked.low, told, last=False) if asked.low else None
    high = _bound(asked.high, told, last=True) if asked.high else None

    def fits(row: Shown) -> bool:
        value: Any = row.content.get(name)
        if value is None or isinstance(value, list):
            return False
        return (low is None or value >= low) and (high is None or value <= high)

    return fits


def _bound(text: str, told: Column, *, last: bool) -> Any:
    match told.kind:
        case "day":
            return _day(text, last=last).isoformat()
        case "moment":
            return _moment(text, last=last)
        case "count":
            return _plain(text, told)
        case "code" | "text":
            return text
        case _:
            raise Refusal("open.value", at="?search", kind=told.kind)


def _day(text: str, *, last: bool) -> date:
    """A day written 2026-11-22, 20261122, 2026-11 or 2026; the last of the month or year where it bounds."""
    written = _COMPACT.sub(r"\1-\2-\3", text) if _COMPACT.fullmatch(text) else text
    try:
        first = date.fromisoformat(written + _FIRST.get(len(written), ""))
        return _end(first, written) if last else first
    except (ValueError, OverflowError) as error:
        raise Refusal("open.value", at="?search", kind="day") from error


def _end(first: date, written: str) -> date:
    if len(written) == len("2026"):
        return date(first.year, 12, 31)
    if len(written) == len("2026-11"):
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        return following - _DAY
    return first


def _moment(text: str, *, last: bool) -> str:
    """A moment, or the first or last one of a Moscow day, as the rows write it."""
    if "T" not in text:
        day = _day(text, last=last)
        begin = datetime(day.year, day.month, day.day, tzinfo=MOSCOW)
        return written(begin + _DAY - timedelta(seconds=1) if last else begin)
    try:
        found = datetime.fromisoformat(text)
        return written(found) if found.tzinfo else written(found.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise Refusal("open.value", at="?search", kind="moment") from error


def written(moment: datetime) -> str:
    """A moment as every row writes it: UTC, to the second, so that texts stand in the order of time.

    Raises: OverflowError beyond the calendar.
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _plain(text: str, told: Column) -> Value:
    if told.kind == "flag" and text.casefold() in _FLAGS:
        return _FLAGS[text.casefold()]
    digits = text.removeprefix("-")
    if told.kind == "count" and digits.isascii() and digits.isdigit() and len(digits) <= 18:
        return int(text)
    raise Refusal("open.value", at="?search", kind=told.kind)


def _texts(value: Value) -> list[str]:
    match value:
        case None:
            return []
        case list():
            return value
        case bool():
            return [str(value).lower()]
        case _:
            return [str(value)]
