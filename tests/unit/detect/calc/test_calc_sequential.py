# SPDX-License-Identifier: Apache-2.0
"""Sequential statistics by name: published figures, the names of fields, and bad figures."""

from __future__ import annotations

import csv
import json

import pytest

from nadzor.detect.calc.registry import statistics
from tests.shared import shared
from tests.unit.detect.calc.asking import ask, reason

RUN_LENGTH = 1e-3
OURS = (
    "maxsprt-poisson", "maxsprt-binomial", "cusum-arl", "cusum-threshold", "poisson-cusum-arl", "ewma-arl",
    "confseq", "e-process", "e-detector", "ebh", "online-fdr",
)  # fmt: skip
REFUSED = [
    ("maxsprt-poisson", {}, "missing required field `horizon`"),
    ("maxsprt-poisson", {"horizon": 0}, "> 0.0"),
    ("maxsprt-poisson", {"horizon": 1e9}, "0..5000 expected events"),
    ("maxsprt-poisson", {"horizon": "ten"}, "Expected `float`"),
    ("maxsprt-poisson", {"horizon": 5, "alpha": 0}, ">= 1e-09"),
    ("maxsprt-poisson", {"horizon": 5, "alpha": 0.9}, "<= 0.5"),
    ("maxsprt-poisson", {"horizon": 5, "min_events": 0}, ">= 1"),
    ("maxsprt-poisson", {"horizon": 5, "min_events": 1.5}, "Expected `int`"),
    ("maxsprt-poisson", {"horizon": 5, "delayed_start": 6}, "starts before its horizon"),
    ("maxsprt-poisson", {"horizon": 5, "groups": 10**9}, "at most 5000 looks"),
    ("maxsprt-poisson", {"horizon": 5, "groups": [1, 1]}, "add up to the horizon"),
    ("maxsprt-poisson", {"horizon": 5, "groups": -1}, ">= 0"),
    ("maxsprt-poisson", {"horizon": 5, "rr": -2}, "> 0.0"),
    ("maxsprt-poisson", {"horizon": 5, "rr": 1e9}, "relative risk"),
    ("maxsprt-poisson", {"horizon": 5, "critical_value": 1e300}, "limit in 0..700"),
    ("maxsprt-binomial", {"n": 10**9, "z": 1}, "1..3000 events"),
    ("maxsprt-binomial", {"n": 20, "z": 0}, "> 0.0"),
    ("maxsprt-binomial", {"n": 20, "z": 1e300}, "matching ratio"),
    ("maxsprt-binomial", {"n": -1, "z": 1}, ">= 1"),
    ("cusum-arl", {"k": 0.5}, "missing required field `h`"),
    ("cusum-arl", {"k": 0.5, "h": 0}, "> 0.0"),
    ("cusum-arl", {"k": 0.5, "h": 1e9}, "too many standard deviations"),
    ("cusum-arl", {"k": 0.5, "h": 4, "headstart": 5}, "headstart"),
    ("cusum-arl", {"k": 0.5, "h": 4, "headstart": "h/3"}, "h/3"),
    ("cusum-arl", {"k": 0.5, "h": 4, "shift": -1e9}, "no alarm"),
    ("cusum-arl", {"family": "poisson", "k": 0.5, "h": 4, "mu": 1, "sided": "two"}, "has one side"),
    (
        "cusum-threshold",
        {"family": "poisson", "k": 1, "mu": 1, "arl0": 99, "headstart": 1},
        "without a headstart",
    ),
    ("cusum-threshold", {"k": 0.5, "arl0": 1e300}, "so long a run"),
    ("poisson-cusum-arl", {"mean": 0, "k": 1, "h": 5}, "> 0.0"),
    ("poisson-cusum-arl", {"mean": 1, "k": 1, "h": 1e9}, "steps of the lattice"),
    ("poisson-cusum-arl", {"mean": 1e9, "k": 1, "h": 5}, "mean of counts"),
    ("ewma-arl", {"lambda": 0, "limit": 3}, "> 0.0"),
    ("ewma-arl", {"lambda": 1.5, "limit": 3}, "<= 1.0"),
    ("ewma-arl", {"lambda": 1e-9, "limit": 3}, "too many standard deviations"),
]
NULL = [
    {"horizon": 5, "min_events": 10**9},
    {"horizon": 1.5, "min_events": 6},
    {"horizon": 1e-9},
]


