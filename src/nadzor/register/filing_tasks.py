# SPDX-License-Identifier: Apache-2.0
"""What waits for a person, and which last days lie in a span of days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from nadzor.base.problems import Text
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.clocks import breaches, next_due
from nadzor.procedures.moves import Move, moves_from
from nadzor.procedures.rules.case_grounds import open_complaints
from nadzor.register.filing_cards import DeadlineRow, TaskRow
from nadzor.register.filing_rows import HOUSE, is_open, runs_of
from nadzor.register.filing_sight import visible
from nadzor.register.filing_words import called, filing_words, filled
from nadzor.register.models import Filing

TASKS_MAX: Final = 200  # more than a person reads; the board has the rest
ADDRESS: Final = "filing"
#: Moves that may always come: whoever could make one is not thereby waited for.
ALWAYS: Final = frozenset({"withdraw", "stand_still", "terminate", "court_reversal", "file_anew", "complain",
                           "uphold_complaint", "reject_complaint"})  # fmt: skip


def waited_for(procedure: str, state: str, made: Sequence[str] = ()) -> frozenset[str]:
    """The roles that make the next ordinary move; nobody in a closed affair.

    `made` are the verbs made so far: a complaint that waits is the head's to decide.
    """
    table = PROCEDURES[procedure]
    if state in table.closed:
        return frozenset()
    ordinary = (move for move in moves_from(table, state) if is_ordinary(move))
    deciding = {"head"} if open_complaints(made) else set()
    return frozenset(role for move in ordinary for role in move.by) | deciding


def is_ordinary(move: Move) -> bool:
    """Whether a move carries a matter on: not one that may always come, nor one that stays where it is."""
    return move.verb not in ALWAYS and move.to != move.start


def tasks(person: Person | None, *, today: date) -> tuple[TaskRow, ...]:
    """What waits for this person, what is due first on top; the head also sees every limit that passed."""
    if person is None:
        return ()
    found = [task for row in visible(person) if is_open(row) for task in _tasks(person, row, today)]
    return tuple(sorted(found, key=lambda task: (task.due is None, task.due or today, task.args)))[:TASKS_MAX]


def deadlines(person: Person | None, *, first: date, after: date, today: date) -> tuple[DeadlineRow, ...]:
    """Last days of open clocks in [first, after), in their order, of the filings a person may see."""
    found = [each for row in visible(person) if is_open(row) for each in _deadlines(row, today)]
    inside = (each for each in found if first <= each.day < after)
    return tuple(sorted(inside, key=lambda each: (each.day, each.filing, each.clock)))


def _tasks(person: Person, row: Filing, today: date) -> Iterator[TaskRow]:
    found = runs_of(row, today)
    first = next_due(found)
    due, told = first.due if first else None, Text(row.title_ru, row.title_en)
    state = "late" if breaches(found, today) else "waits"
    words = {"title": told, "state": called(row.procedure, state=row.state)}
    kind = "draft" if row.state == PROCEDURES[row.procedure].first else "move"
    made = [step.verb for step in row.steps.all()]
    if person.role.value in waited_for(row.procedure, row.state, made):
        if kind == "draft" and row.channel == HOUSE and row.opened_by != person.username:
            return  # a colleague's case waits for the colleague
        yield TaskRow(
            kind=kind, title=filled(filing_words().tasks[kind], **words), name=ADDRESS, args=(row.number,),
            due=due, state=state,
        )  # fmt: skip
    elif person.role is Role.HEAD and state == "late":
        yield TaskRow(
            kind="breach", title=filled(filing_words().tasks["breach"], **words), name=ADDRESS,
            args=(row.number,), due=due, state=state,
        )  # fmt: skip


def _deadlines(row: Filing, today: date) -> Iterator[DeadlineRow]:
    for index, run in enumerate(runs_of(row, today)):
        if run.due is not None and run.stopped is None:
            yield DeadlineRow(
                day=run.due, filing=row.number, title=Text(row.title_ru, row.title_en), clock=run.key,
                index=index, started=run.started, whose=run.responsible, state=run.state,
            )  # fmt: skip
