# SPDX-License-Identifier: Apache-2.0
"""The ledger of clocks: what the moves of a matter started, paused, resumed and stopped, before any law.

A pause covers the days after the pausing move through the day of the resuming move: on the day itself the
clock still runs, because whoever paused it had that day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec
from msgspec.structs import replace

from nadzor.procedures.moves import Move, Procedure
from nadzor.procedures.steps import Step, row_of

#: Which switch norm says whether the verb's pause holds.
PAUSES: Final[Mapping[str, str]] = {
    "find_incomplete": "switch.cure_stops_clock",
    "object": "switch.objections_pause_limit",
    "pass_question": "switch.query_pauses_limit",
    "stand_still": "switch.standing_still_stops_clock",
}
RESUMES: Final[Mapping[str, str]] = {
    "cure": "switch.cure_stops_clock",
    "uphold_objections": "switch.objections_pause_limit",
    "answer": "switch.query_pauses_limit",
    "go_on_without_answer": "switch.query_pauses_limit",
    "resume": "switch.standing_still_stops_clock",
}


class Pause(msgspec.Struct, frozen=True):
    """Days (since, until] on which a clock stood still, the verb that caused it and its switch norm."""

    since: date
    until: date | None
    verb: str
    switch: str


class Clock(msgspec.Struct, frozen=True):
    """One clock of a matter: the norm's key, the start and its verb, the pauses, the stop and its verb."""

    key: str
    started: date
    verb: str
    pauses: tuple[Pause, ...] = ()
    stopped: date | None = None
    stopped_by: str = ""


def ledger(procedure: Procedure, steps: Sequence[Step]) -> tuple[Clock, ...]:
    """Every clock the steps started, oldest first.

    Law: the procedure's table.
    """
    clocks: tuple[Clock, ...] = ()
    for step in steps:
        move = row_of(procedure, step)
        clocks = tuple(_moved(clock, move, step.on) if clock.stopped is None else clock for clock in clocks)
        clocks += tuple(Clock(key=key, started=step.on, verb=step.verb) for key in move.starts)
    return clocks


def _moved(clock: Clock, move: Move, on: date) -> Clock:
    """An open clock after a move."""
    if clock.key in move.stops:
        closed = tuple(replace(pause, until=pause.until or on) for pause in clock.pauses)
        return replace(clock, pauses=closed, stopped=on, stopped_by=move.verb)
    if clock.key in move.pauses:
        pause = Pause(since=on, until=None, verb=move.verb, switch=PAUSES[move.verb])
        return replace(clock, pauses=(*clock.pauses, pause))
    if clock.key in move.resumes:
        return replace(clock, pauses=tuple(_ended(pause, RESUMES[move.verb], on) for pause in clock.pauses))
    return clock


def _ended(pause: Pause, switch: str, on: date) -> Pause:
    return replace(pause, until=on) if pause.until is None and pause.switch == switch else pause
