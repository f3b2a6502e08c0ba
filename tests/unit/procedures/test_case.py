# SPDX-License-Identifier: Apache-2.0
"""The table of cases: the order of the first suspension, the maker heard, and when a device is amended."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.base.problems import Refusal
from nadzor.procedures.case import (
    AMENDMENT_REQUIRED,
    CASE,
    HEARD,
    INQUIRY_ANSWER,
    OUT_OF_USE,
    STOPPED,
    allowed_to_amend,
)
from nadzor.procedures.moves import moves_from
from tests.unit.procedures.walks import clock, step, walked

ASKED = """
    2026-11-20 open_matter inspector
    2026-11-23 confirm_deviation inspector
    2026-11-24 inquire inspector
"""
SUSPENDED = ASKED + """
    2026-11-26 answer manufacturer_reporter
    2026-11-27 suspend head
"""  # fmt: skip


def test_the_way_of_the_first_suspension() -> None:
    """Analysis, confirmed deviation, suspension, unscheduled control, outcome, resumption."""
    steps = walked("case", SUSPENDED + """
        2026-11-30 ask_consent head
        2026-12-02 note_consent inspector
        2026-12-03 order_control head
        2026-12-10 record_control inspector
        2026-12-11 require_amendment head
        2026-12-18 note_amendment registrar
        2026-12-21 resume_use head
    """)  # fmt: skip
    assert [step.to for step in steps][-8:] == [
        "suspended", "consent_asked", "consented", "under_control", "outcome", "amendment_required",
        "outcome", "resumed",
    ]  # fmt: skip


def test_the_inquiry_has_ten_working_days_of_the_houses_own() -> None:
    """The clock is dated by a house norm, and nobody goes on without an answer before it has run out."""
    steps = walked("case", ASKED)
    run = clock("case", steps, INQUIRY_ANSWER, today="2026-11-24")
    assert (run.due, run.norm and run.norm.status) == (date(2026, 12, 8), "house")
    with pytest.raises(Refusal) as refusal:
        step("case", steps, "go_on_without_answer", by="inspector", on=date(2026, 12, 8))
    assert refusal.value.code == "move.too-early"
    step("case", steps, "go_on_without_answer", by="inspector", on=date(2026, 12, 9))
    assert steps[-1].to == "weighing"


def test_a_device_stopped_at_once_has_its_maker_heard_after() -> None:
    """Suspended at once, the maker is asked one time, and answers while the device is out of use."""
    steps = walked("case", """
        2026-11-20 open_matter inspector
        2026-11-20 confirm_deviation inspector
        2026-11-20 suspend_at_once head
        2026-11-20 inquire inspector
        2026-11-23 complain manufacturer_admin
        2026-11-24 answer manufacturer_admin
    """)  # fmt: skip
    assert [each.to for each in steps][-4:] == ["suspended", "hearing", "hearing", "suspended"]
    with pytest.raises(Refusal) as refusal:
        step("case", steps, "inquire", by="inspector", on=date(2026, 11, 25))
    assert refusal.value.code == "move.asked-already"


def test_nothing_restricts_use_before_a_deviation_is_confirmed() -> None:
    """Before a deviation is confirmed with evidence no move takes the device out of use."""
    early = [move for state in ("draft", "analysing") for move in moves_from(CASE, state)]
    assert not any(move.effect for move in early)


@pytest.mark.parametrize("state", HEARD)
def test_the_maker_may_speak_wherever_it_was_asked(state: str) -> None:
    """Recompute, object and complain stay open from the inquiry to the end, and a head decides."""
    verbs = {move.verb for move in moves_from(CASE, state)}
    assert {"recompute", "object", "complain", "uphold_complaint", "reject_complaint"} <= verbs


@pytest.mark.parametrize("state", STOPPED)
def test_a_court_and_an_upheld_complaint_put_the_device_back(state: str) -> None:
    """Out of every state without use, a court's act and an upheld complaint resume it."""
    ways = {move.verb: move.effect for move in moves_from(CASE, state)}
    assert (ways["court_reversal"], ways["uphold_complaint"]) == ("resume_device", "resume_device")


@pytest.mark.parametrize("state", [state for state in OUT_OF_USE if state != AMENDMENT_REQUIRED])
def test_an_undemanded_amendment_waits(state: str) -> None:
    """While the device is out of use an amendment nobody demanded is not entered."""
    with pytest.raises(Refusal) as refusal:
        allowed_to_amend(state)
    assert refusal.value.code == "move.device-suspended"


@pytest.mark.parametrize("state", ["analysing", "weighing", AMENDMENT_REQUIRED, "resumed"])
def test_a_demanded_amendment_is_entered(state: str) -> None:
    """A demanded amendment, or one of a device in use, may be entered."""
    assert allowed_to_amend(state) is None
