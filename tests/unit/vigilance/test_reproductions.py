# SPDX-License-Identifier: Apache-2.0
"""The printed command of a pack gives the figure again: run as typed, for a finding of each kind."""

from __future__ import annotations

import shlex
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from nadzor.cli.app import app
from nadzor.detect.finding import Baseline, Effect
from nadzor.vigilance.reproductions import TOLERANCE, reproductions
from tests.unit.vigilance.signals import FINDING

#: detector, effect (name, estimate, low, high), baseline (exposure, events), facts, calculation, is the size
CASES: dict[str, tuple[str, tuple[str, float], tuple[float, float], dict[str, Any], str, bool]] = {
    "failure_cusum": ("failure_cusum", ("rate_ratio", 6.7315), (6437, 54),
                      {"failed": 13, "expected": 1.931, "sites": ["s-1"]}, "poisson-ci", True),
    "failure_burst": ("failure_burst", ("rate_ratio", 8.08996), (6437, 54),
                      {"observed": 8.0, "expected": 0.9888800612852}, "poisson-ci", True),
    "adverse_rate": ("adverse_rate", ("rate_ratio", 3.125), (16239, 4),
                     {"observed": 10, "expected": 3.2, "studies": 49232}, "poisson-ci", True),
    "under_reporting": ("under_reporting", ("share_of_expected", 0.21628), (156, 0),
                        {"observed": 53, "expected": 245.0}, "poisson-ci", True),
    "claim_check": ("claim_check", ("specificity", 0.823953823953824), (0, 0),
                    {"observed": 0.823953823953824, "expected": 0.8689, "cases": 693}, "proportion-ci", True),
    "labels": ("claim_check", ("drop", -0.05477816), (780, 28.46),
               {"observed": 0.9087301587, "expected": 0.9635083226, "cases": 756, "baseline_cases": 780},
               "proportion-difference", True),
    "agreement": ("agreement_decay", ("share_changed_by", -0.0024), (10974, 914),
                  {"observed": 0.91427, "expected": 0.91665, "studies": 10171},
                  "proportion-difference", True),
    "version_regression": ("version_regression", ("share_changed_by", -0.15), (18527, 17454),
                           {"observed": 0.81104, "expected": 0.93882, "studies": 113},
                           "proportion-difference", False),
    "declined": ("declined_share", ("share_changed_by", 0.0876751), (23110, 23313),
                 {"observed": 0.09751, "expected": 0.01008, "studies": 523}, "proportion-difference", True),
}  # fmt: skip


def _finding(name: str):
    detector, (what, estimate), (exposure, events), facts, *_ = CASES[name]
    effect = Effect(name=what, estimate=estimate, low=estimate - 0.1, high=estimate + 0.1)
    baseline = Baseline(hash="b" * 64, exposure=exposure, events=events)
    return msgspec.structs.replace(FINDING, detector=detector, effect=effect, baseline=baseline, facts=facts)


@pytest.mark.parametrize("name", CASES)
def test_the_printed_command_gives_the_figure(name: str) -> None:
    """What follows the pipe is run on what precedes it, and its answer is the figure that was printed."""
    first = next(each for each in reproductions(_finding(name)) if each.calculation == CASES[name][4])
    echo, _, command = first.command.partition(" | nadzor ")
    told = CliRunner().invoke(app, shlex.split(command), input=shlex.split(echo)[1])
    assert told.exit_code == 0, told.output
    assert msgspec.json.decode(told.stdout)[first.figure] == pytest.approx(first.found, rel=1e-9)
    assert first.of == "effect" and first.same is CASES[name][5]
    if first.same:
        assert first.found == pytest.approx(first.said, rel=TOLERANCE, abs=0.0015)


def test_an_adjusted_size_is_told_with_its_nearest_figure() -> None:
    """A difference in differences has no calculator: the plain share that was seen does agree."""
    found = reproductions(_finding("version_regression"))
    assert [(each.of, each.calculation, each.same) for each in found] == [
        ("effect", "proportion-difference", False), ("observed", "proportion-ci", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "facts", [{}, {"observed": True}, {"observed": 3.5, "expected": 2.0}, {"observed": 2, "expected": 0.0}]
)
def test_what_no_calculator_gives_has_no_command(facts: dict[str, Any]) -> None:
    """No figures, a word in their place, a count that is none, nothing expected: nothing is printed."""
    assert reproductions(msgspec.structs.replace(FINDING, facts=facts)) == ()
