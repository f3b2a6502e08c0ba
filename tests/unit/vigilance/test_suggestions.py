# SPDX-License-Identifier: Apache-2.0
"""What is offered to whoever codes an event: by the stage of a failure, and by a clinic's plain answer."""

from __future__ import annotations

from typing import get_args

import pytest

from nadzor.vigilance.code_cards import own_cards
from nadzor.vigilance.suggestions import explained, mapping, plain_choices, plain_codes, suggest
from nadzor_wire import event


def _codes(stage: str, failure: str = "") -> list[str]:
    return [card.code for card in suggest(stage, failure)]


@pytest.mark.parametrize(
    ("stage", "failure", "codes"),
    [
        ("network", "NET001", ["A1101", "A1302", "A1303"]),
        ("input", "", ["A1301", "A090208", "A1107"]),
        ("processing", "", ["A110303", "A090812"]),
        ("processing", "CRA007", ["A110201", "A110208", "A110303", "A090812"]),
        ("elsewhere", "", []),
    ],
    ids=["network", "input", "processing", "crash", "unknown"],
)
def test_a_failure_is_offered_codes(stage: str, failure: str, codes: list[str]) -> None:
    """The mapping of the facts sheet, with a crash before the stage it happened in."""
    assert _codes(stage, failure) == codes


def test_every_stage_of_the_wire_is_mapped() -> None:
    """Every stage that the wire allows has an offer, and no offer is for a stage it does not have."""
    assert set(mapping().stages) == set(get_args(event.Stage))


def test_our_own_readings_say_so() -> None:
    """What does not stand in the sheet is marked as derived."""
    derived = {stage for stage, one in mapping().stages.items() if one.basis == "derived"}
    assert derived == {"output", "integration"}
    assert [one.basis for one in explained("output", "CRA001")] == ["sheet", "derived"]


def test_every_offer_is_a_code_one_can_choose() -> None:
    """Each code of the mapping is a selectable one of annex A in our own list."""
    offered = [code for group in (mapping().stages, mapping().failures, mapping().plain)
               for one in group.values() for code in one.codes]  # fmt: skip
    assert offered
    assert all(own_cards()[code].annex == "A" and own_cards()[code].selectable for code in offered)


def test_a_plain_answer_stands_for_codes_and_other_for_none() -> None:
    """A clinic answers in words of both languages; `other` and rubbish stand for no code."""
    assert plain_codes("missed") == ("A090803",)
    assert plain_codes("other") == plain_codes("zzz") == ()
    assert [choice.key for choice in plain_choices("ru")][-1] == "other"
    assert plain_choices("ru")[0].label != plain_choices("en")[0].label
