# SPDX-License-Identifier: Apache-2.0
"""The clocks of a matter, asked: which run, which broke, what if, and whether a move is still in time.

Step limits and the overall limit run side by side.  Time decides nothing here: a missed limit is a breach to
be answered for, never an approval or a refusal.  Where our knowledge ends, a clock has no date and says why,
and every move goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from nadzor.base.problems import Refusal
from nadzor.law.citation import in_russian
from nadzor.procedures.counting import counted
from nadzor.procedures.derivation import derived
from nadzor.procedures.ledger import PAUSES, ledger
from nadzor.procedures.moves import Move, Procedure, allowed
from nadzor.procedures.reckoning import held, if_known, reckon
from nadzor.procedures.run import Line, Run, Suspension, unit_of
from nadzor.procedures.steps import Step, filed_on, lands_at, state_after
from nadzor.procedures.words import words
from nadzor.workdays.spoken import plain

__all__ = [
    "PAUSES", "Line", "Run", "Step", "Suspension", "allowed_on", "breaches", "late", "next_due", "runs",
    "state_after", "what_if",
]  # fmt: skip


def runs(
    procedure: Procedure, steps: Sequence[Step], *, today: date, filed: date | None = None
) -> tuple[Run, ...]:
    """Every clock of a matter as it stands today, oldest first; `filed` is the first step's day unless told.

    Law: the norm in force on the day each clock started, or its transitional rule for the day of filing.
    """
    filed = filed or filed_on(steps)
    found = ((clock, reckon(clock, filed=filed, today=today)) for clock in ledger(procedure, steps))
    return tuple(derived(procedure, run, clock, filed=filed) for clock, run in found)


def what_if(
    procedure: Procedure, steps: Sequence[Step], hypothetical: Sequence[Step], *, today: date,
    filed: date | None = None,
) -> tuple[Run, ...]:  # fmt: skip
    """Every clock as it would stand after steps nobody has made yet, on the day of the last of them.

    Law: as for `runs`; nothing is written.
    """
    last = max([today, *(step.on for step in hypothetical)])
    return runs(procedure, (*steps, *hypothetical), today=last, filed=filed)


def late(run: Run, today: date) -> int | None:
    """How late a clock was met, or is by now; 0 when it is not late or has no date.

    Law: none; a count, without any consequence by itself.  None beyond the loaded calendar.
    Units: the term's own days.
    """
    end, norm, due = run.stopped or today, run.norm, run.due
    if norm is None or due is None or end <= due:
        return 0
    return if_known(lambda: counted(due, end, unit_of(norm), held(run)))


def breaches(found: Sequence[Run], today: date) -> tuple[Run, ...]:
    """The clocks over their last day and still open, the first broken first.

    Law: a missed limit never implies approval or refusal; it is answered for.
    """
    over = [(run.due, run.key, run) for run in found if run.stopped is None and run.due and run.due < today]
    return tuple(run for *_, run in sorted(over, key=lambda row: row[:2]))


def next_due(found: Sequence[Run]) -> Run | None:
    """The open clock with the earliest last day, over or not.

    Law: step limits and the overall limit both run; whichever breaks first is named first.
    """
    dated = [(run.due, run.key, run) for run in found if run.stopped is None and run.due]
    return min(dated, key=lambda row: row[:2])[2] if dated else None


def allowed_on(
    procedure: Procedure, steps: Sequence[Step], verb: str, *, by: str, today: date, because: str = "",
    filed: date | None = None,
) -> Move:  # fmt: skip
    """The move a role asks for today, its clocks' guards included, with the state it leads to.

    Law: the procedure's table.  A guard whose norm is missing, lapsed, unverified or beyond the calendar
    bars nobody: our ignorance never stops a matter.
    Raises: Refusal as `allowed`; move.asked-already, move.out-of-order, move.too-late, move.too-early.
    """
    move = allowed(procedure, state_after(procedure, steps), verb, by=by, because=because)
    if move.once and any(step.verb == verb for step in steps):
        raise Refusal("move.asked-already", "$.verb", **_called(procedure, verb))
    if steps and today < steps[-1].on:
        raise Refusal("move.out-of-order", "$.on", **_dated("last", steps[-1].on))
    if move.within or move.after:
        _in_time(procedure, move, runs(procedure, steps, today=today, filed=filed), today=today)
    return replace(move, to=lands_at(move, steps))


def _in_time(procedure: Procedure, move: Move, found: Sequence[Run], *, today: date) -> None:
    key = move.within or move.after
    run = next((each for each in reversed(found) if each.key == key and each.stopped is None), None)
    if run is None or run.norm is None or run.latest is None or run.norm.status == "unverified":
        return
    law = {"law_ru": in_russian(run.norm.cite), "law_en": run.norm.cite}
    facts = _called(procedure, move.verb) | _dated("due", run.latest) | {"norm": key} | law
    if move.within and run.latest < today:
        raise Refusal("move.too-late", "$.on", **facts)
    if move.after and today <= run.latest:
        raise Refusal("move.too-early", "$.on", **facts)


def _dated(name: str, day: date) -> dict[str, str]:
    said = plain(day)
    return {name: day.isoformat(), f"{name}_ru": said.ru, f"{name}_en": said.en}


def _called(procedure: Procedure, verb: str) -> dict[str, str]:
    said = words()[procedure.name].verbs[verb]
    return {"verb": verb, "verb_ru": said.ru, "verb_en": said.en}
