# SPDX-License-Identifier: Apache-2.0
"""Counting a term that may stand still: only days that flow, and only those the unit counts.

Law: Civil Code art. 191 (from the next day), 193 (a calendar term never ends on a day off).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from nadzor.procedures.ledger import Pause
from nadzor.workdays.arithmetic import Unit, is_workday, workdays_until
from nadzor.workdays.calendar import ONE_DAY

TERMS_KEPT = 8192  # terms whose end is remembered: many cases start on the same day


def stands(day: date, pauses: Sequence[Pause]) -> bool:
    """Whether the clock stands still on this day.

    Law: our reading of the switch norms: from the day after the pausing move through the resuming one.
    """
    return any(each.since < day and (each.until is None or day <= each.until) for each in pauses)


def stands_for_good(day: date, pauses: Sequence[Pause]) -> bool:
    """Whether the clock stands still on this day and nobody knows until when.

    Law: none; a pause without its end.
    """
    return any(each.until is None and each.since < day for each in pauses)


def counts(day: date, unit: Unit, pauses: Sequence[Pause]) -> bool:
    """Whether this day is one of the term's days.

    Law: Civil Code art. 191; Labour Code art. 111-112 for working days.
    Raises: CalendarMissing beyond the loaded years.
    """
    return not stands(day, pauses) and (unit == "calendar_day" or is_workday(day))


def nominal_end(since: date, number: int, unit: Unit, pauses: Sequence[Pause]) -> date | None:
    """The day the term's last counted day falls on; None while it stands still before that.

    Law: Civil Code art. 191.
    Raises: CalendarMissing beyond the loaded years.
    """
    return _nominal_end(since, number, unit, tuple(pauses))


@lru_cache(maxsize=TERMS_KEPT)
def _nominal_end(since: date, number: int, unit: Unit, pauses: tuple[Pause, ...]) -> date | None:
    day = since
    while number:
        day += ONE_DAY
        if stands_for_good(day, pauses):
            return None
        number -= counts(day, unit, pauses)
    return day


def last_day(since: date, number: int, unit: Unit, pauses: Sequence[Pause]) -> date | None:
    """The last day to act; a calendar term that ends on a day off ends on the next flowing workday.

    Law: Civil Code art. 191, 193.
    Raises: CalendarMissing beyond the loaded years.
    """
    day = nominal_end(since, number, unit, pauses)
    while day is not None and not (is_workday(day) and not stands(day, pauses)):
        day += ONE_DAY
        if stands_for_good(day, pauses):
            return None
    return day


def counted(after: date, through: date, unit: Unit, pauses: Sequence[Pause]) -> int:
    """How many of the term's days lie in (after, through]; less than nothing when `through` is earlier.

    Law: Civil Code art. 191.
    Units: the term's own days.
    Raises: CalendarMissing beyond the loaded years.
    """
    if through < after:
        return -counted(through, after, unit, pauses)
    if not pauses:
        return (through - after).days if unit == "calendar_day" else workdays_until(after, through)
    return _counted(after, through, unit, tuple(pauses))


@lru_cache(maxsize=TERMS_KEPT)
def _counted(after: date, through: date, unit: Unit, pauses: tuple[Pause, ...]) -> int:
    days = (after + offset * ONE_DAY for offset in range(1, (through - after).days + 1))
    return sum(counts(day, unit, pauses) for day in days)
