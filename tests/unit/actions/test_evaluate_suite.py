# SPDX-License-Identifier: Apache-2.0
"""The evaluation runs the real detectors on real faults, and two runs of one seed agree."""

from __future__ import annotations

import json

import msgspec
import pytest
from typer.testing import CliRunner

from nadzor.actions.evaluate_suite import Plan, evaluate_suite
from nadzor.cli.app import app
from tests.unit.cli.console import Frame, refused

SMALL = Plan(
    seed=3, devices=6, days=400, per_fault=3, only=("silence", "version_watch"),
    kinds=("silent_site", "new_build", "too_regular"),
)  # fmt: skip


def test_what_is_planted_is_found_by_what_suits_it():
    """Silent sites and new builds are found and named; a fault that no chosen detector suits is missed."""
    made = evaluate_suite(SMALL)
    assert made.faults["silent_site"].found == made.faults["new_build"].found == 1.0
    assert made.faults["new_build"].attribution == 1.0
    missed = made.faults["too_regular"]
    assert (missed.found, missed.median, missed.restricted_mean, missed.met) == (0.0, None, 120.0, None)
    assert set(made.detectors) == {"silence", "version_watch"}
    assert made.events["outage"].system_findings == 1


def test_one_seed_gives_one_evaluation():
    """Nothing but times and memory differs between two runs."""
    few = msgspec.structs.replace(SMALL, kinds=("silent_site",), only=("silence",))
    told = [msgspec.to_builtins(evaluate_suite(few)) for _ in range(2)]
    for one in told:
        for noisy in ("simulate_s", "detect_s", "peak_mb"):
            del one[noisy]
    assert told[0] == told[1]


def told(*arguments):
    """What the command answers, in this process."""
    return CliRunner().invoke(app, ["simulate", "evaluate", *arguments, "--json"], obj=Frame())


def test_the_command_says_which_targets_are_met():
    """JSON with rates, delays and targets; exit 1 as long as one is missed."""
    done = told(
        "--devices", "4", "--days", "400", "--per-fault", "2", "--seed", "2",
        "--faults", "copied_weeks", "--detectors", "silence",
    )  # fmt: skip
    answer = json.loads(done.stdout)
    assert (done.exit_code, answer["faults"]["copied_weeks"]["met"]) == (1, False)
    assert answer["suite_target"] == 0.25


@pytest.mark.parametrize(
    ("option", "code"),
    [("--faults", "simulate.unknown-fault"), ("--detectors", "simulate.unknown-detector")],
)
def test_names_that_nobody_knows_are_refused(option, code):
    """The refusal lists what can be named."""
    assert refused(told(option, "astrology")) == code
