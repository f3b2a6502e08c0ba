# SPDX-License-Identifier: Apache-2.0
"""Putting the law to a clock: its norm, its pauses, its last day, its state today, and whose it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final, TypeVar

from msgspec.structs import replace

from nadzor.base.problems import Text
from nadzor.law.load import norm
from nadzor.law.norm import Norm, NormMissing
from nadzor.procedures.counting import counted, last_day
from nadzor.procedures.ledger import Clock, Pause
from nadzor.procedures.moves import Role
from nadzor.procedures.run import Run, RunState, Suspension, unit_of
from nadzor.workdays.calendar import CalendarMissing

T = TypeVar("T")

#: Who answers for a limit: the actor of the norm.  The applicant is the manufacturer or its representative.
RESPONSIBLE: Final[Mapping[str, Role]] = {
    "registration.completeness_check": "registrar",
    "registration.start_decision": "registrar",
    "registration.cure": "manufacturer_admin",
    "registration.simplified_limit": "head",
    "registration.version_amendment": "head",
    "expertise.conclusion": "expert",
    "objections.filing": "manufacturer_admin",
    "objections.consideration": "registrar",
    "accelerated.expertise": "expert",
    "accelerated.correction": "manufacturer_admin",
    "accelerated.decision": "head",
    "amendment.expert_question": "registrar",
    "amendment.question_answer": "manufacturer_admin",
    "amendment.without_expertise": "head",
    "amendment.with_expertise": "head",
    "case.inquiry_answer": "manufacturer_admin",
    "vigilance.message": "clinic",
    "vigilance.report.public_health_threat": "manufacturer_admin",
    "vigilance.report.death": "manufacturer_admin",
    "vigilance.report.other": "manufacturer_admin",
}


def reckon(clock: Clock, *, filed: date | None, today: date) -> Run:
    """A clock with its law: dated when the norm, the switches and the calendar are known, else why not.

    Law: the edition of the day the clock started, or the transitional one of the day of filing.
    """
    run = Run(key=clock.key, started=clock.started, stopped=clock.stopped, responsible=RESPONSIBLE[clock.key])
    try:
        run = replace(run, norm=norm(clock.key, clock.started, filed=filed))
        run = replace(run, suspensions=_suspensions(clock, filed))
        return _dated(run, clock.pauses, today)
    except NormMissing as end:
        return replace(run, missing=end.code, why=end.why)
    except CalendarMissing as end:
        return replace(run, missing=end.code, why=_no_calendar(end))


def held(run: Run) -> tuple[Pause, ...]:
    """The pauses that hold by their switches.

    Law: the switch norms.
    """
    found = (each for each in run.suspensions if each.holds)
    return tuple(Pause(each.since, each.until, each.why, each.switch.key) for each in found)


def if_known(counting: Callable[[], T]) -> T | None:
    """A count or a date, or nothing beyond the loaded calendar.

    Law: none; a figure on the side never hides the main one.
    """
    try:
        return counting()
    except CalendarMissing:
        return None


def _suspensions(clock: Clock, filed: date | None) -> tuple[Suspension, ...]:
    return tuple(
        Suspension(since=p.since, until=p.until, why=p.verb, switch=norm(p.switch, p.since, filed=filed))
        for p in clock.pauses
    )


def _dated(run: Run, pauses: Sequence[Pause], today: date) -> Run:
    assert run.norm is not None
    term, standing = run.norm, held(run)
    due = _end(term, run.started, standing)
    run = replace(
        run, due=due, state=_state(run.stopped, due, today),
        earliest=if_known(lambda: _end(term, run.started, ())),
        latest=if_known(lambda: _end(term, run.started, pauses)),
    )  # fmt: skip
    return replace(run, left=if_known(lambda: _left(run, term, today)))


def _end(term: Norm, started: date, pauses: Sequence[Pause]) -> date | None:
    return last_day(started, term.number, unit_of(term), pauses)


def _state(stopped: date | None, due: date | None, today: date) -> RunState:
    if due is None:
        return "paused"
    if stopped is not None:
        return "met" if stopped <= due else "late"
    return "breached" if due < today else "running"


def _left(run: Run, term: Norm, today: date) -> int | None:
    if run.stopped is not None:
        return None
    unit, standing = unit_of(term), held(run)
    if run.due is None:
        return term.number - counted(run.started, today, unit, standing)
    return counted(today, run.due, unit, standing)


def _no_calendar(end: CalendarMissing) -> Text:
    year = end.facts["year"]
    return Text(ru=f"производственный календарь {year} года не загружен",
                en=f"the production calendar of {year} is not loaded")  # fmt: skip
