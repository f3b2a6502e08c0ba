# SPDX-License-Identifier: Apache-2.0
"""Tables of moves: what a table may not be, and who may take which arrow."""

from __future__ import annotations

from typing import Any

import pytest

from nadzor.base.problems import Refusal
from nadzor.procedures.faults import table_faults
from nadzor.procedures.moves import (
    BACK,
    Move,
    Procedure,
    alike,
    allowed,
    allowed_with,
    moves_for,
    reached,
)
from nadzor.procedures.registration_simplified import REGISTRATION_SIMPLIFIED
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
LIMIT = "registration.simplified_limit"


def _named(verb: str, **more: Any) -> Move:
    return Move("new", verb, "done", ("head",), **more)


def _end(**more: Any) -> Move:
    return _named("end", **more)


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
        (_procedure(END, Move("new", "back", BACK, ("head",))), "back from new has no way back"),
        (_procedure(_end(starts=("no.such",))), "no.such is no norm"),
        (_procedure(_end(starts=("disclosure.studies",))), "disclosure.studies is not counted in days"),
        (_procedure(_end(starts=("trials.technical",))), "trials.technical is nobody's to meet"),
        (_procedure(_end(starts=(LIMIT,))), f"{LIMIT} is started and never stopped"),
        (_procedure(_end(stops=(LIMIT,))), f"{LIMIT} is touched and never started"),
        (_procedure(_end(pauses=(LIMIT,))), "end has no switch"),
        (_procedure(_end(resumes=(LIMIT,))), "end has no switch"),
        (
            _procedure(_named("stand_still", pauses=(LIMIT,))),
            f"{LIMIT} is paused by stand_still and never resumed",
        ),
        (_procedure(_end(asks=("colour",))), "colour is asked for but unknown"),
        (_procedure(_end(effect="burn_device")), "burn_device is no effect"),
        (_procedure(_end(within=LIMIT, after=LIMIT)), "end from new is both too early and too late"),
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
    assert [move.verb for move in moves_for(SIGNAL, UNDER_REVIEW, "inspector")] == [
        "ask_maker", "explain", "resolve", "archive", "merge",
    ]  # fmt: skip
    assert moves_for(SIGNAL, UNDER_REVIEW, "auditor") == ()
    assert [move.verb for move in moves_for(SIGNAL, MAKER_ASKED, "representative")] == ["answer"]


def test_reached_follows_the_arrows() -> None:
    """Every state of the signal's table is reached from the first one."""
    assert reached(SIGNAL) == set(SIGNAL.states)


def test_what_a_move_asks_for_must_be_told() -> None:
    """An empty answer is refused by name; a full one comes back stripped, and nothing else with it."""
    move = _end(asks=("court_act", "evidence"))
    assert allowed_with(move, {"court_act": " A40-1 ", "evidence": "file 7", "more": "x"}) == {
        "court_act": "A40-1",
        "evidence": "file 7",
    }
    with pytest.raises(Refusal) as refusal:
        allowed_with(move, {"court_act": "A40-1", "evidence": " "})
    assert (refusal.value.code, refusal.value.at) == ("move.unanswered", "$.evidence")


def test_rows_that_differ_only_in_their_start_are_one() -> None:
    """Withdrawing from every open state is one row; the way back is one arrow to nowhere fixed."""
    rows = {move.verb: starts for move, starts in alike(REGISTRATION_SIMPLIFIED)}
    assert len(rows["withdraw"]) == 12
    assert rows["resume"] == ("standing_still",)
    assert BACK not in REGISTRATION_SIMPLIFIED.states
    assert sum(len(starts) for _, starts in alike(REGISTRATION_SIMPLIFIED)) == len(
        REGISTRATION_SIMPLIFIED.moves
    )
