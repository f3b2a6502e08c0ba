# SPDX-License-Identifier: Apache-2.0
"""Hours, yearly dates and open periods: what they come to, and what they say of themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from nadzor.base.clock import MOSCOW
from nadzor.law.deadline import deadline
from nadzor.law.norm import NormMissing
from nadzor.law.terms import hour_steps, report_dates, warning_day, yearly_steps


def test_hours_run_from_the_moment() -> None:
    """A moment with an hour is counted from that hour, on the Moscow clock, through days off."""
    due = hour_steps(datetime(2026, 11, 20, 7, tzinfo=UTC), 24).due
    assert due == datetime(2026, 11, 21, 10, tzinfo=MOSCOW)
    naive = hour_steps(datetime.fromisoformat("2026-11-20T10:00"), 72)
    assert naive.due == datetime(2026, 11, 23, 10, tzinfo=MOSCOW)


def test_a_bare_day_starts_at_its_first_minute() -> None:
    """Without an hour the earliest is taken, and the step says that this is our own reading."""
    found = hour_steps(date(2026, 11, 20), 24)
    assert found.due == datetime(2026, 11, 21, tzinfo=MOSCOW)
    assert "house reading" in found.steps[0].cite


def test_the_yearly_report_does_not_move() -> None:
    """Due on 1 February even when that is a Sunday; the warning is the last working day before it."""
    found = deadline("T-18", date(2025, 6, 10))
    assert (found.due, found.warn) == (date(2026, 2, 1), date(2026, 1, 30))
    assert "does not move" in found.steps[-1].text.en


def test_a_device_registered_in_january_reports_next_year() -> None:
    """The report is about the calendar year of registration, so it is due in the year after it."""
    assert deadline("T-18", date(2026, 1, 15)).due == date(2027, 2, 1)


def test_three_reports() -> None:
    """Registered in a year: due on 1 February of each of the next three."""
    assert report_dates(date(2025, 12, 30)) == (date(2026, 2, 1), date(2027, 2, 1), date(2028, 2, 1))
    with pytest.raises(NormMissing):
        report_dates(date(2027, 1, 5))


def test_no_calendar_no_warning_day() -> None:
    """Beyond the loaded years the date stands, and its warning is said to be unknown."""
    assert warning_day(date(2029, 2, 1)) is None
    late = yearly_steps(date(2028, 6, 1), "02-01")
    assert (late.due, late.warn) == (date(2029, 2, 1), None)
    assert "calendar of 2029 is not loaded" in late.steps[-1].text.en
    found = deadline("monitoring.report", date(2026, 12, 31))
    assert (found.due, found.warn) == (date(2027, 2, 1), date(2027, 2, 1))


@pytest.mark.parametrize("key", ["T-23", "T-28.1"])
def test_no_date_where_the_law_gives_none(key: str) -> None:
    """A period repeats and a term in months has no start that a source names: null, with the reason."""
    found = deadline(key, date(2026, 11, 20))
    assert found.due is None
    assert "No date" in found.steps[-1].text.en
