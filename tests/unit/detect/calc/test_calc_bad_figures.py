# SPDX-License-Identifier: Apache-2.0
"""Bad figures: a reason that a person understands, or null; never a number that looks like one."""

from __future__ import annotations

import pytest

from nadzor.base.problems import Refusal
from nadzor.detect.calc.registry import calculate
from tests.unit.detect.calc.asking import ask, reason

KNOWN = [["reference", 0, 0.2, 0, 0, 8], ["reference", 0, 0.4, 1, 1, 8]]
REFUSED = [
    ("auc", {}, "at least one present and one absent"),
    ("auc", {"scores": [1, 2], "labels": [1, 1]}, "at least one present and one absent"),
    ("auc", {"scores": [1, 2], "labels": [0]}, "scores has 2, labels has 1"),
    ("auc", {"scores": [1], "labels": [1], "present_counts": {1: 2}}, "not both"),
    ("auc", {"scores": ["a"], "labels": [1]}, "Expected `float`"),
    ("auc", {"present_counts": {1: -1}, "absent_counts": {1: 2}}, ">= 0"),
    ("auc-compare", {"first": [], "second": [], "labels": []}, "at least one present"),
    ("auc-compare", {"first": [1], "second": [1, 2], "labels": [0]}, "second has 2, labels has 1"),
    ("calibration", {"p": [], "y": []}, "at least one"),
    ("calibration", {"p": [1.2], "y": [1]}, "<= 1.0"),
    ("calibration", {"p": [0.2], "y": [0.5]}, "Expected `bool | int`"),
    ("proportion-ci", {"x": 5, "n": 3}, "between 0 and a positive number of trials"),
    ("proportion-ci", {"x": 1, "n": 3, "trials": 3}, "trials"),
    ("poisson-ci", {"observed": 3, "expected": 0}, "> 0.0"),
    ("adjust", {"p": []}, "no p-value"),
    ("adjust", {"p": [1.5]}, "<= 1.0"),
    ("drift", {"reference": [], "current": [1]}, "at least one value"),
    ("drift", {"reference": [1], "current": [2], "bins": [3, 1]}, "rising order"),
    ("drift", {"reference": [1], "current": [2], "bins": [0, 1]}, "outside of the bins"),
    ("drift", {"reference": [1], "reference_counts": [1], "current_counts": [1]}, "not both"),
    ("drift", {"reference_counts": [1], "current_counts": [1, 2]}, "one count a bin"),
    ("drift", {"reference": [1e308], "current": [-1e308]}, "overflow"),
    ("cbpe", {"rows": []}, "no labelled row"),
    ("cbpe", {"rows": KNOWN}, "no row of another period"),
    ("cbpe", {"rows": [KNOWN[1], ["a", 0, 0.3, 0, None, 4]]}, "cases of both kinds"),
    ("cbpe", {"rows": [*KNOWN, ["a", 0, 0.3, 0, None, -4]]}, ">= 0"),
    ("digits", {"counts": [0] * 9}, "not all nought"),
    ("digits", {"counts": [1] * 8}, "9 counts"),
    ("digits", {"counts": {"0": 3}}, "run from 1 to 9"),
    ("ears", {"counts": []}, "no counts"),
    ("ears", {"counts": [1] * 20_001}, "more than 20000"),
    ("farrington", {"counts": [1] * 40, "freq": 4}, "a year must hold the window"),
    ("funnel", {}, "one of the two"),
    ("funnel", {"denominators": [10]}, "need a target"),
    ("funnel", {"denominators": [10], "target": 1.5}, "between 0 and 1"),
    ("funnel", {"events": [11], "denominators": [10]}, "more events than trials"),
    ("funnel", {"events": [1], "denominators": [10], "scale": "log"}, "arcsine or none"),
    ("funnel", {"events": [5, 6, 5], "expected": [5, 5, 5], "robust": "truncated"}, "at least two places"),
    ("changepoint", {"series": []}, "empty"),
    ("changepoint", {"series": [1.0] * 10_001}, "more than 10000"),
    ("changepoint", {"series": [1e308, -1e308] * 10}, "overflow"),
]
NULL = [
    ("auc", {"scores": [1, 2, 3], "labels": [0, 1, 1]}, ("lower", "upper", "variance")),
    ("auc-compare", {"first": [1, 2, 3, 4], "second": [1, 2, 3, 4], "labels": [0, 1, 0, 1]}, ("z", "p")),
    ("auc-compare", {"first": [1, 2], "second": [2, 1], "labels": [0, 1]}, ("z", "p", "lower")),
    ("auc-compare",
     {"first": [1, 2, 3, 4], "second": [1, 2], "labels": [0, 0, 1, 1], "second_labels": [0, 1]}, ("z", "p")),
    ("calibration", {"p": [0.5, 0.5], "y": [0, 1]}, ("slope", "slope_se")),
    ("calibration", {"p": [0, 1, 0.5], "y": [0, 1, 1]}, ("slope", "citl")),
    ("calibration", {"p": [0.1, 0.2, 0.3], "y": [1, 1, 1]}, ("slope", "citl")),
    ("calibration", {"p": [0.1, 0.2, 0.2, 0.3], "y": [0, 0, 1, 1]}, ("slope",)),
    ("calibration", {"p": [0, 0], "y": [0, 0]}, ("oe",)),
    ("drift", {"reference": [1, 2], "current": [1, 3]}, ("psi", "js")),
    ("drift", {"reference_counts": [1, 2], "current_counts": [1, 3]}, ("w1",)),
    ("funnel", {"events": [0, 0, 0], "denominators": [10, 20, 30]}, ("z", "phi", "tau2")),
    ("funnel", {"events": [1, 2], "expected": [2, 2]}, ("phi", "tau2", "z_adjusted")),
    ("changepoint", {"series": [3]}, ("sd", "single", "slope")),
    ("changepoint", {"series": [2] * 30}, ("single", "slope")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "figures", "why"), REFUSED, ids=lambda part: part if isinstance(part, str) else ""
)
def test_impossible_figures_are_refused_with_a_reason(name, figures, why):
    """Each refusal says in words what does not fit."""
    assert why in reason(name, **figures)


