# SPDX-License-Identifier: Apache-2.0
"""The signal's table: sound, worded in both languages, drawn as it is, and never decided without a person."""

from __future__ import annotations

from pathlib import Path

from nadzor.procedures.diagram import page
from nadzor.procedures.faults import table_faults
from nadzor.procedures.moves import ROLES
from nadzor.procedures.signal import CONFIRMED, DISMISSED, RAISED, SIGNAL
from nadzor.procedures.words import words

DRAWN = Path(__file__).parents[3] / "docs/reference/signal-states.md"


def test_the_table_is_sound() -> None:
    """No fault in the table, and every role in it is a role of the house."""
    assert table_faults(SIGNAL) == []
    assert {role for move in SIGNAL.moves for role in move.by} <= set(ROLES)


def test_every_state_and_verb_has_its_words() -> None:
    """The words are exactly those of the table, in both languages."""
    said = words()["signal"]
    assert set(said.states) == set(SIGNAL.states)
    assert set(said.verbs) == {move.verb for move in SIGNAL.moves}
    assert all(text.ru and text.en for text in (*said.states.values(), *said.verbs.values()))


def test_closing_against_somebody_takes_a_head() -> None:
    """Only a head confirms for a case or dismisses, and only from review: never straight from an alarm."""
    closing = [move for move in SIGNAL.moves if move.to in {CONFIRMED, DISMISSED}]
    assert all(move.by == ("head",) and move.grounds and move.start != RAISED for move in closing)


def test_open_and_closed_part_the_states() -> None:
    """A state is in the queue or out of it; the first one is in it."""
    assert set(SIGNAL.open_states) | SIGNAL.closed == set(SIGNAL.states)
    assert RAISED in SIGNAL.open_states


def test_the_drawing_is_the_table() -> None:
    """The reference page equals what the table draws today."""
    assert DRAWN.read_text("utf-8") == page(SIGNAL)