@pytest.mark.parametrize("name", OURS)
def test_every_sequential_statistic_answers_its_own_example(name):
    """The example that the list shows is answered, and the answer is JSON without holes."""
    answer = ask(name, **statistics()[name].example)
    assert answer
    assert None not in [value for field, value in answer.items() if field not in ("p", "first_look")]


@pytest.mark.parametrize(
    ("name", "figures", "why"), REFUSED, ids=lambda part: part if isinstance(part, str) else ""
)
def test_impossible_tests_and_charts_are_refused_with_a_reason(name, figures, why):
    """Missing, empty, negative and absurd figures: each refusal says in words what does not fit."""
    assert why in reason(name, **figures)


@pytest.mark.parametrize("figures", NULL)
def test_a_test_that_can_never_spend_alpha_has_no_critical_value(figures):
    """Too many events demanded for what the horizon gives: null, and no power either."""
    answer = ask("maxsprt-poisson", **figures, rr=2)
    assert (answer["critical_value"], answer["power"]) == (None, None)


def test_the_help_page_of_the_poisson_test_is_met_by_name():
    """Critical value, power, time to signal and sample size in one answer."""
    page = json.loads(shared("truth", "maxsprt_doc.json").read_text())
    answer = ask("maxsprt-poisson", horizon=page["T"], alpha=page["alpha"], rr=page["RR"])
    assert answer["critical_value"] == pytest.approx(page["cv"], abs=2e-6)
    assert answer["power"] == pytest.approx(page["power"], abs=1e-7)
    assert answer["expected_signal_time"] == pytest.approx(page["ESignalTime"], abs=1e-6)
    assert answer["expected_sample_size"] == pytest.approx(page["ESampleSize"], abs=1e-6)


def test_groups_may_be_a_number_or_sizes():
    """Five equal groups are five sizes of a fifth; a limit of one's own replaces that of alpha."""
    sizes = ask("maxsprt-poisson", horizon=30, groups=[6, 6, 6, 6, 6], rr=1.5)
    assert sizes == ask("maxsprt-poisson", horizon=30, groups=5, rr=1.5)
    assert sizes["critical_value"] < ask("maxsprt-poisson", horizon=30)["critical_value"]
    own = ask("maxsprt-binomial", n=30, z=1, critical_value=2, rr=2)
    assert own["power"] == pytest.approx(0.658732, abs=1e-6)


def test_charts_are_the_published_ones_by_name():
    """Fields as the tables name them: shift, sided and headstart; mean and h/2; all within a thousandth."""
    page = json.loads(shared("truth", "cusum_arl_published.json").read_text())
    for row in page["normal_two_sided"]:
        asked = {"k": row["k"], "h": row["h"], "shift": row["mu"], "sided": "two", "headstart": "h/2"}
        assert ask("cusum-arl", **asked)["arl"] == pytest.approx(row["arl_headstart_h2"], rel=5e-3)
    for row in page["poisson_upper"]:
        asked = {"mean": row["mu"], "k": row["k"], "h": row["h"], "headstart": row.get("headstart", 0)}
        assert ask("poisson-cusum-arl", **asked)["arl"] == pytest.approx(row["arl"], rel=RUN_LENGTH)
    with shared("truth", "cusum_normal_arl_grid.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            answer = ask("cusum-arl", k=float(row["k"]), h=float(row["h"]), shift=float(row["mu"]))
            assert answer["arl"] == answer["value"] == pytest.approx(float(row["arl"]), rel=1e-9)


def test_an_ewma_answers_under_both_names():
    """`weight` is the older name of lambda, and mu of shift."""
    asked = {"lambda": 0.25, "limit": 2.998, "shift": 1.0}
    assert ask("ewma-arl", **asked) == ask("ewma-arl", weight=0.25, limit=2.998, mu=1.0)
    assert ask("ewma-arl", **asked)["arl"] == pytest.approx(11.1, rel=RUN_LENGTH * 5)
