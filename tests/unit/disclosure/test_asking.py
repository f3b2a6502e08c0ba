# SPDX-License-Identifier: Apache-2.0
"""Questions of the public: how a search is read, which rows fit, in what order they come."""

from __future__ import annotations

import msgspec
import pytest

from nadzor.base.problems import Refusal, Text
from nadzor.disclosure.asking.grammar import (
    DEPTH_MAX,
    TERMS_MAX,
    Every,
    Known,
    Negated,
    Some,
    Span,
    Term,
    parse,
)
from nadzor.disclosure.asking.matching import fitting, is_plain, shown
from nadzor.disclosure.asking.paging import order_of, page, tally
from nadzor.disclosure.asking.sets import Column, OpenSet, open_set, shelf
from nadzor.disclosure.asking.tokens import LENGTH_MAX
from nadzor.register.fold import fold

SAID = Text(ru="слово", en="word")
ONE = OpenSet(
    name=SAID, says=SAID, caveat=SAID, key="code", found=("code", "name", "number"),
    columns={
        "code": Column("code", SAID), "name": Column("text", SAID), "number": Column("text", SAID),
        "on": Column("day", SAID), "at": Column("moment", SAID), "n": Column("count", SAID),
        "ai": Column("flag", SAID), "versions": Column("codes", SAID),
    },
)  # fmt: skip
ROWS = [
    {"code": "ai-1", "name": "Лучик «КТ»", "number": "РЗН 2024/12345", "on": "2024-02-29",
     "at": "2024-02-29T20:59:59Z", "n": 3, "ai": True, "versions": ["1.0", "1.1"]},
    {"code": "ai-2", "name": "Beam-CT lung", "number": "РЗН 2025/1", "on": "2025-01-01",
     "at": "2024-12-31T21:00:00Z", "n": -2, "ai": False, "versions": []},
    {"code": "b-3", "name": "Тень", "number": "", "on": None, "at": None, "n": None, "ai": None,
     "versions": None},
]  # fmt: skip


def found(text: str) -> list[str]:
    """The keys of the rows that fit a search."""
    rows = [shown(ONE, dict(row), change=at, fold=fold) for at, row in enumerate(ROWS, start=1)]
    return [row.key for row in fitting(rows, parse(text), ONE, fold=fold)]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Every(())),
        ("слово", Term("", "слово")),
        ('"две части"', Term("", "две части")),
        ("status:cancelled", Term("status", "cancelled")),
        ("status.exact:x", Term("status", "x", exact=True)),
        ('name:"a b"', Term("name", "a b")),
        ("on:[2024 TO *]", Span("on", "2024", "")),
        ("_exists_:on", Known("on")),
        ("_missing_:on", Negated(Known("on"))),
        ("a b OR NOT c", Some((Every((Term("", "a"), Term("", "b"))), Negated(Term("", "c"))))),
        ("a AND (b OR c)", Every((Term("", "a"), Some((Term("", "b"), Term("", "c")))))),
        ("10:30", Term("", "10:30")),
    ],
)
def test_a_search_is_read(text, tree):
    """Every form of the grammar has one meaning."""
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("AND", 1), ("a AND", 6), ("(a", 3), ("a)", 2), ('a "b', 3), ("name:", 6), ("on:[2024", 9),
        ("on:[2024 2025]", 10), ("on: [1 TO 2]", 5), ("a OR OR b", 6), ("NOT", 4), ("[1 TO 2]", 1),
        ("[TO TO TO]", 1),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(text, place):
    """The refusal says at which character reading stopped."""
    with pytest.raises(Refusal) as refused:
        parse(text)
    assert (refused.value.code, refused.value.facts["place"]) == ("open.search", place)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a" * (LENGTH_MAX + 1), "open.search-long"),
        (" ".join("a" * (TERMS_MAX + 1)), "open.search-terms"),
        ("(" * (DEPTH_MAX + 1) + "a" + ")" * (DEPTH_MAX + 1), "open.search-depth"),
        ("NOT " * (DEPTH_MAX + 2) + "a", "open.search-depth"),
    ],
)  # fmt: skip
def test_a_search_is_bounded(text, code):
    """Length, terms and depth have an end."""
    with pytest.raises(Refusal, match=code):
        parse(text)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("лучик", ["ai-1"]),
        ("ЛУЧИК кт", ["ai-1"]),
        ("«Лучик»", ["ai-1"]),
        ("P3H 2024/12345", ["ai-1"]),
        ("number:2024-12345", ["ai-1"]),
        ("beam ct", ["ai-2"]),
        ("name.exact:Тень", ["b-3"]),
        ("name.exact:тень", []),
        ("code:AI*", ["ai-1", "ai-2"]),
        ("code:ai", []),
        ("on:[20240101 TO 2024-12]", ["ai-1"]),
        ("on:2025-01-01", ["ai-2"]),
        ("on:[* TO *]", ["ai-1", "ai-2"]),
        ("at:2024-02-29", ["ai-1"]),
        ("at:2025-01-01", ["ai-2"]),
        ("at:[2024-02-29T20:59:59+00:00 TO 2024-03-01]", ["ai-1"]),
        ("n:[0 TO 5]", ["ai-1"]),
        ("n:-2", ["ai-2"]),
        ("ai:false", ["ai-2"]),
        ("versions:1.1", ["ai-1"]),
        ("_exists_:versions", ["ai-1"]),
        ("_missing_:on", ["b-3"]),
        ("NOT ai:true", ["ai-2", "b-3"]),
        ("code:[ai-2 TO zz]", ["ai-2", "b-3"]),
    ],
)
def test_rows_fit(text, keys):
    """Spellings, ranges and marks find what they should, and nothing else."""
    assert found(text) == keys


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nothing:1", "open.column-unknown"),
        ("_exists_:nothing", "open.column-unknown"),
        ("on:[x TO y]", "open.value"),
        ("on:99999", "open.value"),
        ("at:2024-13-01T00:00:00Z", "open.value"),
        ("at:9999-12-31T23:59:59-12:00", "open.value"),
        ("n:many", "open.value"),
        ("ai:maybe", "open.value"),
        ("versions:[1 TO 2]", "open.value"),
    ],
)
def test_a_wrong_column_or_value_is_refused(text, code):
    """An unknown column is answered with the list of columns, never with an empty result."""
    with pytest.raises(Refusal) as refused:
        found(text)
    assert refused.value.code == code
    if code == "open.column-unknown":
        assert refused.value.facts["columns"].startswith("code, name, number")


