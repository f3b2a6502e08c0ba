# SPDX-License-Identifier: Apache-2.0
"""A matter's timeline: the moves made, and the last days still ahead or already passed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

import msgspec

from nadzor.base.problems import Text
from nadzor.procedures.clocks import runs
from nadzor.procedures.moves import Procedure, Role
from nadzor.procedures.run import Run
from nadzor.procedures.steps import Step
from nadzor.procedures.words import words


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One point of a timeline: a move made, a last day ahead, or a last day passed without the move.

    `key` is the norm of a last day, the verb of a move; `by` who moved or whose limit it is.
    """

    on: date
    kind: Literal["move", "due", "breach"]
    key: str
    label: Text
    by: Role


def timeline(procedure: Procedure, steps: Sequence[Step], *, today: date) -> tuple[Moment, ...]:
    """Moves and last days in the order of time; on one day, moves first.

    Law: the procedure's table and the norms of its open clocks.
    """
    said = words()[procedure.name].verbs
    moves = (Moment(on=s.on, kind="move", key=s.verb, label=said[s.verb], by=s.by) for s in steps)
    lasts = _lasts(runs(procedure, steps, today=today), today)
    return tuple(sorted((*moves, *lasts), key=lambda moment: (moment.on, moment.kind != "move")))


def _lasts(found: Sequence[Run], today: date) -> Iterable[Moment]:
    for run in found:
        if run.due is not None and run.norm is not None and run.stopped is None:
            yield Moment(
                on=run.due, kind="breach" if run.due < today else "due",
                key=run.key, label=run.norm.what, by=run.responsible,
            )  # fmt: skip
