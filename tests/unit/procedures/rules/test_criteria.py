# SPDX-License-Identifier: Apache-2.0
"""A rule that no source confirms never decides by itself; every sentence of the answer exists and is used."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import msgspec
import pytest

from nadzor.procedures.rules import criteria
from nadzor.procedures.rules.answers import Answers, Part
from nadzor.procedures.rules.interview import interview
from nadzor.procedures.rules.qualification import determine
from nadzor.procedures.rules.rule import rule

DAY = date(2026, 11, 22)
DEVICE = Part(
    program=True, integral_part=False, purposes=("diagnosis",), health_care=True, natures=(),
    functions=("interpretation",), mode="automatic", decisions=True, interpretation="i", source="s",
    use="u", platform="p", access="a",
)  # fmt: skip
NEITHER = {"mode": None, "decisions": None}


def verdict(**told):
    """The verdict on the device with some answers changed."""
    part = msgspec.structs.replace(DEVICE, **told)
    answers = Answers(route="national", product="X", complex=False, components={"software": part})
    return determine(answers, DAY).verdict


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        ("R-003", {}),
        ("R-004", {"integral_part": True}),
        ("R-006", {"decisions": False}),
        ("R-007", {"functions": ("units",), **NEITHER}),
        ("R-011", {"health_care": True, "decisions": True, "mode": "neither", "natures": ("wellness",)}),
    ],
)
def test_what_is_only_reported_neither_approves_nor_refuses(monkeypatch, fact, told):
    """With one rule known from the press, what it alone would settle goes to a person."""
    settled = verdict(**told)

    def reported(asked, on):
        found = rule(asked, on)
        return msgspec.structs.replace(found, status="reported") if asked == fact else found

    monkeypatch.setattr(criteria, "rule", reported)
    open_now = verdict(**told)
    assert settled in {"yes", "no"}
    assert open_now == ("no" if fact == "R-011" else "manual_review")


def test_once_confirmed_the_added_exclusions_decide(monkeypatch):
    """R-007a moves no code: when a lawyer reads it in the source, its status alone makes it decide."""
    told = {"functions": ("editing", "units"), **NEITHER}
    assert verdict(**told) == "manual_review"

    def read(asked, on):
        return msgspec.structs.replace(rule(asked, on), status="read")

    monkeypatch.setattr(criteria, "rule", read)
    assert verdict(**told) == "no"


def test_every_sentence_is_used_and_every_one_used_exists():
    """A sentence nobody can reach would mislead; a missing one would break an opinion."""
    code = Path(criteria.__file__).read_text("utf-8")
    written = set(re.findall(r'"([a-z]+(?:_[a-z]+)+)"', code))
    assert set(interview().follows) - written == {"described", "hardware"} - written
    assert {"pacs_open", "unknown_status", "no_likeness"} <= set(interview().follows)
