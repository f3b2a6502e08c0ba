# SPDX-License-Identifier: Apache-2.0
"""The signal's table: who is in the queue, and nothing decided against anybody without a head."""

from __future__ import annotations

from nadzor.procedures.signal import CONFIRMED, DISMISSED, RAISED, SIGNAL


def test_closing_against_somebody_takes_a_head() -> None:
    """Only a head confirms for a case or dismisses, and only from review: never straight from an alarm."""
    closing = [move for move in SIGNAL.moves if move.to in {CONFIRMED, DISMISSED}]
    assert all(move.by == ("head",) and move.grounds and move.start != RAISED for move in closing)


def test_open_and_closed_part_the_states() -> None:
    """A state is in the queue or out of it; the first one is in it."""
    assert set(SIGNAL.open_states) | SIGNAL.closed == set(SIGNAL.states)
    assert RAISED in SIGNAL.open_states
