# SPDX-License-Identifier: Apache-2.0
"""Working days of each month, 2013 to 2027, as calendars that others keep count them.

Counted by a public package (holidays 0.109), equal to published production calendars; 2020 and 2021 are the
ordinary years, without the President's days.  The one difference: the package works on 10 March 2014, which
Labour Code art. 112 takes off because 8 March was a Saturday.
"""

from __future__ import annotations

from collections import Counter

import pytest

from nadzor.workdays.arithmetic import workdays_of
from nadzor.workdays.calendar import loaded

MONTHS = """
2013 17 20 20 22 18 19 23 22 21 23 20 22 247
2014 17 20 20 22 19 19 23 21 22 23 18 23 247
2015 15 19 21 22 18 21 23 21 22 22 20 23 247
2016 15 20 21 21 19 21 21 23 22 21 21 22 247
2017 17 18 22 20 20 21 21 23 21 22 21 21 247
2018 17 19 20 21 20 20 22 23 20 23 21 21 247
2019 17 20 20 22 18 19 23 22 21 23 20 22 247
2020 17 19 21 22 17 21 23 21 22 22 20 23 248
2021 15 19 22 22 19 21 22 22 22 21 20 22 247
2022 16 19 22 21 18 21 21 23 22 21 21 22 247
2023 17 18 22 20 20 21 21 23 21 22 21 21 247
2024 17 20 20 21 20 19 23 22 21 23 21 21 248
2025 17 20 21 22 18 19 23 21 22 23 19 22 247
2026 15 19 21 22 19 21 23 21 22 22 20 22 247
2027 15 19 22 22 19 21 22 22 22 21 20 22 247
"""
#: 2020: 30 March to 30 April, 6 to 8 May, 24 June, 1 July.  2021: 4 to 7 May, 1 to 3 November.
DECREED = """
2020 17 19 19  0 14 20 22 21 22 22 20 23 219
2021 15 19 22 22 15 21 22 22 22 21 17 22 240
"""


def _months(year: int, *, decree_days: bool = False) -> list[int]:
    count = Counter(day.month for day in workdays_of(year, decree_days=decree_days))
    return [count[month] for month in range(1, 13)]


@pytest.mark.parametrize("row", MONTHS.strip().split("\n"))
def test_each_month_has_its_working_days(row: str) -> None:
    """Twelve counts and their sum, year by year."""
    year, *months, total = map(int, row.split())
    assert (_months(year), sum(months)) == (months, total)


@pytest.mark.parametrize("row", DECREED.strip().split("\n"))
def test_with_the_decree_days_fewer(row: str) -> None:
    """The switch takes off exactly the weekdays the decrees name."""
    year, *months, total = map(int, row.split())
    assert (_months(year, decree_days=True), sum(months)) == (months, total)


def test_no_loaded_year_is_left_out() -> None:
    """The table covers what is loaded."""
    assert [int(row[:4]) for row in MONTHS.strip().split("\n")] == list(loaded())
