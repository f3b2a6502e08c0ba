# SPDX-License-Identifier: Apache-2.0
"""Answer a question about an open set: rows that fit, how often values stand, or what changed since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from nadzor.actions.open_shelf.held import Mark, Stand, stand
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.disclosure.asking import paging
from nadzor.disclosure.asking.grammar import Every, Term, parse
from nadzor.disclosure.asking.matching import Shown, fitting, is_plain
from nadzor.disclosure.asking.sets import OpenSet, Row, open_set, ordered
from nadzor.records.models import OpenRow
from nadzor.register.fold import fold, other_layout


class Question(Struct, frozen=True, kw_only=True):
    """What is asked of a set; `since` and `count` each stand alone with a limit (and `count` a search)."""

    search: str = ""
    count: str = ""
    sort: str = ""
    limit: int = 100
    cursor: str = ""
    since: int | None = None


class Changed(Struct, frozen=True):
    """A row under its change number; without a row it is gone."""

    change: int
    key: str
    deleted: bool
    row: Row | None


class Counted(Struct, frozen=True):
    """One value and how many rows hold it."""

    term: str | int | bool
    count: int


class Answer(Struct, frozen=True, kw_only=True):
    """The answer; `next` is the cursor of the following page, `next_since` where a follower goes on."""

    mark: Mark
    changed_at: datetime | None
    total: int
    truncated: bool
    results: Sequence[Row | Counted | Changed]
    next: str = ""
    next_since: int | None = None


def ask(home: Home, name: str, question: Question) -> Answer:
    """The answer to a question.

    Raises: Refusal open.set-unknown, open.together, and all that the grammar, the columns and the cursor say.
    """
    one = open_set(name)
    if question.since is not None:
        return _changed(home, name, question, question.since)
    found = stand(home, name)
    rows = search(found, one, question.search)
    if question.count:
        return _counted(found, rows, one, question)
    order = paging.order_of(question.sort, one)
    asked = paging.question(name, question.search, question.sort)
    page = paging.page(rows, order, question=asked, cursor=question.cursor, limit=question.limit)
    return Answer(
        mark=found.mark, changed_at=found.changed_at, total=len(rows), truncated=bool(page.next),
        results=[row.content for row in page.rows], next=page.next,
    )  # fmt: skip


def search(found: Stand, one: OpenSet, text: str) -> list[Shown]:
    """The rows that fit a search, in no order.

    Why: bare words that find nothing are tried once more as the other keyboard layout would have written
    them, as the portal's search does, so that both give one answer.
    """
    query = parse(text)
    rows = fitting(found.rows.values(), query, one, fold=fold)
    if rows or not text.strip() or not is_plain(query):
        return rows
    again = Every(tuple(Term("", word) for word in other_layout(text).split()))
    return fitting(found.rows.values(), again, one, fold=fold)


def _counted(found: Stand, rows: list[Shown], one: OpenSet, question: Question) -> Answer:
    if question.cursor or question.sort:
        raise Refusal("open.together", at="?count")
    counted = paging.tally(rows, question.count, one, limit=question.limit)
    return Answer(
        mark=found.mark, changed_at=found.changed_at, total=len(rows), truncated=counted.truncated,
        results=[Counted(term, n) for term, n in counted.terms],
    )  # fmt: skip


def _changed(home: Home, name: str, question: Question, since: int) -> Answer:
    """Why: a row that ceased to fit a search could not be told as gone, so a follower takes the whole set."""
    if question.search or question.count or question.sort or question.cursor:
        raise Refusal("open.together", at="?since")
    found, one = stand(home, name), open_set(name)
    rows = OpenRow.objects.filter(shelf=name, change__gt=since)
    shown = list(rows.order_by("change")[: question.limit + 1])
    more, page = len(shown) > question.limit, shown[: question.limit]
    return Answer(
        mark=found.mark, changed_at=found.changed_at, total=rows.count(), truncated=more,
        results=[_change(row, one) for row in page],
        next_since=page[-1].change if page else since,
    )  # fmt: skip


def _change(row: OpenRow, one: OpenSet) -> Changed:
    if row.content is None:
        return Changed(row.change, row.key, deleted=True, row=None)
    return Changed(row.change, row.key, deleted=False, row=ordered(one, row.content))
