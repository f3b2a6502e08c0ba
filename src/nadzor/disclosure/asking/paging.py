# SPDX-License-Identifier: Apache-2.0
"""Order, pages and counts.  A cursor is a place in the order, so that rows may come and go meanwhile.

Method: keyset pagination: the page after (value, key) is whatever stands behind that pair now.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.disclosure.asking.matching import Shown
from nadzor.disclosure.asking.sets import OpenSet, column

LIMIT_MAX: Final = 1000
CURSOR_MAX: Final = 2000
Place = tuple[tuple[bool, Any], str]


class Order(Struct, frozen=True):
    """The column rows stand by (the key breaks ties), and whether the last comes first."""

    column: str
    falls: bool = False


class Cursor(Struct, frozen=True, array_like=True):
    """A place in an order: the question it belongs to, the value and the key of the row before it."""

    question: str
    value: str | int | bool | None
    key: str


class Page(Struct, frozen=True):
    """Rows of one page; `next` is the cursor of the following one, empty when there is none."""

    rows: Sequence[Shown]
    next: str


class Tally(Struct, frozen=True):
    """How often each value of a column stands in the rows; `truncated`: there are more values."""

    terms: Sequence[tuple[str | int | bool, int]]
    truncated: bool


def order_of(text: str, one: OpenSet) -> Order:
    """An order as asked for: `column`, `column:asc` or `column:desc`; by key when nothing is asked.

    Raises: Refusal open.column-unknown, open.sort.
    """
    name, _, way = text.partition(":")
    if way not in ("", "asc", "desc"):
        raise Refusal("open.sort", at="?sort")
    wanted = name or one.key
    if column(one, wanted, "?sort").kind == "codes":
        raise Refusal("open.sort", at="?sort")
    return Order(wanted, falls=way == "desc")


def page(rows: Sequence[Shown], order: Order, *, question: str, cursor: str = "", limit: int) -> Page:
    """The rows behind a cursor.

    Raises: Refusal open.cursor for one that is not of this question.
    """
    stand = sorted(rows, key=lambda row: _place(row, order), reverse=order.falls)
    if cursor:
        before = _read(cursor, question)
        stand = [row for row in stand if _is_behind(_place(row, order), before, order)]
    found = stand[:limit]
    more = len(stand) > limit > 0
    return Page(found, _write(found[-1], order, question) if more else "")


def tally(rows: Sequence[Shown], name: str, one: OpenSet, *, limit: int) -> Tally:
    """The values of a column, the most frequent first; rows that say nothing are not counted.

    Raises: Refusal open.column-unknown.
    """
    wanted = name.removesuffix(".exact")
    column(one, wanted, "?count")
    counted: Counter[str | int | bool] = Counter()
    for row in rows:
        value = row.content.get(wanted)
        counted.update(value if isinstance(value, list) else () if value is None else (value,))
    terms = sorted(counted.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return Tally(terms[:limit], truncated=len(terms) > limit)


def question(*parts: str) -> str:
    """A short name of a question, so that a cursor of another one is refused."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _place(row: Shown, order: Order) -> Place:
    """Where a row stands; one that says nothing stands behind all others."""
    return _pair(row.content.get(order.column), order), row.key


def _pair(value: Any, order: Order) -> tuple[bool, Any]:
    return (value is None) != order.falls, "" if value is None else value


def _is_behind(place: Place, before: Cursor, order: Order) -> bool:
    last = _pair(before.value, order), before.key
    try:
        return place < last if order.falls else place > last
    except TypeError as error:
        raise Refusal("open.cursor", at="?cursor") from error


def _write(row: Shown, order: Order, question: str) -> str:
    value: Any = row.content.get(order.column)
    raw = msgspec.json.encode(Cursor(question, value, row.key))
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _read(text: str, question: str) -> Cursor:
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        found = msgspec.json.decode(urlsafe_b64decode(padded), type=Cursor)
    except (ValueError, msgspec.DecodeError) as error:
        raise Refusal("open.cursor", at="?cursor") from error
    if len(text) > CURSOR_MAX or found.question != question:
        raise Refusal("open.cursor", at="?cursor")
    return found
