# SPDX-License-Identifier: Apache-2.0
"""Counting terms on the production calendar: the published vectors and the edges."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.workdays.arithmetic import (
    add_calendar_days,
    add_workdays,
    due,
    is_workday,
    last_workday,
    next_workday,
    workdays_between,
)
from nadzor.workdays.calendar import CalendarMissing

VECTORS = """
2025-04-29  5  2025-05-12
2025-12-29  5  2026-01-15
2024-11-01  1  2024-11-02
2025-10-31  1  2025-11-01
2024-12-27  1  2024-12-28
2024-04-26  1  2024-04-27
2026-03-05 31  2026-04-20
2026-04-27 10  2026-05-13
2025-12-30  3  2026-01-14
2026-11-20 25  2026-12-25
2026-11-20 35  2027-01-19
2026-12-28  5  2027-01-13
2025-12-15 31  2026-02-06
2026-01-05  5  2026-01-16
2024-12-28  5  2025-01-15
"""


@pytest.mark.parametrize("line", VECTORS.split("\n")[1:-1])
def test_published_vectors(line: str) -> None:
    """Each published term ends on its published day, over holidays, working Saturdays and year ends."""
    event, count, last = line.split()
    assert add_workdays(date.fromisoformat(event), int(count)) == date.fromisoformat(last)


def test_calendar_days_end_on_a_workday() -> None:
    """A term in calendar days that ends on a day off ends on the next workday, over a whole holiday."""
    assert add_calendar_days(date(2025, 12, 22), 10) == date(2026, 1, 12)
    assert add_calendar_days(date(2026, 11, 2), 2) == date(2026, 11, 5)
    assert add_calendar_days(date(2026, 11, 9), 2) == date(2026, 11, 11)


def test_due_takes_either_unit() -> None:
    """The unit of a norm decides how its days are counted."""
    friday = date(2026, 11, 20)
    assert due(friday, 2, "working_day") == date(2026, 11, 24)
    assert due(friday, 2, "calendar_day") == date(2026, 11, 23)


def test_neighbouring_workdays() -> None:
    """The next and the last workday of a worked day are itself; of a holiday, its neighbours."""
    assert next_workday(date(2026, 11, 4)) == date(2026, 11, 5)
    assert last_workday(date(2026, 2, 1)) == date(2026, 1, 30)
    assert next_workday(date(2026, 11, 5)) == last_workday(date(2026, 11, 5)) == date(2026, 11, 5)


def test_between_is_half_open() -> None:
    """The start counts, the end does not; nothing lies between a day and itself."""
    assert workdays_between(date(2026, 11, 2), date(2026, 11, 6)) == 3
    assert workdays_between(date(2026, 11, 2), date(2026, 11, 2)) == 0


@pytest.mark.parametrize("day", [date(2023, 12, 29), date(2028, 1, 10)])
def test_years_not_loaded_are_refused(day: date) -> None:
    """Outside the loaded years no day is judged; the refusal names the year."""
    with pytest.raises(CalendarMissing) as refusal:
        is_workday(day)
    assert refusal.value.code == "law.calendar-missing"
    assert refusal.value.facts["year"] == day.year


def test_a_term_across_the_last_year_is_refused() -> None:
    """A term that starts inside the last loaded year and ends beyond it has no date."""
    with pytest.raises(CalendarMissing):
        add_workdays(date(2027, 12, 30), 2)


def test_a_term_has_a_day() -> None:
    """A term of no days, or fewer, is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least one day"):
        add_workdays(date(2026, 11, 20), 0)
