# SPDX-License-Identifier: Apache-2.0
"""Linking by name: records as objects, ids as they are called, conflicts respected."""

from __future__ import annotations

import json

import msgspec
import pytest

from nadzor.base.problems import Refusal
from nadzor.detect.calc.registry import calculate


def answer(**figures):
    """The answer as JSON would carry it."""
    return json.loads(msgspec.json.encode(calculate("link", json.dumps(figures).encode())))


def told_twice(size=120, twice=12):
    """Reports, the first of them told again with a word changed."""
    words = ("result", "late", "score", "missing", "side", "wrong", "screen", "error", "report", "lost")
    records = [
        {
            "id": f"r{i}", "device": f"d{i % 17}", "serial": f"SN{i:04d}",
            "date": f"2031-{i % 12 + 1:02d}-{i % 28 + 1:02d}",
            "text": " ".join(words[(i * k + k) % 10] for k in range(1, 8)) + f" case {i}",
        }
        for i in range(size)
    ]  # fmt: skip
    again = [
        dict(record, id=f"q{i}", text=record["text"] + " again") for i, record in enumerate(records[:twice])
    ]
    return records + again


def test_reports_told_twice_are_proposed():
    """Pairs and groups carry the ids; kinds are told; every copy is found and nothing else."""
    told = answer(records=told_twice())
    assert {(pair["a"], pair["b"]) for pair in told["pairs"]} == {(f"r{i}", f"q{i}") for i in range(12)}
    assert sorted(map(sorted, told["clusters"])) == sorted([f"q{i}", f"r{i}"] for i in range(12))
    assert {one["name"]: one["kind"] for one in told["fields"]}["date"] == "date"
    assert all(0.9 <= pair["probability"] <= 1 for pair in told["pairs"])


def test_fields_may_be_chosen_and_described():
    """By name, or with a kind and a tolerance; names are taken without the spaces around them."""
    records = [{f" {name}": value for name, value in record.items()} for record in told_twice()]
    described = {"name": "date", "kind": "date", "tolerance": 7}
    told = answer(records=records, fields=["device", described, "serial", "text"])
    assert [one["name"] for one in told["fields"]] == ["device", "date", "serial", "text"]
    assert len(told["pairs"]) == 12


def test_a_conflict_forbids_a_pair():
    """A copy with another serial number and another date is not proposed when these are the conflict."""
    records = told_twice()
    records[-1] |= {"serial": "SN9999", "date": "2031-12-31"}
    free = {pair["b"] for pair in answer(records=records, threshold=0.01)["pairs"]}
    kept = {
        pair["b"] for pair in answer(records=records, threshold=0.01, conflict=["serial", "date"])["pairs"]
    }
    assert "q11" not in kept and kept == free - {"q11"}


def test_records_without_an_id_are_called_by_their_place():
    """And one record, or none, gives no pair."""
    records = [{key: value for key, value in one.items() if key != "id"} for one in told_twice()]
    assert {(pair["a"], pair["b"]) for pair in answer(records=records)["pairs"]} == {
        (i, 120 + i) for i in range(12)
    }
    assert answer(records=records[:1])["pairs"] == answer(records=[])["pairs"] == []


@pytest.mark.parametrize(
    "figures",
    [
        {"records": [{"id": 1, "a": "x"}, {"id": 1, "a": "y"}]},
        {"records": [{"id": 1, "a": "x"}, {"id": 2, "a": "y"}], "fields": ["b"]},
        {"records": [{"id": 1, "a": ["x"]}]},
        {"records": [{"a": "x"}], "threshold": 2},
    ],
    ids=["twice", "unknown-field", "nested", "threshold"],
)
def test_records_that_cannot_be_compared_are_refused(figures):
    """The same id twice, a field nobody has, a value that is a list, a chance above one."""
    with pytest.raises(Refusal) as refused:
        answer(**figures)
    assert refused.value.code == "calc.malformed"
