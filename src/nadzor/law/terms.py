# SPDX-License-Identifier: Apache-2.0
"""Terms that are not counted in days: hours, a yearly date, and those from which no date follows."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import msgspec

from nadzor.base.clock import MOSCOW
from nadzor.base.problems import Text
from nadzor.law.load import norm
from nadzor.law.norm import Norm
from nadzor.law.steps import Step
from nadzor.law.wording import counted, limit, moment
from nadzor.workdays.arithmetic import last_workday
from nadzor.workdays.calendar import CalendarMissing
from nadzor.workdays.spoken import spoken

HOURS = "house reading, not law: hours run through days off"
MIDNIGHT = "house reading, not law: without an hour the clock starts at 00:00, so that no date is too late"
NOT_MOVED = "regulation text names the date only; that it moves is said nowhere (house reading)"
MONTHS_A_YEAR = 12
REPORT, MONITORING = "monitoring.report", "R-141.2"  # the yearly date; how long it recurs, in months


class Due(msgspec.Struct, frozen=True):
    """What a term comes to: its end where it has one, the steps, and the day to warn before a fixed date."""

    due: date | datetime | None
    steps: tuple[Step, ...]
    warn: date | None = None


def hour_steps(since: date | datetime, count: int) -> Due:
    """The end of a term in hours, on the Moscow clock; a bare date is taken at its first minute.

    Law: none says from which hour; our own reading takes the earliest.
    Units: hours.
    """
    start = _moment(since)
    due = start + timedelta(hours=count)
    begun, over, told = moment(start), moment(due), counted(count, "hour")
    is_bare = not isinstance(since, datetime)
    first = Step(
        Text(ru=f"Часы идут с {begun.ru} (Москва)", en=f"The clock starts on {begun.en} (Moscow)"),
        start.date(),
        MIDNIGHT if is_bare else HOURS,
    )
    last = Text(ru=f"{told.ru} истекают: {over.ru}", en=f"{told.en} end on {over.en}")
    return Due(due, (first, Step(last, due.date(), HOURS)))


def yearly_steps(start: date, worth: str) -> Due:
    """The yearly date of the year after the start, which nothing moves, and the last working day before it.

    Law: regulation text of the norm: each year after the year of the start.
    """
    due = yearly(start.year + 1, worth)
    warn = warning_day(due)
    begun, said = spoken(start), spoken(due)
    first = Text(
        ru=f"Начало {begun.ru}: отчётный год {start.year}, срок в следующем году — {said.ru}",
        en=f"Start on {begun.en}: the year reported is {start.year}, due in the next one, {said.en}",
    )
    return Due(due, (Step(first, due, NOT_MOVED), _warned(warn, due)), warn)


def report_dates(registered_on: date) -> tuple[date, ...]:
    """When the clinical monitoring reports of a device are due: each year after the year of registration.

    Law: the norm of the report in force on the day of registration; 323-FZ art. 96 (for three years).
    Raises: NormMissing when neither is known for that day.

    >>> [str(day) for day in report_dates(date(2025, 12, 30))]
    ['2026-02-01', '2027-02-01', '2028-02-01']
    """
    worth = str(norm(REPORT, registered_on).value)
    years = norm(MONITORING, registered_on).number // MONTHS_A_YEAR
    return tuple(yearly(registered_on.year + count, worth) for count in range(1, years + 1))


def yearly(year: int, worth: str) -> date:
    """A day of the year, MM-DD, in a year.

    Law: the norm's own value.
    """
    month, day = (int(part) for part in worth.split("-"))
    return date(year, month, day)


def warning_day(due: date) -> date | None:
    """The last working day on or before a fixed date; nothing where that calendar is not loaded.

    Law: our own rule: nobody says that the date moves, so the warning comes before it.
    """
    try:
        return last_workday(due)
    except CalendarMissing:
        return None


def open_steps(rule: Norm) -> Due:
    """No date: a period repeats, and a term in months has no start that a source names.

    Law: the norm's own value.
    """
    said = limit(rule)
    text = Text(
        ru=f"Даты нет: норма говорит «{said.ru}», а с какого дня считать, источник не называет",
        en=f'No date: the norm says "{said.en}", and no source says from which day to count',
    )
    return Due(None, (Step(text, None, rule.cite),))


def _moment(since: date | datetime) -> datetime:
    if not isinstance(since, datetime):
        return datetime.combine(since, time(), MOSCOW)
    return since.astimezone(MOSCOW) if since.tzinfo else since.replace(tzinfo=MOSCOW)


def _warned(warn: date | None, due: date) -> Step:
    if warn is None:
        text = Text(
            ru=f"Последний рабочий день перед сроком неизвестен: календарь {due.year} года не загружен",
            en=f"The last working day before it is unknown: the calendar of {due.year} is not loaded",
        )
        return Step(text, None, NOT_MOVED)
    text = Text(
        ru=f"Срок не переносится; последний рабочий день не позже него — {spoken(warn).ru}",
        en=f"The date does not move; the last working day on or before it is {spoken(warn).en}",
    )
    return Step(text, warn, NOT_MOVED)