@pytest.mark.parametrize(
    ("name", "figures", "fields"), NULL, ids=lambda part: part if isinstance(part, str) else ""
)
def test_where_no_such_number_exists_the_answer_is_null(name, figures, fields):
    """What cannot be computed is null; the rest of the answer stands."""
    answer = ask(name, **figures)
    assert {field: answer[field] for field in fields} == dict.fromkeys(fields)


@pytest.mark.parametrize("raw", [b"", b"  \n", b"{", b"[]", b"null", b'{"p": NaN}', b"[" * 10_000, b"\xff"])
def test_what_is_no_json_object_is_refused(raw):
    """Nothing, half of something, something else, bytes that are no text: one kind of refusal."""
    with pytest.raises(Refusal) as refused:
        calculate("adjust", raw)
    assert (refused.value.code, refused.value.at) == ("calc.malformed", "adjust")


@pytest.mark.parametrize("method", ["C1", "C2", "C3"])
def test_a_short_or_constant_stream_has_no_outbreak(method):
    """One count has no bound; a constant stream has one at its level, and nothing exceeds it."""
    assert ask("ears", counts=[1], method=method)["upper"] == [None]
    answer = ask("ears", counts=[5] * 20, method=method)
    assert answer["upper"][-1] == 5.0
    assert not any(answer["alarm"])


def test_the_day_after_a_burst_over_a_constant_baseline_has_no_c3():
    """C3 divides by a deviation of nought there; a least deviation gives the bound back."""
    counts = [5] * 15 + [9, 5, 5]
    assert ask("ears", counts=counts, method="C3")["upper"][16] is None
    assert ask("ears", counts=counts, method="C3", min_sigma=0.5)["upper"][16] is not None


@pytest.mark.parametrize("method", ["farrington", "flexible"])
def test_a_past_without_events_expects_none(method):
    """All nought: nothing is expected, and a single event is no alarm until enough came."""
    answer = ask("farrington", counts=[0] * 39 + [1], method=method, freq=12, b=2, w=1, periods=1)
    assert (answer["expected"][-1], answer["upper"][-1]) == (0.0, 0.0)
    assert (answer["enough"][-1], answer["alarm"][-1]) == (False, False)


def test_a_past_too_short_to_fit_is_said_to_be_so():
    """One reference count cannot tell its spread: no bound, no alarm."""
    answer = ask("farrington", counts=[3, 4, 5, 6, 7, 8, 9], freq=4, b=1, w=0)
    assert answer["upper"] == [None] * 7
    assert answer["alarm"] == [None] * 7
