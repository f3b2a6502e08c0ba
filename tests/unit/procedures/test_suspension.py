# SPDX-License-Identifier: Apache-2.0
"""Suspension: never on a signal alone, and amended only where an amendment was demanded."""

from __future__ import annotations

import pytest

from nadzor.base.problems import Refusal
from nadzor.procedures.moves import moves_from
from nadzor.procedures.suspension import AMENDMENT_REQUIRED, OUT_OF_USE, SUSPENSION, allowed_to_amend
from tests.unit.procedures.walks import walked


def test_the_way_of_the_first_suspension() -> None:
    """Analysis, confirmed deviation, suspension, unscheduled control, outcome, resumption."""
    steps = walked("suspension", """
        2026-11-20 open_matter inspector
        2026-11-23 ask_maker inspector
        2026-11-25 answer manufacturer_reporter
        2026-11-26 confirm_deviation inspector
        2026-11-27 suspend head
        2026-11-30 order_control head
        2026-12-10 record_control inspector
        2026-12-11 require_amendment head
        2026-12-18 note_amendment registrar
        2026-12-21 resume_use head
    """)  # fmt: skip
    assert [step.to for step in steps][-5:] == [
        "under_control", "outcome", "amendment_required", "outcome", "resumed",
    ]  # fmt: skip


def test_a_signal_alone_suspends_nothing() -> None:
    """Before a deviation is confirmed with evidence no move takes the device out of use."""
    early = [
        move for state in ("draft", "analysing", "maker_asked") for move in moves_from(SUSPENSION, state)
    ]
    assert not any(move.effect for move in early)


@pytest.mark.parametrize("state", [state for state in OUT_OF_USE if state != AMENDMENT_REQUIRED])
def test_an_undemanded_amendment_waits(state: str) -> None:
    """While the device is out of use an amendment nobody demanded is not entered."""
    with pytest.raises(Refusal) as refusal:
        allowed_to_amend(state)
    assert refusal.value.code == "move.device-suspended"


@pytest.mark.parametrize("state", ["analysing", AMENDMENT_REQUIRED, "resumed"])
def test_a_demanded_amendment_is_entered(state: str) -> None:
    """A demanded amendment, or one of a device in use, may be entered."""
    assert allowed_to_amend(state) is None
