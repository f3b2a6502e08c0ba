# SPDX-License-Identifier: Apache-2.0
"""A move, a table of moves, and the one question asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

import msgspec

from nadzor.base.problems import Refusal

#: The roles of accounts.
Account = Literal[
    "inspector", "head", "registrar", "expert", "moscow_centre",
    "manufacturer_admin", "manufacturer_reporter", "representative",
    "clinic", "auditor", "operator",
]  # fmt: skip
ROLES: tuple[str, ...] = get_args(Account)

#: `house` only notes what the house itself saw happen, such as a month received whole; it decides nothing.
Role = Literal[Account, "house"]
MOVERS: tuple[str, ...] = get_args(Role)

Effect = Literal[
    "", "enter_device", "enter_version", "enter_amendment",
    "suspend_device", "resume_device", "cancel_device", "reinstate_device",
]  # fmt: skip
EFFECTS: tuple[str, ...] = get_args(Effect)

#: What a person adds to a move besides grounds; words.yaml says each in both languages.
Ask = Literal[
    "defects", "expertise_ground", "objections_text", "question", "answer", "norm_cite", "court_act",
    "standing_ground", "end_ground", "cancellation_ground", "evidence", "control_order", "control_result",
    "amendment", "reason_code", "fixed_version", "archived_until", "leading_signal",
    "leading_event", "outcome", "device_code",
    "recomputation", "complaint", "correction", "consent_ground", "consent",
]  # fmt: skip
ASKS: tuple[str, ...] = get_args(Ask)

#: As `to`: the state from which the standing-still step was made.
BACK: Final = "^"


class Move(msgspec.Struct, frozen=True):
    """One arrow: from a state, by a verb, to a state; who may take it, and what happens with the clocks.

    Clocks are norm keys.  `starts`: counting from the next day (Civil Code art. 191).  `stops`: met by this
    move.  `pauses` .. `resumes`: stand still from the day after the one through the day of the other; the
    table PAUSES in clocks.py names the switch norm that says whether they do.  `within`: allowed only while
    this clock has not run out; `after`: only once it has; no norm, no bar.  `once`: one time in a matter.
    """

    start: str
    verb: str
    to: str
    by: tuple[Role, ...]
    grounds: bool = True
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    within: str = ""
    after: str = ""
    effect: Effect = ""
    asks: tuple[Ask, ...] = ()
    once: bool = False

    @property
    def clocks(self) -> tuple[str, ...]:
        """Every clock the move touches, once.

        Law: the procedure's table.
        """
        guards = tuple(key for key in (self.within, self.after) if key)
        return tuple(dict.fromkeys((*self.starts, *self.stops, *self.pauses, *self.resumes, *guards)))


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
        return tuple(dict.fromkeys(state for state in named if state != BACK))

    @property
    def open_states(self) -> tuple[str, ...]:
        """The states that wait for somebody.

        Law: the table itself.
        """
        return tuple(state for state in self.states if state not in self.closed)

    @property
    def verbs(self) -> tuple[str, ...]:
        """Every verb once, in the order the table names them.

        Law: the table itself.
        """
        return tuple(dict.fromkeys(move.verb for move in self.moves))

    @property
    def clocks(self) -> tuple[str, ...]:
        """Every clock the table touches, once, in its order.

        Law: the table itself.
        """
        return tuple(dict.fromkeys(key for move in self.moves for key in move.clocks))


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


def alike(procedure: Procedure) -> tuple[tuple[Move, tuple[str, ...]], ...]:
    """Rows that differ only in where they start, as one: the first of them and every state it leaves.

    Law: the procedure's table.
    """
    found: dict[Move, tuple[str, ...]] = {}
    for move in procedure.moves:
        row = msgspec.structs.replace(move, start="")
        found[row] = (*found.get(row, ()), move.start)
    return tuple((msgspec.structs.replace(move, start=starts[0]), starts) for move, starts in found.items())


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


def allowed_with(move: Move, added: Mapping[str, str]) -> Mapping[str, str]:
    """What the person added, stripped, if it answers everything the move asks for.

    Law: the procedure's table.
    Raises: Refusal move.unanswered.
    """
    told: dict[str, str] = {ask: added.get(ask, "").strip() for ask in move.asks}
    if empty := [ask for ask, text in told.items() if not text]:
        raise Refusal("move.unanswered", f"$.{empty[0]}", verb=move.verb, asks=", ".join(empty))
    return told


def reached(procedure: Procedure) -> frozenset[str]:
    """Every state that some path from the first one reaches; a way back leads to where one came from.

    Law: the procedure's table.
    """
    found: frozenset[str] = frozenset()
    edge = frozenset({procedure.first})
    while edge:
        found |= edge
        edge = frozenset(m.to for state in edge for m in moves_from(procedure, state)) - found - {BACK}
    return found
