# SPDX-License-Identifier: Apache-2.0
"""The faults a table of moves can have; a procedure with one is refused by the tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from nadzor.law.load import norms
from nadzor.procedures.ledger import PAUSES, RESUMES
from nadzor.procedures.moves import ASKS, BACK, EFFECTS, Move, Procedure, moves_from, reached
from nadzor.procedures.reckoning import RESPONSIBLE

DAYS = ("working_day", "calendar_day")


def table_faults(procedure: Procedure) -> list[str]:
    """What is wrong with a table: its arrows, its exits, its clocks, its questions and effects.

    Law: our own rule: every open state has an owner and an exit, every clock a norm and an end.
    """
    kinds = (_arrow_faults, _exit_faults, _clock_faults, _pause_faults, _known_faults)
    return [fault for kind in kinds for fault in kind(procedure)]


def _arrow_faults(procedure: Procedure) -> Iterable[str]:
    twice = Counter((move.start, move.verb) for move in procedure.moves)
    yield from (f"{state} has two moves called {verb}" for (state, verb), n in twice.items() if n > 1)
    found = reached(procedure)
    yield from (f"{state} is never reached" for state in procedure.states if state not in found)
    yield from (f"{move.verb} from {move.start} is nobody's" for move in procedure.moves if not move.by)
    entered = {move.to for move in procedure.moves}
    lost = (move for move in procedure.moves if move.to == BACK and move.start not in entered)
    yield from (f"{move.verb} from {move.start} has no way back" for move in lost)


def _exit_faults(procedure: Procedure) -> Iterable[str]:
    yield from (f"{state} is final but not closed" for state in procedure.final - procedure.closed)
    for state in procedure.states:
        exits = moves_from(procedure, state)
        if exits and state in procedure.final:
            yield f"{state} is final but has an exit"
        if not exits and state not in procedure.final:
            yield f"{state} has no exit"


def _clock_faults(procedure: Procedure) -> Iterable[str]:
    for key in procedure.clocks:
        if key not in norms():
            yield f"{key} is no norm"
        elif norms()[key][1].unit not in DAYS:
            yield f"{key} is not counted in days"
        if key not in RESPONSIBLE:
            yield f"{key} is nobody's to meet"
    ended = {key for move in procedure.moves for key in (*move.stops, move.after)}
    started = dict.fromkeys(key for move in procedure.moves for key in move.starts)
    yield from (f"{key} is started and never stopped" for key in started if key not in ended)
    touched = {key for move in procedure.moves for key in move.clocks}
    yield from (f"{key} is touched and never started" for key in sorted(touched - started.keys()))


def _pause_faults(procedure: Procedure) -> Iterable[str]:
    resumed = {(key, RESUMES.get(move.verb)) for move in procedure.moves for key in move.resumes}
    for move in procedure.moves:
        if (move.pauses and move.verb not in PAUSES) or (move.resumes and move.verb not in RESUMES):
            yield f"{move.verb} has no switch"
        lost = (key for key in move.pauses if (key, PAUSES.get(move.verb)) not in resumed)
        yield from (f"{key} is paused by {move.verb} and never resumed" for key in lost)


def _known_faults(procedure: Procedure) -> Iterable[str]:
    for move in procedure.moves:
        yield from (f"{ask} is asked for but unknown" for ask in move.asks if ask not in ASKS)
        if move.effect not in EFFECTS:
            yield f"{move.effect} is no effect"
        if move.within and move.after:
            yield f"{_named(move)} is both too early and too late"


def _named(move: Move) -> str:
    return f"{move.verb} from {move.start}"