def test_bare_words_are_told_from_the_rest():
    """Only what people type into the portal's search is tried in the other keyboard layout."""
    assert [is_plain(parse(text)) for text in ("a b", "", "name:a", "a OR b")] == [True, True, False, False]


def test_rows_that_say_nothing_stand_last_either_way():
    """An empty value is neither the least nor the greatest."""
    rows = [shown(ONE, dict(row), change=1, fold=fold) for row in ROWS]
    asked = {
        way: page(rows, order_of(f"on:{way}", ONE), question="q", limit=9).rows for way in ("asc", "desc")
    }
    keys = {way: [row.key for row in told] for way, told in asked.items()}
    assert keys == {"asc": ["ai-1", "ai-2", "b-3"], "desc": ["ai-2", "ai-1", "b-3"]}


@pytest.mark.parametrize("text", ["code:up", "versions", "nothing"])
def test_an_order_that_is_none_is_refused(text):
    """A column of lists has no order, and only asc and desc are ways."""
    with pytest.raises(Refusal, match=r"open\.(sort|column-unknown)"):
        order_of(text, ONE)


def test_a_cursor_belongs_to_its_question():
    """A cursor of another question, or a made-up one, is refused."""
    rows = [shown(ONE, dict(row), change=1, fold=fold) for row in ROWS]
    first = page(rows, order_of("", ONE), question="q", limit=1)
    for cursor, question in ((first.next, "other"), ("AAAA", "q"), ("я", "q"), ("x" * 2004, "q")):
        with pytest.raises(Refusal, match=r"open\.cursor"):
            page(rows, order_of("", ONE), question=question, cursor=cursor, limit=1)
    assert page(rows, order_of("", ONE), question="q", cursor=first.next, limit=1).rows[0].key == "ai-2"


def test_a_cursor_of_another_kind_of_value_is_refused():
    """A cursor changed by hand so that its value cannot stand in the order is no fault of ours."""
    from base64 import urlsafe_b64encode

    rows = [shown(ONE, dict(row), change=1, fold=fold) for row in ROWS]
    forged = urlsafe_b64encode(msgspec.json.encode(["q", 7, "ai-1"])).decode()
    with pytest.raises(Refusal, match=r"open\.cursor"):
        page(rows, order_of("name", ONE), question="q", cursor=forged, limit=1)


def test_counts_say_when_they_are_cut_off():
    """More values than were asked for are told, not dropped in silence; lists count each value."""
    rows = [shown(ONE, dict(row), change=1, fold=fold) for row in ROWS]
    whole, cut = tally(rows, "versions.exact", ONE, limit=9), tally(rows, "versions", ONE, limit=1)
    assert (whole.terms, whole.truncated) == ([("1.0", 1), ("1.1", 1)], False)
    assert (len(cut.terms), cut.truncated) == (1, True)


def test_a_set_nobody_listed_is_refused_with_the_names():
    """An unknown set is answered with those there are."""
    with pytest.raises(Refusal) as refused:
        open_set("sites")
    assert refused.value.facts["names"] == ", ".join(shelf().sets)


def test_no_open_column_could_name_a_clinic():
    """No column of any set holds a site, an installation, a person or a narrative."""
    names = {name for one in shelf().sets.values() for name in one.columns}
    assert names.isdisjoint({"site", "installation", "clinic", "narrative", "by", "published_by", "because"})
