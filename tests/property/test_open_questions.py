# SPDX-License-Identifier: Apache-2.0
"""Laws of public questions: nothing typed breaks the reader, rows fit as plainly said, walks are whole."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nadzor.base.problems import Refusal, Text
from nadzor.disclosure.asking.grammar import Every, Known, Negated, Query, Some, Span, Term, parse
from nadzor.disclosure.asking.matching import Shown, fitting, shown
from nadzor.disclosure.asking.paging import Order, order_of, page
from nadzor.disclosure.asking.sets import Column, OpenSet
from nadzor.register.fold import fold

SAID = Text(ru="слово", en="word")
ONE = OpenSet(
    name=SAID, says=SAID, caveat=SAID, key="code", found=("code", "name"),
    columns={"code": Column("code", SAID), "name": Column("text", SAID), "n": Column("count", SAID)},
)  # fmt: skip
WORDS = st.text(st.sampled_from("аbВ1-«» "), max_size=5)
ROWS = st.lists(st.tuples(WORDS, st.none() | st.integers(-3, 3)), max_size=12).map(
    lambda told: [{"code": f"k{at}", "name": name, "n": n} for at, (name, n) in enumerate(told)]
)
SIGNS = st.sampled_from(
    ['"', "(", ")", "[", "]", ":", "AND", "OR", "NOT", "TO", "name:", "n:", "_exists_:", " ", "*"]
)
LEAVES = (
    st.builds(
        Term, st.sampled_from(["", "code", "name"]), st.text(st.sampled_from("ab1"), min_size=1, max_size=3)
    )
    | st.builds(lambda a, b: Span("n", str(a), str(b)), st.integers(-3, 3), st.integers(-3, 3))
    | st.just(Known("n"))
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(Negated, inner)
    | st.builds(lambda parts: Every(tuple(parts)), st.lists(inner, min_size=2, max_size=3))
    | st.builds(lambda parts: Some(tuple(parts)), st.lists(inner, min_size=2, max_size=3)),
    max_leaves=6,
)  # fmt: skip


def ready(rows: list[dict[str, Any]]) -> list[Shown]:
    """Rows made ready to be judged."""
    return [shown(ONE, row, change=at, fold=fold) for at, row in enumerate(rows, start=1)]


def spelled(tree: Query) -> str:
    """A tree as somebody would type it."""
    match tree:
        case Term(column, text, _):
            return f'{column}:"{text}"' if column else text
        case Span(column, low, high):
            return f"{column}:[{low} TO {high}]"
        case Known(column):
            return f"_exists_:{column}"
        case Negated(of):
            return f"NOT ({spelled(of)})"
        case Every(parts):
            return " AND ".join(f"({spelled(part)})" for part in parts)
        case Some(parts):
            return " OR ".join(f"({spelled(part)})" for part in parts)


def naive_term(term: Term, row: dict[str, Any]) -> bool:
    """A word in a column, whole in a code; in any found column when none is named."""
    if not term.column:
        return any(fold(term.text) in fold(row[name]) for name in ("code", "name"))
    if term.column == "code":
        return fold(term.text) == fold(row["code"])
    return fold(term.text) in fold(row[term.column])


def naive(tree: Query, row: dict[str, Any]) -> bool:
    """What a search means, said as plainly as possible."""
    match tree:
        case Term():
            return naive_term(tree, row)
        case Span() | Known():
            low, high = (int(tree.low), int(tree.high)) if isinstance(tree, Span) else (-9, 9)
            return row["n"] is not None and low <= row["n"] <= high
        case Negated(of):
            return not naive(of, row)
        case Every(parts):
            return all(naive(part, row) for part in parts)
        case Some(parts):
            return any(naive(part, row) for part in parts)


@given(st.lists(SIGNS | WORDS | st.text(max_size=3), max_size=30).map("".join), ROWS)
def test_nothing_typed_breaks_the_reader(text, rows):
    """A search finds rows or is refused by name; it never raises anything else."""
    try:
        found = fitting(ready(rows), parse(text), ONE, fold=fold)
    except Refusal as refusal:
        assert refusal.code.startswith("open.")
    else:
        assert len(found) <= len(rows)


@given(TREES, ROWS)
def test_a_search_means_what_it_says(tree, rows):
    """What the reader and the judge find together is what a naive filter finds."""
    found = fitting(ready(rows), parse(spelled(tree)), ONE, fold=fold)
    assert [row.key for row in found] == [row["code"] for row in rows if naive(tree, row)]


@given(
    ROWS, st.lists(st.tuples(WORDS, st.integers(-3, 3)), max_size=6), st.integers(1, 4), st.booleans(),
    st.sampled_from(["code", "name", "n"]),
)  # fmt: skip
def test_a_walk_loses_and_repeats_nothing(rows, later, limit, falls, column):
    """Rows that were there from the beginning come exactly once, however many are added on the way."""
    order, there, seen, cursor = Order(column, falls), ready(rows), [], ""
    coming = [{"code": f"z{at}", "name": name, "n": n} for at, (name, n) in enumerate(later)]
    while True:
        found = page(there, order, question="q", cursor=cursor, limit=limit)
        seen += [row.key for row in found.rows]
        if not found.next:
            break
        cursor = found.next
        there = there + ready(coming[:1])
        coming = coming[1:]
    assert len(seen) == len(set(seen))
    assert [key for key in seen if key.startswith("k")] == [
        row.key for row in page(ready(rows), order, question="q", limit=99).rows
    ]


@given(ROWS, st.sampled_from(["code", "name", "n"]), st.integers(0, 5))
def test_next_is_told_only_when_more_is_there(rows, column, limit):
    """A last page has no way on, and no page at all was asked for with a limit of nothing."""
    found = page(ready(rows), order_of(column, ONE), question="q", limit=limit)
    assert len(found.rows) == min(limit, len(rows))
    assert bool(found.next) == (0 < limit < len(rows))
