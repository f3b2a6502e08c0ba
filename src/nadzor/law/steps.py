# SPDX-License-Identifier: Apache-2.0
"""Arithmetic that can be checked by hand: each run of days counted, each run of days skipped, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial
from itertools import groupby

import msgspec

from nadzor.base.problems import Text
from nadzor.law.wording import counted
from nadzor.workdays.arithmetic import add_calendar_days, add_workdays
from nadzor.workdays.calendar import ONE_DAY, year_of
from nadzor.workdays.off import Off, why_off, why_worked
from nadzor.workdays.spoken import spoken, stretch

ART_191 = "Civil Code art. 191"
ART_193 = "Civil Code art. 193"
ONE = Text(ru="Рабочий день", en="Working day")
MANY = Text(ru="Рабочие дни", en="Working days")
NOTHING = Text(ru="", en="")


class Step(msgspec.Struct, frozen=True):
    """One line of a derivation: what it says, the day it ends on, where that is written."""

    text: Text
    day: date | None
    cite: str


class Run(msgspec.Struct, frozen=True):
    """Days in a row that share their reason: worked (nothing), worked by a transfer, or off."""

    first: date
    last: date
    why: Off | None
    is_worked: bool


def runs(first: date, last: date, *, decree_days: bool = False) -> tuple[Run, ...]:
    """The days from first to last, both included, cut where their reason or the year changes.

    Law: Labour Code art. 111-112; the transfer decree of each year.
    Raises: CalendarMissing beyond the loaded years.
    """
    days = [first + offset * ONE_DAY for offset in range((last - first).days + 1)]
    return tuple(
        _run(list(group), *reason[1:])
        for reason, group in groupby(days, key=partial(_reason, decree_days=decree_days))
    )


def working_steps(event: date, count: int, *, decree_days: bool = False) -> tuple[date, tuple[Step, ...]]:
    """The last day of a term in working days, with every run counted and skipped on the way.

    Law: Civil Code art. 191; the production calendar of each year touched.
    Units: working days.
    Raises: CalendarMissing beyond the loaded years.
    """
    last = add_workdays(event, count, decree_days=decree_days)
    steps: list[Step] = [_begins(event)]
    done = 0
    for run in runs(event + ONE_DAY, last, decree_days=decree_days):
        number = (run.last - run.first).days + 1 if run.is_worked else 0
        steps.append(_counted(run, done, number) if number else _skipped(run))
        done += number
    return last, (*steps, _ends(last, count))


def calendar_steps(event: date, count: int) -> tuple[date, tuple[Step, ...]]:
    """The last day of a term in calendar days, moved to the next working day when it ends on a day off.

    Law: Civil Code art. 191, 193; the production calendar of each year touched.
    Units: calendar days.
    Raises: CalendarMissing beyond the loaded years.
    """
    first, last = event + ONE_DAY, event + count * ONE_DAY
    due = add_calendar_days(event, count)
    span, days = stretch(first, last), counted(count, "calendar_day")
    text = Text(
        ru=f"Считаются все дни подряд, {days.ru}: {span.ru}", en=f"Every day counts, {days.en}: {span.en}"
    )
    steps = [_begins(event), Step(text, last, ART_191), *(_moved(last, due) if due != last else ())]
    return due, (*steps, _final(due, ART_193 if due != last else ART_191))


def _reason(day: date, *, decree_days: bool) -> tuple[int, Off | None, bool]:
    off = why_off(day, decree_days=decree_days)
    return day.year, off or why_worked(day), off is None


def _run(days: list[date], why: Off | None, is_worked: bool) -> Run:
    return Run(days[0], days[-1], why, is_worked)


def _begins(event: date) -> Step:
    start, first = spoken(event), spoken(event + ONE_DAY)
    text = Text(
        ru=f"Событие {start.ru}; счёт начинается со следующего дня, {first.ru}",
        en=f"The event is on {start.en}; counting starts the next day, {first.en}",
    )
    return Step(text, event + ONE_DAY, ART_191)


def _counted(run: Run, done: int, number: int) -> Step:
    span = stretch(run.first, run.last)
    which = f"{done + 1}" if number == 1 else f"{done + 1}–{done + number}"
    because = Text(ru=f" ({run.why.name.ru})", en=f" ({run.why.name.en})") if run.why else NOTHING
    head = MANY if number > 1 else ONE
    text = Text(
        ru=f"{head.ru} {which}: {span.ru}{because.ru}", en=f"{head.en} {which}: {span.en}{because.en}"
    )
    return Step(text, run.last, run.why.cite if run.why else year_of(run.first).cite)


def _skipped(run: Run) -> Step:
    assert run.why is not None
    span = stretch(run.first, run.last)
    text = Text(
        ru=f"Не в счёт: {span.ru} ({run.why.name.ru})", en=f"Not counted: {span.en} ({run.why.name.en})"
    )
    return Step(text, run.last, run.why.cite)


def _moved(last: date, due: date) -> Iterable[Step]:
    yield from (_skipped(run) for run in runs(last, due - ONE_DAY))
    text = Text(
        ru=f"Срок кончается в нерабочий день и переходит на ближайший рабочий, {spoken(due).ru}",
        en=f"The term ends on a day off and moves to the next working day, {spoken(due).en}",
    )
    yield Step(text, due, ART_193)


def _ends(last: date, count: int) -> Step:
    days = counted(count, "working_day")
    return _final(last, ART_191, Text(ru=f" ({days.ru})", en=f" ({days.en})"))


def _final(last: date, cite: str, days: Text = NOTHING) -> Step:
    said = spoken(last)
    text = Text(
        ru=f"Последний день срока{days.ru}: {said.ru}", en=f"Last day of the term{days.en}: {said.en}"
    )
    return Step(text, last, cite)
