# SPDX-License-Identifier: Apache-2.0
"""Disproportionality by name: what is told comes back in the stated shape, what cannot be is refused."""

from __future__ import annotations

import json

import msgspec
import pytest

from nadzor.base.problems import Refusal
from nadzor.detect.calc.registry import calculate

THETA = [0.2, 0.1, 2.0, 4.0, 0.3333]


def answer(name, **figures):
    """The answer as JSON would carry it."""
    return json.loads(msgspec.json.encode(calculate(name, json.dumps(figures).encode())))


def test_scores_of_counts_and_of_reports():
    """Reports are counted, counts are taken as they are; both give rows of seven."""
    told = answer("ebgm", counts=[["a", "x", 6, 1.5], ["a", "y", 0, 2.0]], theta=THETA)
    assert told["theta"] == THETA and told["fit"] == "given"
    ((product, event, n, e, ebgm, eb05, eb95),) = told["rows"]
    assert (product, event, n, e) == ("a", "x", 6, 1.5) and eb05 < ebgm < eb95
    reports = [[1, "a", "x"], [1, "a", "x"], [2, "b", "x"], [3, "b", "y"]]
    rows = answer("ebgm", reports=reports, fit=False)["rows"]
    assert [row[:4] for row in rows] == [["a", "x", 1, 2 / 3], ["b", "x", 1, 4 / 3], ["b", "y", 1, 2 / 3]]


def test_margins_stand_in_for_expectations():
    """Counts alone are compared with the margins of what was told; few of them leave the prior fixed."""
    told = answer("ebgm", counts=[["a", "x", 3], ["a", "y", 1], ["b", "x", 2]])
    assert [row[3] for row in told["rows"]] == pytest.approx([4 * 5 / 6, 4 / 6, 2 * 5 / 6])
    assert (told["fit"], bool(told["remark"])) == ("fixed", True)


def test_a_told_prior_may_be_only_a_start():
    """With a fit asked for, theta is where it starts; a method may be named."""
    counts = [[f"p{i}", f"e{j}", 1 + (i * j) % 5 + 20 * (i == j == 2)] for i in range(6) for j in range(6)]
    assert answer("ebgm", counts=counts, theta=THETA, fit=True)["fit"] in ("likelihood", "em")
    assert answer("ebgm", counts=counts, fit="em")["fit"] == "em"
    assert answer("ebgm", counts=counts, fit="fixed")["remark"] == "asked for"


def test_cells_of_a_table():
    """Only cells that hold something, with their names; what does not exist is null."""
    told = answer("disproportion", table=[[4, 0], [3, 9.0]], rows=["x", "y"], columns=["a", "b"])
    assert [(cell["row"], cell["column"], cell["n"]) for cell in told["cells"]] == [
        ("x", "a", 4), ("y", "a", 3), ("y", "b", 9),
    ]  # fmt: skip
    assert told["cells"][0]["prr"] is None and told["cells"][0]["ror_lower"] is None
    assert told["cells"][2]["prr"] == pytest.approx(7 / 3)
    assert answer("disproportion", table=[[4, 1], [3, 9]], theta=THETA)["fit"] == "given"


def test_ratios_of_a_table():
    """All cells, the largest of them, and its chance when tables are drawn."""
    plain = answer("lrt", table=[[8, 2], [3, 90]])
    assert (len(plain["cells"]), plain["p"], plain["cells"][0]["p"]) == (4, None, None)
    assert plain["max_loglr"] == plain["cells"][0]["loglr"] > 0
    assert answer("lrt", table=[[8, 2], [3, 90]], monte_carlo=99)["p"] == 0.01


def test_branches_of_codes():
    """By the digits of the codes, or by the parents that are told."""
    told = answer("tree-scan", counts={"A0101": 9, "A02": 1}, expected={"A0101": 3.0, "A02": 7.0})
    assert [branch["node"] for branch in told["branches"]] == ["A01", "A0101"]
    assert told["p"] == told["branches"][0]["p"] == 0.001
    parents = {"top": None, "left": "top", "right": "top"}
    shares = answer("tree-scan", counts={"left": 9}, trials={"left": 20, "right": 80}, nodes=parents)
    assert [branch["node"] for branch in shares["branches"]] == ["left"]


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("ebgm", {}),
        ("ebgm", {"counts": [["a", "x", -1], ["b", "y", 2]]}),
        ("ebgm", {"counts": [["a", "x", 1.5], ["b", "y", 2]]}),
        ("ebgm", {"counts": [["a", "x", 1], ["a", "x", 2]]}),
        ("ebgm", {"counts": [["a", "x", 1], ["a", "y", 2]]}),
        ("ebgm", {"counts": [["a", "x", 1], ["b", "y", 2, 1.0]]}),
        ("ebgm", {"counts": [["a", "x", 1, 0.0]]}),
        ("ebgm", {"counts": [["a", "x", 1, "y"]]}),
        ("ebgm", {"counts": [["a", "x", 0], ["b", "y", 0]]}),
        ("ebgm", {"reports": [[1, "a", "x"], [2, "a", "y"]]}),
        ("ebgm", {"counts": [["a", "x", 1, 1.0]], "theta": [1, 1, 1, 1]}),
        ("ebgm", {"counts": [["a", "x", 1, 1.0]], "theta": [1, 1, 1, 1, 2]}),
        ("disproportion", {"table": []}),
        ("disproportion", {"table": [[1, 2]]}),
        ("disproportion", {"table": [[0, 0], [0, 0]]}),
        ("disproportion", {"table": [[1, 2], [3]]}),
        ("disproportion", {"table": [[1, 2], [3, 4]], "rows": ["x"]}),
        ("lrt", {"table": [[1, 2], [3, 4]], "rows": ["x", "x"]}),
        ("lrt", {"table": [[1, -2], [3, 4]]}),
        ("tree-scan", {"counts": {"A01": 1}}),
        ("tree-scan", {"counts": {"A01": 1}, "expected": {"A01": 1.0}, "nodes": {"B": None}}),
        ("tree-scan", {"counts": {"A01": 0}, "expected": {"A01": 1.0}}),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused(name, figures):
    """Empty, negative, ragged, doubled, lonely and lengthy figures: a refusal that says why."""
    with pytest.raises(Refusal) as refused:
        answer(name, **figures)
    assert refused.value.code == "calc.malformed" and refused.value.facts["reason"]
