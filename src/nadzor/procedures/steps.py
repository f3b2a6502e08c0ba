# SPDX-License-Identifier: Apache-2.0
"""Steps: the moves a matter has made, each on its day in Moscow, and the state they lead to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from nadzor.procedures.moves import BACK, Move, Procedure, Role, moves_from


class Step(msgspec.Struct, frozen=True):
    """One move made: the verb, the states it joined, the day in Moscow, the role, the grounds."""

    verb: str
    start: str
    to: str
    on: date
    by: Role
    because: str = ""


def state_after(procedure: Procedure, steps: Sequence[Step]) -> str:
    """Where a matter stands.

    Law: the procedure's table; without a step, its first state.
    """
    return steps[-1].to if steps else procedure.first


def filed_on(steps: Sequence[Step]) -> date | None:
    """The day a matter came in: its first step.

    Law: the edition of a transitional rule follows the day of filing.
    """
    return steps[0].on if steps else None


def lands_at(move: Move, steps: Sequence[Step]) -> str:
    """The state a move leads to; a way back leads to where the matter stood before.

    Law: the procedure's table.
    """
    if move.to != BACK:
        return move.to
    return next(step.start for step in reversed(steps) if step.to == move.start)


def row_of(procedure: Procedure, step: Step) -> Move:
    """The row of the table a step took.

    Law: the procedure's table.
    Raises: ValueError for a step this table never had: the history belongs to another one.
    """
    for move in moves_from(procedure, step.start):
        if move.verb == step.verb:
            return move
    raise ValueError(f"{procedure.name} has no {step.verb} from {step.start}")
