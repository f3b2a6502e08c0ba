# SPDX-License-Identifier: Apache-2.0
"""The checklist after the advisory Code of Ethics: whole, in both languages, tied to evidence."""

from __future__ import annotations

from typing import get_args

from nadzor.law.load import norms
from nadzor.vigilance.ethics import Kind, checklist, evidence_of


def test_the_checklist_covers_every_stage_of_life() -> None:
    """From planning to decommissioning, each stage with lines, each line once, under a named principle."""
    found = checklist()
    assert [stage.key for stage in found.stages] == [
        "planning",
        "design",
        "proof",
        "operation",
        "monitoring",
        "decommissioning",
    ]
    lines = [line for stage in found.stages for line in stage.lines]
    assert len(lines) == len(found.lines) == 20
    assert {line.principle for line in lines} == set(found.principles)


def test_decommissioning_asks_for_its_criteria() -> None:
    """The Code names criteria of taking a system out of use; the checklist asks for them."""
    last = checklist().stages[-1]
    assert [line.key for line in last.lines] == ["end.criteria", "end.way", "end.data"]


def test_it_says_what_it_is() -> None:
    """The act behind it is in the law's own list, as advisory."""
    entry = norms()[checklist().act]
    assert entry


def test_evidence_is_counted_and_absence_is_zero() -> None:
    """A line shows its own kinds of evidence, the absent ones as zero; every kind is used by some line."""
    line = checklist().lines["monitoring.signals"]
    assert [(one.kind, one.count) for one in evidence_of(line, {"signals": 3})] == [
        ("signals", 3),
        ("answers", 0),
    ]
    used = {kind for one in checklist().lines.values() for kind in one.evidence}
    assert used == set(get_args(Kind))
