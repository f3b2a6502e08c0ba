# SPDX-License-Identifier: Apache-2.0
"""T-18 as a table: what is due when, the day to warn, the open fourth report, the lapse of Order 1113n."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.law.load import norm
from nadzor.procedures.monitoring import (
    FOURTH,
    has_tail,
    is_fourth_owed,
    report_days,
    report_of,
    warned_on,
)
from nadzor.workdays.calendar import CalendarMissing

TABLE = """
registered | years          | due                              | open
2022-12-31 | 2022 2023 2024 | 2023-02-01 2024-02-01 2025-02-01 | 2025
2023-06-15 | 2023 2024 2025 | 2024-02-01 2025-02-01 2026-02-01 | 2026
2024-12-30 | 2024 2025 2026 | 2025-02-01 2026-02-01 2027-02-01 | 2027
2025-01-01 | 2025 2026 2027 | 2026-02-01 2027-02-01 2028-02-01 |
2025-01-02 | 2025 2026 2027 | 2026-02-01 2027-02-01 2028-02-01 | 2028
2026-12-31 | 2026 2027 2028 | 2027-02-01 2028-02-01 2029-02-01 | 2029
2027-01-01 | 2027 2028 2029 | none none none                   |
2027-03-05 | 2027 2028 2029 | none none none                   | 2030
"""


@pytest.mark.parametrize("row", TABLE.strip().split("\n")[1:])
def test_three_reports_and_an_open_question(row: str) -> None:
    """Three calendar years from that of registration, each due on 1 February of the next, none moved."""
    registered, years, due, tail = (cell.strip() for cell in row.split("|"))
    found = report_days(date.fromisoformat(registered))
    owed = [day for day in found if not day.open]
    assert [day.year for day in owed] == [int(year) for year in years.split()]
    assert [day.due.isoformat() if day.due else "none" for day in owed] == due.split()
    assert [str(day.year) for day in found if day.open] == ([tail] if tail else [])
    assert has_tail(date.fromisoformat(registered)) == bool(tail)


@pytest.mark.parametrize(
    ("due", "warn"),
    [("2025-02-01", "2025-01-31"), ("2026-02-01", "2026-01-30"), ("2027-02-01", "2027-02-01")],
)
def test_the_day_to_warn(due: str, warn: str) -> None:
    """1 February 2025 is a Saturday, 2026 a Sunday, 2027 a Monday: the last working day on or before it."""
    assert warned_on(date.fromisoformat(due)) == date.fromisoformat(warn)
    registered = date(int(due[:4]) - 1, 6, 1)
    assert report_days(registered)[0].warn == date.fromisoformat(warn)


@pytest.mark.parametrize("year", [2028, 2029])
def test_beyond_the_calendar_no_day_is_guessed(year: int) -> None:
    """Asked outright it stops and names the year; the schedule keeps the date, says no day, and says why."""
    with pytest.raises(CalendarMissing) as missing:
        warned_on(date(year, 2, 1))
    assert missing.value.facts["year"] == year
    day = report_of(date(2026, 5, 5), year - 1)
    assert day is not None and day.limit is not None
    assert (day.due, day.warn) == (date(year, 2, 1), None)
    assert f"the calendar of {year} is not loaded" in day.limit.steps[-1].text.en


def test_after_the_lapse_there_is_no_date_and_the_reason_is_said() -> None:
    """A device registered once Order 1113n has lapsed has no last day; one of before keeps its own."""
    before, after = report_days(date(2026, 12, 31))[1], report_days(date(2027, 1, 1))[1]
    assert before.due == date(2028, 2, 1) and before.limit is not None
    assert before.limit.norm.status == "seed"
    assert (after.due, after.missing) == (None, "law.norm-missing")
    assert after.why is not None and "lapsed on 1 Jan 2027" in after.why.en


def test_the_fourth_report_is_an_open_question() -> None:
    """The switch is off, unverified and explained; switched on, the tail is owed like any other year."""
    registered = date(2025, 6, 1)
    switch = norm(FOURTH, registered)
    assert (switch.value, switch.status) == (0, "unverified") and switch.note is not None
    assert not is_fourth_owed(registered)
    off, on = report_days(registered)[-1], report_days(registered, fourth=True)[-1]
    assert (off.year, off.open, on.open) == (2028, True, False)
    assert off.due == on.due == date(2029, 2, 1)


def test_a_year_without_a_report_has_none() -> None:
    """Neither the year before registration nor the fifth after it is anybody's report."""
    assert report_of(date(2025, 6, 1), 2024) is None
    assert report_of(date(2025, 6, 1), 2029) is None
    assert report_of(date(2025, 6, 1), 2026) is not None
