# SPDX-License-Identifier: Apache-2.0
"""Arithmetic of terms: counting workdays and calendar days the way the Civil Code counts them.

All days are dates in Moscow, the regulator's zone; intervals are half-open.  The President's paid non-working
days of 2020 and 2021 count as days off only where a caller passes `decree_days=True`.
"""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache
from itertools import accumulate
from typing import Literal, assert_never

from nadzor.workdays.calendar import ONE_DAY, CalendarMissing, days_of, loaded, year_of

Unit = Literal["working_day", "calendar_day"]

DAYS_KEPT = 16_384  # the loaded years three times over


@lru_cache(maxsize=DAYS_KEPT)
def is_workday(day: date, *, decree_days: bool = False) -> bool:
    """Whether this day is worked.

    Law: Labour Code art. 111-112; the transfer decree of the year.
    Raises: CalendarMissing beyond the loaded years.
    """
    return year_of(day).is_workday(day, decree_days=decree_days)


def next_workday(day: date, *, decree_days: bool = False) -> date:
    """The day itself if it is worked, else the first worked day after it.

    Law: Civil Code art. 193.
    Raises: CalendarMissing beyond the loaded years.
    """
    while not is_workday(day, decree_days=decree_days):
        day += ONE_DAY
    return day


def last_workday(day: date, *, decree_days: bool = False) -> date:
    """The day itself if it is worked, else the last worked day before it: when to warn.

    Law: none moves a fixed date back; used only to warn before one.
    Raises: CalendarMissing beyond the loaded years.
    """
    while not is_workday(day, decree_days=decree_days):
        day -= ONE_DAY
    return day


def add_workdays(event: date, count: int, *, decree_days: bool = False) -> date:
    """The last day of a term of `count` workdays that an event starts.

    Law: Civil Code art. 191 (a term starts the day after the event).
    Units: workdays, at least 1.
    Raises: CalendarMissing beyond the loaded years.

    >>> add_workdays(date(2025, 4, 29), 5)
    datetime.date(2025, 5, 12)
    """
    _countable(event, count)
    day = event
    for _ in range(count):
        day = next_workday(day + ONE_DAY, decree_days=decree_days)
    return day


def add_calendar_days(event: date, count: int, *, decree_days: bool = False) -> date:
    """The last day of a term of `count` calendar days; one that ends on a day off ends on the next workday.

    Law: Civil Code art. 191, 193.
    Units: calendar days, at least 1.
    Raises: CalendarMissing beyond the loaded years.

    >>> add_calendar_days(date(2026, 10, 2), 30)
    datetime.date(2026, 11, 2)
    """
    _countable(event, count)
    return next_workday(event + count * ONE_DAY, decree_days=decree_days)


def due(event: date, count: int, unit: Unit, *, decree_days: bool = False) -> date:
    """The last day of a term in either unit.

    Law: Civil Code art. 191, 193.
    Raises: CalendarMissing beyond the loaded years.
    """
    match unit:
        case "working_day":
            return add_workdays(event, count, decree_days=decree_days)
        case "calendar_day":
            return add_calendar_days(event, count, decree_days=decree_days)
        case _:
            assert_never(unit)


def workdays_between(start: date, end: date, *, decree_days: bool = False) -> int:
    """How many days of [start, end) are worked.

    Law: Labour Code art. 111-112.
    Units: workdays.
    Raises: CalendarMissing beyond the loaded years.
    """
    days = (start + offset * ONE_DAY for offset in range((end - start).days))
    return sum(is_workday(day, decree_days=decree_days) for day in days)


def workdays_until(event: date, last: date) -> int:
    """How many days of (event, last] are worked: what a term has used up, or has left.

    Law: Civil Code art. 191 (from the next day); Labour Code art. 111-112.
    Units: workdays, none when `last` is not after the event.
    Raises: CalendarMissing beyond the loaded years.
    Method: sums over years, so that a list of thousands of terms costs no loop over days.
    """
    if last <= event:
        return 0
    first = event + ONE_DAY
    whole = sum(_worked_by(year)[-1] for year in range(first.year, last.year))
    return whole + _worked_by(last.year)[_place(last)] - _worked_by(first.year)[_place(first) - 1]


def workdays_of(year: int, *, decree_days: bool = False) -> tuple[date, ...]:
    """Every worked day of a year, in order.

    Law: Labour Code art. 111-112; the year's transfer decree.
    Raises: CalendarMissing beyond the loaded years.

    >>> len(workdays_of(2020)), len(workdays_of(2020, decree_days=True))
    (248, 219)
    """
    known = year_of(date(year, 1, 1))
    return tuple(day for day in days_of(year) if known.is_workday(day, decree_days=decree_days))


@cache
def _worked_by(year: int) -> tuple[int, ...]:
    """How many days are worked from the year's beginning through its n-th day."""
    known = year_of(date(year, 1, 1))
    return tuple(accumulate((known.is_workday(day) for day in days_of(year)), initial=0))


def _place(day: date) -> int:
    """Which day of its year it is, from 1."""
    return day.timetuple().tm_yday


def _countable(event: date, count: int) -> None:
    if count < 1:
        raise ValueError(f"a term has at least one day, not {count}")
    if event.year > max(loaded()):
        raise CalendarMissing(event)
