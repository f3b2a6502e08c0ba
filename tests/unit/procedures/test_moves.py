# SPDX-License-Identifier: Apache-2.0
"""Tables of moves: what a table may not be, and who may take which arrow."""

from __future__ import annotations

import pytest

from nadzor.base.problems import Refusal
from nadzor.procedures.faults import table_faults
from nadzor.procedures.moves import Move, Procedure, allowed, moves_for, reached
from nadzor.procedures.signal import CONFIRMED, MAKER_ASKED, RAISED, SIGNAL, UNDER_REVIEW


def _procedure(*moves: Move, closed: str = "done", final: str = "done") -> Procedure:
    return Procedure(
        name="example",
        first="new",
        moves=moves,
        closed=frozenset(closed.split()),
        final=frozenset(final.split()),
    )


END = Move("new", "end", "done", ("head",))


def test_a_sound_table_has_no_fault() -> None:
    """The smallest table, one arrow from the first state to a final one, is accepted."""
    assert table_faults(_procedure(END)) == []


@pytest.mark.parametrize(
    ("procedure", "fault"),
    [
        (_procedure(END, Move("new", "end", "new", ("head",))), "new has two moves called end"),
        (_procedure(END, Move("lost", "end", "done", ("head",))), "lost is never reached"),
        (_procedure(END, Move("new", "wait", "waiting", ("head",))), "waiting has no exit"),
        (_procedure(END, Move("new", "drop", "done", ())), "drop from new is nobody's"),
        (_procedure(END, Move("done", "back", "new", ("head",))), "done is final but has an exit"),
        (_procedure(END, closed=""), "done is final but not closed"),
    ],
)
def test_a_wrong_table_is_named(procedure: Procedure, fault: str) -> None:
    """Doubled verbs, unreachable and dead-end states, moves without an owner are each found."""
    assert fault in table_faults(procedure)


def test_the_table_decides() -> None:
    """A move that the table has, by a role it names, with grounds, is allowed."""
    move = allowed(SIGNAL, UNDER_REVIEW, "confirm", by="head", because="Seen in two clinics")
    assert move.to == CONFIRMED


@pytest.mark.parametrize(
    ("state", "verb", "by", "because", "code"),
    [
        (RAISED, "confirm", "head", "why", "move.not-from-here"),
        (UNDER_REVIEW, "confirm", "inspector", "why", "move.not-yours"),
        (MAKER_ASKED, "answer", "head", "why", "move.not-yours"),
        (UNDER_REVIEW, "dismiss", "head", "  ", "move.no-grounds"),
    ],
)
def test_refused_moves(state: str, verb: str, by: str, because: str, code: str) -> None:
    """No arrow, another's arrow and no grounds are three different refusals."""
    with pytest.raises(Refusal) as refusal:
        allowed(SIGNAL, state, verb, by=by, because=because)
    assert refusal.value.code == code


def test_buttons_are_rows() -> None:
    """What a role sees from a state is exactly the rows that name it."""
    assert [move.verb for move in moves_for(SIGNAL, UNDER_REVIEW, "inspector")] == ["ask_maker", "explain"]
    assert moves_for(SIGNAL, UNDER_REVIEW, "auditor") == ()
    assert [move.verb for move in moves_for(SIGNAL, MAKER_ASKED, "representative")] == ["answer"]


def test_reached_follows_the_arrows() -> None:
    """Every state of the signal's table is reached from the first one."""
    assert reached(SIGNAL) == set(SIGNAL.states)
