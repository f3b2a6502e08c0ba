# SPDX-License-Identifier: Apache-2.0
"""Deadlines as a table: the norm, the day the clock starts, the last day to act, the citation."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.law.deadline import deadline
from nadzor.law.norm import NormMissing
from nadzor.workdays.calendar import CalendarMissing

TABLE = """
norm                                  | since      | due        | act
registration.version_amendment        | 2026-11-20 | 2026-11-27 | decree-1684
registration.version_amendment        | 2026-12-28 | 2027-01-13 | decree-1684
registration.version_amendment        | 2025-03-01 | 2025-03-07 | decree-1684
vigilance.message                     | 2026-11-20 | 2026-12-18 | order-1113n
vigilance.report.public_health_threat | 2026-11-20 | 2026-11-23 | order-1113n
vigilance.report.death                | 2026-11-20 | 2026-11-30 | order-1113n
vigilance.report.death                | 2026-12-31 | 2027-01-11 | order-1113n
vigilance.report.other                | 2026-11-20 | 2026-12-21 | order-1113n
"""


@pytest.mark.parametrize("row", TABLE.strip().split("\n")[1:])
def test_the_last_day_to_act(row: str) -> None:
    """Each row's deadline is its last day, by its act."""
    key, since, last, act = (cell.strip() for cell in row.split("|"))
    found = deadline(key, date.fromisoformat(since))
    assert (found.due, found.norm.act) == (date.fromisoformat(last), act)
    assert found.since == date.fromisoformat(since)


def test_no_norm_no_date() -> None:
    """When the act has lapsed, no date is given, although the calendar would allow one."""
    with pytest.raises(NormMissing):
        deadline("vigilance.message", date(2027, 1, 11))


def test_no_calendar_no_date() -> None:
    """When the term runs out of the loaded calendar, no date is given, although the norm is in force."""
    with pytest.raises(CalendarMissing):
        deadline("registration.version_amendment", date(2027, 12, 30))
