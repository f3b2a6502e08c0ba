# SPDX-License-Identifier: Apache-2.0
"""A move, a table of moves, the faults a table can have, and the one question asked of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal, get_args

import msgspec

from nadzor.base.problems import Refusal

Role = Literal[
    "inspector", "head", "registrar", "expert", "moscow_centre",
    "manufacturer_admin", "manufacturer_reporter", "representative",
    "clinic", "auditor", "operator",
]  # fmt: skip
ROLES: tuple[str, ...] = get_args(Role)


class Move(msgspec.Struct, frozen=True):
    """One arrow: from a state, by a verb, to a state; who may take it; whether grounds must be given."""

    start: str
    verb: str
    to: str
    by: tuple[Role, ...]
    grounds: bool = True


class Procedure(msgspec.Struct, frozen=True, kw_only=True):
    """A table of moves with its first state.  `closed` states left the queue; `final` ones have no exit."""

    name: str
    first: str
    moves: tuple[Move, ...]
    closed: frozenset[str]
    final: frozenset[str]

    @property
    def states(self) -> tuple[str, ...]:
        """Every state once, in the order the table names them.

        Law: the table itself.
        """
        named = (self.first, *(state for move in self.moves for state in (move.start, move.to)))
        return tuple(dict.fromkeys(named))

    @property
    def open_states(self) -> tuple[str, ...]:
        """The states that wait for somebody.

        Law: the table itself.
        """
        return tuple(state for state in self.states if state not in self.closed)


def moves_from(procedure: Procedure, state: str) -> tuple[Move, ...]:
    """The arrows that leave a state.

    Law: the procedure's table.
    """
    return tuple(move for move in procedure.moves if move.start == state)


def moves_for(procedure: Procedure, state: str, role: str) -> tuple[Move, ...]:
    """The arrows a role may take from a state: the buttons it sees.

    Law: the procedure's table.
    """
    return tuple(move for move in moves_from(procedure, state) if role in move.by)


def allowed(procedure: Procedure, state: str, verb: str, *, by: str, because: str) -> Move:
    """The move a role asks for, if the table has it from this state and the grounds are given.

    Law: the procedure's table.
    Raises: Refusal move.not-from-here, move.not-yours or move.no-grounds.
    """
    move = next((each for each in moves_from(procedure, state) if each.verb == verb), None)
    if move is None:
        raise Refusal("move.not-from-here", "$.verb", procedure=procedure.name, state=state)
    if by not in move.by:
        raise Refusal("move.not-yours", "$.by", verb=verb, may=", ".join(move.by))
    if move.grounds and not because.strip():
        raise Refusal("move.no-grounds", "$.because", verb=verb)
    return move


def reached(procedure: Procedure) -> frozenset[str]:
    """Every state that some path from the first one reaches.

    Law: the procedure's table.
    """
    found: frozenset[str] = frozenset()
    edge = frozenset({procedure.first})
    while edge:
        found |= edge
        edge = frozenset(m.to for state in edge for m in moves_from(procedure, state)) - found
    return found


def table_faults(procedure: Procedure) -> list[str]:
    """What is wrong with a table: doubled verbs, unreachable or dead-end states, moves nobody may take.

    Law: our own rule: every open state has an owner and an exit.
    """
    twice = [arrow for arrow, n in Counter((m.start, m.verb) for m in procedure.moves).items() if n > 1]
    found = [f"{state} has two moves called {verb}" for state, verb in twice]
    found += [f"{state} is never reached" for state in procedure.states if state not in reached(procedure)]
    found += [f"{move.verb} from {move.start} is nobody's" for move in procedure.moves if not move.by]
    found += [f"{state} is final but not closed" for state in procedure.final - procedure.closed]
    return found + list(_exit_faults(procedure))


def _exit_faults(procedure: Procedure) -> Iterable[str]:
    for state in procedure.states:
        if moves_from(procedure, state) and state in procedure.final:
            yield f"{state} is final but has an exit"
        if not moves_from(procedure, state) and state not in procedure.final:
            yield f"{state} has no exit"
