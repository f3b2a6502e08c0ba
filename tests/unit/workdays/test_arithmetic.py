# SPDX-License-Identifier: Apache-2.0
"""Counting terms on the production calendar: the published vectors and the edges."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nadzor.workdays.arithmetic import (
    add_calendar_days,
    add_workdays,
    due,
    is_workday,
    last_workday,
    next_workday,
    workdays_between,
    workdays_of,
    workdays_until,
)
from nadzor.workdays.calendar import CalendarMissing


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


@pytest.mark.parametrize(
    ("event", "last"),
    [
        (date(2026, 11, 20), date(2026, 11, 20)),
        (date(2026, 11, 20), date(2026, 11, 19)),
        (date(2026, 11, 3), date(2026, 11, 5)),
        (date(2025, 12, 31), date(2026, 1, 12)),
        (date(2024, 12, 30), date(2026, 12, 31)),
        (date(2012, 12, 31), date(2027, 12, 31)),
    ],
)
def test_sums_agree_with_counting(event: date, last: date) -> None:
    """From the next day through the last one, within a year, over its end, over many; none backwards."""
    days = (event + timedelta(days=n) for n in range(1, (last - event).days + 1))
    assert workdays_until(event, last) == sum(map(is_workday, days))


def test_no_sum_reaches_beyond_the_loaded_years() -> None:
    """Neither before the first nor after the last, however far."""
    for event, last in ((date(2012, 12, 28), date(2013, 1, 9)), (date(2027, 12, 30), date.max)):
        with pytest.raises(CalendarMissing):
            workdays_until(event, last)


@pytest.mark.parametrize("day", [date(2012, 12, 29), date(2028, 1, 10)])
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


def test_decree_days_count_only_when_asked_for() -> None:
    """The paid non-working days of 2020 and 2021 are worked by default and off by the switch, everywhere."""
    assert is_workday(date(2020, 4, 1))
    assert not is_workday(date(2020, 4, 1), decree_days=True)
    assert next_workday(date(2020, 5, 6), decree_days=True) == date(2020, 5, 12)
    assert last_workday(date(2021, 11, 5), decree_days=True) == date(2021, 10, 29)
    assert due(date(2020, 3, 27), 1, "working_day", decree_days=True) == date(2020, 5, 12)
    assert due(date(2020, 3, 27), 5, "calendar_day", decree_days=True) == date(2020, 5, 12)
    assert workdays_between(date(2021, 11, 1), date(2021, 11, 8), decree_days=True) == 0


def test_the_days_of_a_year() -> None:
    """A year is listed day by day, in order; a year that is not loaded is refused."""
    assert workdays_of(2021)[:2] == (date(2021, 1, 11), date(2021, 1, 12))
    assert len(workdays_of(2021, decree_days=True)) == 247 - 7
    with pytest.raises(CalendarMissing):
        workdays_of(9999)


def test_a_term_has_a_day() -> None:
    """A term of no days, or fewer, is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least one day"):
        add_workdays(date(2026, 11, 20), 0)
