# SPDX-License-Identifier: Apache-2.0
"""Statistics by name: what an expert types is what the detectors compute."""

from __future__ import annotations

import json

import msgspec
import pytest

from nadzor.base.problems import Refusal
from nadzor.detect.calc.registry import FAMILIES, calculate, input_schema, statistics

EXAMPLES = {
    "auc": ({"scores": [1, 2, 3, 4], "present": [False, True, False, True]}, ("auc", 0.75)),
    "auc-compare": (
        {"first": [1, 2, 3, 4], "second": [1, 2, 4, 3], "labels": [0, 1, 0, 1]},
        ("difference", 0.25),
    ),
    "proportion-ci": ({"events": 0, "trials": 20}, ("wilson", [0.0, 0.1611])),
    "proportion-difference": ({"events": [56, 48], "trials": [70, 80]}, ("lower", 0.0524)),
    "poisson-ci": ({"observed": 5, "expected": 2.1}, ("upper", 5.5563)),
    "cusum-arl": ({"k": 0.5, "h": 3, "shift": 0}, ("arl", 117.5957)),
    "poisson-cusum-arl": ({"mean": 0.25, "k": 0.25, "h": 10, "headstart": "h/2"}, ("arl", 333.1248)),
    "maxsprt-poisson": ({"horizon": 10, "alpha": 0.05}, ("critical_value", 3.468)),
    "maxsprt-binomial": ({"n": 5, "z": 1, "alpha": 0.05}, ("critical_value", 2.7726)),
    "cusum-threshold": ({"k": 0.5, "arl0": 335.3676}, ("value", 4.0)),
    "ewma-arl": ({"lambda": 0.1, "limit": 2.814, "shift": 0}, ("arl", 499.5796)),
    "silence-gap": ({"expected": [5.0, 3.0]}, ("limit", 9.1188)),
    "smallest-detectable-drop": ({"trials": 100, "declared": 0.95, "lower_bound": 0.9}, ("value", 0.1382)),
    "smallest-detectable-rise": ({"failures_per_day": 0.5, "baseline_events": 45}, ("value", 1.875)),
}


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_statistic_answers_its_example(name):
    """Each statistic of the registry has an example, and gives it back to four digits."""
    figures, (field, value) = EXAMPLES[name]
    answer = json.loads(msgspec.json.encode(calculate(name, json.dumps(figures).encode())))
    assert _rounded(answer[field]) == value


@pytest.mark.parametrize(
    ("family", "figures"),
    [("poisson", {"mu": 0.25, "k": 0.25}), ("binomial", {"p": 0.1, "n": 5, "k": 1.0})],
)
def test_counts_have_run_lengths_too(family, figures):
    """The limit of a count chart gives back at least the run length asked for."""
    asked = {"family": family, **figures}
    limit = calculate("cusum-threshold", json.dumps(asked | {"arl0": 300.0}).encode()).value
    assert calculate("cusum-arl", json.dumps(asked | {"h": limit}).encode()).value >= 300.0


def test_an_area_from_counts_is_that_of_the_cases():
    """Histograms may be given in place of cases."""
    counts = {"present_counts": {"2": 1, "4": 1}, "absent_counts": {"1": 1, "3": 1}}
    assert calculate("auc", json.dumps(counts).encode()).auc == 0.75


def test_every_statistic_is_found_in_its_family():
    """The index by which one family alone is loaded holds the same names as all families together."""
    found = statistics()
    told = {name: family for family, names in FAMILIES.items() for name in names}
    assert told.keys() == found.keys()


def test_an_unknown_statistic_is_refused_with_the_known_ones():
    """The refusal says what can be asked."""
    with pytest.raises(Refusal) as refused:
        calculate("astrology", b"{}")
    assert refused.value.code == "calc.unknown"
    assert "cusum-arl" in refused.value.facts["known"]


@pytest.mark.parametrize(
    "raw", [b"{", b'{"events": 3}', b'{"events": 3, "trials": 2}', b'{"events": 1, "trials": 2, "x": 1}']
)
def test_figures_that_do_not_fit_are_refused(raw):
    """Broken JSON, missing, impossible and unknown figures are refused alike."""
    with pytest.raises(Refusal) as refused:
        calculate("proportion-ci", raw)
    assert refused.value.code == "calc.malformed"


def test_unequal_lists_are_refused():
    """Each score needs its truth."""
    with pytest.raises(Refusal, match=r"calc\.malformed"):
        calculate("auc", b'{"scores": [1, 2], "present": [true]}')


def test_every_statistic_has_a_schema():
    """The input of each statistic is described by a JSON Schema with named fields."""
    for name in statistics():
        assert next(iter(input_schema(name)["$defs"].values()))["properties"]


def _rounded(value):
    if isinstance(value, list):
        return [_rounded(inner) for inner in value]
    return round(value, 4)
