# SPDX-License-Identifier: Apache-2.0
"""Why a day is off or worked, each with its citation."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.workdays.calendar import days_of, loaded
from nadzor.workdays.off import why_off, why_worked

REASONS = """
2026-11-04 | holiday  | National Unity Day
2026-01-09 | transfer | day off moved from 3 Jan 2026
2026-11-21 | weekend  | weekend
2026-05-09 | holiday  | Victory Day
2014-03-10 | transfer | day off moved from 8 Mar 2014
"""


@pytest.mark.parametrize("row", REASONS.strip().split("\n"))
def test_a_day_off_says_why(row: str) -> None:
    """A holiday by name, a transfer by the day it came from, a weekend; each cited."""
    day, kind, name = (cell.strip() for cell in row.split("|"))
    off = why_off(date.fromisoformat(day))
    assert off is not None
    assert (off.kind, off.name.en) == (kind, name)
    assert off.cite.startswith("Labour Code art. 11")


def test_a_decree_day_names_its_decree() -> None:
    """A paid non-working day is worked by default; by the switch it is off, and its decree is named."""
    assert why_off(date(2020, 6, 24)) is None
    off = why_off(date(2020, 6, 24), decree_days=True)
    assert off is not None
    assert (off.kind, off.cite) == ("decree", "President's Decree 345 of 29.05.2020 (Victory parade)")


def test_a_working_saturday_says_why() -> None:
    """A Saturday is worked by a transfer only; ordinary Saturdays and weekdays have no reason."""
    moved = why_worked(date(2027, 2, 20))
    assert moved is not None
    assert "22 Feb 2027" in moved.name.en
    assert why_worked(date(2027, 2, 27)) is why_worked(date(2026, 11, 20)) is None


def test_every_weekday_off_has_a_better_reason_than_a_weekend() -> None:
    """In all loaded years a weekday is off by a holiday or a transfer, with its year's citation."""
    for number, year in loaded().items():
        off = [day for day in days_of(number) if day in year.days_off]
        assert all((why := why_off(day)) and why.kind != "weekend" for day in off), number
