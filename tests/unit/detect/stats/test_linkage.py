# SPDX-License-Identifier: Apache-2.0
"""Records told twice: how alike values are, which pairs are proposed, which groups hold together."""

from __future__ import annotations

import csv
from itertools import combinations

import numpy as np
import pytest

from nadzor.detect.stats import linkage
from nadzor.detect.stats.linkage import Links, candidates, groups, link
from nadzor.detect.stats.linkage_fields import Field, clean, column_of, kind_of
from tests.shared import shared


def febrl():
    """The published persons, and the number of the person behind each record."""
    with shared("truth", "linkage_febrl1.csv").open(newline="") as lines:
        records = list(csv.DictReader(lines, skipinitialspace=True))
    return records, [record["rec_id"].split("-")[1] for record in records]


def columns(records, names):
    """The named fields, their kinds told by the values."""
    told = {name: [record[name] for record in records] for name in names}
    return [column_of(Field(name, kind_of(values)), values) for name, values in told.items()]


def level(kind, one, two, *, tolerance=0.0):
    """How alike two values are."""
    column = column_of(Field("f", kind, tolerance), [one, two])
    return int(column.levels(np.array([0]), np.array([1]))[0])


def test_febrl_is_linked():
    """On the published persons precision and recall together reach 0.99, and groups are the pairs."""
    records, person = febrl()
    names = [name for name in records[0] if name != "rec_id"]
    found = link(columns(records, names)).above(0.9)
    true = sum(person[a] == person[b] for a, b in zip(found.first, found.second, strict=True))
    assert 2 * true / (len(found.first) + 500) >= 0.99
    assert len(groups(found)) >= 490


def test_nothing_is_linked_where_nothing_is_told_twice():
    """Of persons that each occur once, no pair is proposed."""
    records, _ = febrl()
    once = [record for record in records if record["rec_id"].endswith("-org")]
    found = link(columns(once, [name for name in once[0] if name != "rec_id"])).above(0.9)
    assert len(found.first) == 0


def test_kinds_are_told_by_values():
    """Dates, numbers, few categories, text; nothing known is compared exactly."""
    assert kind_of(["20310203", "2031-02-04", None, "2031-02-05T10:00"]) == "date"
    assert kind_of([1.5, 2.25, 3, None]) == "number"
    assert kind_of(["a", "b"] * 10) == "exact"
    assert kind_of(["Anna", "Boris", "Vera"]) == "text"
    assert kind_of([None, "", "  "]) == "exact"


@pytest.mark.parametrize(
    ("kind", "one", "two", "told"),
    [
        ("text", "Lachlan ", "lachlan", 3), ("text", "sondergeld", "sondergelt", 2),
        ("text", "no result shown today", "today no result was shown", 1), ("text", "waller", "berry", 0),
        ("text", "waller", "", -1), ("exact", 1, 1.0, 1), ("exact", "a", "b", 0), ("exact", None, "b", -1),
        ("date", "20310203", "2031-02-03", 1), ("date", "20310203", "20310302", 1),
        ("date", "20310203", "20310208", 1), ("date", "20310203", "20410519", 0),
        ("number", 10, 10.0, 2), ("number", 10, 11, 0), ("number", 10, float("nan"), -1),
    ],
)  # fmt: skip
def test_degrees_of_likeness(kind, one, two, told):
    """Equal, nearly so, unlike, and missing, kind by kind."""
    assert level(kind, one, two) == told


def test_tolerance_widens_dates_and_numbers():
    """Seven days, or a tenth of the larger number."""
    assert level("date", "2031-02-03", "2031-02-10", tolerance=7) == 1
    assert level("date", "2031-01-28", "2031-02-10", tolerance=7) == 0
    assert level("number", 10, 11, tolerance=0.1) == 1


def test_candidates_share_something():
    """Of many records, each pair that shares a rare value is compared, and few others are."""
    records = [{"name": f"name{i // 2}", "town": f"town{i % 40}"} for i in range(1000)]
    told = columns(records, ["name", "town"])
    pairs = set(zip(*(side.tolist() for side in candidates(told)), strict=True))
    assert pairs >= {(i, i + 1) for i in range(0, 1000, 2)}
    assert len(pairs) < 60_000 and all(a < b for a, b in pairs)


def test_common_values_propose_pairs_together():
    """Where every value is common, those records are compared that share two."""
    records = [{"device": f"d{i % 9}", "code": f"c{i % 11}"} for i in range(900)]
    told = columns(records, ["device", "code"])
    pairs = set(zip(*(side.tolist() for side in candidates(told)), strict=True))
    assert pairs == {(a, b) for a, b in combinations(range(900), 2) if a % 9 == b % 9 and a % 11 == b % 11}


def test_groups_hold_together_completely():
    """A chain of three is not one group; a triangle is."""
    ones = np.ones(2)
    chain = Links(np.array([0, 1]), np.array([1, 2]), np.array([9.0, 8.0]), ones)
    assert groups(chain) == [[0, 1]]
    triangle = Links(np.array([0, 1, 0]), np.array([1, 2, 2]), np.array([9.0, 8.0, 7.0]), np.ones(3))
    assert groups(triangle) == [[0, 1, 2]]


def test_few_records_and_none():
    """One record, or no field, has no pairs; two records are compared and hardly said to be the same."""
    assert len(link(columns([{"a": "x"}], ["a"])).first) == 0
    assert len(link([]).first) == 0
    two = link(columns([{"a": "x"}, {"a": "x"}], ["a"]))
    assert len(two.first) == 1 and np.isfinite(two.probability).all()


def test_missing_values_are_no_disagreement():
    """A pair that agrees in all it tells keeps its weight when a field is not told."""
    letters = np.random.default_rng(1).choice(list("abcdefghijklmnopqrstuvwxyz"), (300, 3, 7))
    records = [dict(zip("abc", map("".join, row), strict=True)) for row in letters]
    records += [dict(records[i]) for i in range(30)]
    records[300]["c"] = None
    records[301]["c"] = "something else"
    found = link(columns(records, ["a", "b", "c"]))
    weight = {(a, b): w for a, b, w in zip(found.first, found.second, found.weight, strict=True)}
    assert weight[2, 302] > weight[0, 300] > weight[1, 301]


def test_the_seed_alone_decides_the_random_pairs():
    """The same records give the same answer again."""
    records = [{"a": f"name {i % 50}", "b": f"place {i}"} for i in range(100)]
    one, two = (link(columns(records, ["a", "b"]), seed=3) for _ in range(2))
    assert (one.weight == two.weight).all()
    assert clean("  A  b ") == "a b" and linkage.BLOCK_MAX > 1
