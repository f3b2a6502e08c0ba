# SPDX-License-Identifier: Apache-2.0
"""The signal's table: who is in the queue, and nothing decided against anybody without a head."""

from __future__ import annotations

from nadzor.procedures.signal import ARCHIVED, CONFIRMED, DECIDED, DISMISSED, MERGED, RAISED, SIGNAL


def test_closing_against_somebody_takes_a_head() -> None:
    """Only a head confirms for a case or dismisses, and only from review: never straight from an alarm."""
    closing = [move for move in SIGNAL.moves if move.to in {CONFIRMED, DISMISSED}]
    assert all(move.by == ("head",) and move.grounds and move.start != RAISED for move in closing)


def test_open_and_closed_part_the_states() -> None:
    """A state is in the queue or out of it; the first one is in it."""
    assert set(SIGNAL.open_states) | SIGNAL.closed == set(SIGNAL.states)
    assert RAISED in SIGNAL.open_states


def test_whatever_closes_a_signal_gives_a_reason() -> None:
    """A person's decision asks for a reason; archiving and merging ask where to look next."""
    closing = [move for move in SIGNAL.moves if move.to in DECIDED and "house" not in move.by]
    assert closing and all("reason_code" in move.asks and move.grounds for move in closing)
    waiting = {move.to: move.asks for move in SIGNAL.moves if move.to in {ARCHIVED, MERGED}}
    assert waiting == {ARCHIVED: ("archived_until",), MERGED: ("leading_signal",)}


def test_the_house_decides_nothing() -> None:
    """The house brings back what was put off and notes what is there again; it closes nothing for anybody."""
    own = {(move.start, move.to) for move in SIGNAL.moves if "house" in move.by}
    assert own == {(ARCHIVED, RAISED), ("resolved_in_version", "regressed")}
