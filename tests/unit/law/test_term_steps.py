# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of a term can be redone by hand from its steps."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nadzor.law.steps import ART_191, ART_193, calendar_steps, runs, working_steps
from nadzor.workdays.arithmetic import add_calendar_days, add_workdays

days = st.dates(date(2013, 1, 1), date(2027, 9, 1))
counts = st.integers(1, 40)
NEXT = timedelta(days=1)


def test_working_days_over_new_year() -> None:
    """Runs counted, the transferred day, the holidays by name and the weekend: each its own step."""
    last, steps = working_steps(date(2026, 12, 28), 5)
    assert last == date(2027, 1, 13)
    assert [step.text.en for step in steps] == [
        "The event is on Mon 28 Dec 2026; counting starts the next day, Tue 29 Dec 2026",
        "Working days 1–2: Tue 29 Dec 2026 – Wed 30 Dec 2026",
        "Not counted: Thu 31 Dec 2026 (day off moved from 4 Jan 2026)",
        "Not counted: Fri 1 Jan 2027 – Wed 6 Jan 2027 (New Year holidays)",
        "Not counted: Thu 7 Jan 2027 (Christmas)",
        "Not counted: Fri 8 Jan 2027 (New Year holidays)",
        "Not counted: Sat 9 Jan 2027 – Sun 10 Jan 2027 (weekend)",
        "Working days 3–5: Mon 11 Jan 2027 – Wed 13 Jan 2027",
        "Last day of the term (5 working days): Wed 13 Jan 2027",
    ]
    assert steps[0].cite == steps[-1].cite == ART_191
    assert "1466 of 24.09.2025" in steps[1].cite


def test_a_working_saturday_is_told() -> None:
    """A Saturday that is worked stands alone, with the transfer that makes it so."""
    _, steps = working_steps(date(2027, 2, 19), 1)
    assert steps[1].text.en == (
        "Working day 1: Sat 20 Feb 2027 (a working Saturday, its day off moved to 22 Feb 2027)"
    )


def test_calendar_days_move_to_a_working_day() -> None:
    """The days run through weekends; a last day off is skipped, and the move names its article."""
    due, steps = calendar_steps(date(2026, 12, 22), 10)
    assert due == date(2027, 1, 11)
    assert steps[1].text.en == "Every day counts, 10 calendar days: Wed 23 Dec 2026 – Fri 1 Jan 2027"
    assert steps[-2].cite == steps[-1].cite == ART_193
    due, steps = calendar_steps(date(2026, 11, 9), 2)
    assert (due, len(steps), steps[-1].cite) == (date(2026, 11, 11), 3, ART_191)


def test_decree_days_are_skipped_by_the_switch() -> None:
    """With the switch, the paid non-working days are a step of their own with their decree."""
    last, steps = working_steps(date(2020, 6, 23), 1, decree_days=True)
    assert last == date(2020, 6, 25)
    assert steps[1].cite == "President's Decree 345 of 29.05.2020 (Victory parade)"


@given(days, counts)
def test_the_steps_add_up(event: date, count: int) -> None:
    """The days of all runs follow each other without a hole, and the worked ones make the term."""
    last, _ = working_steps(event, count)
    assert last == add_workdays(event, count)
    found = runs(event + NEXT, last)
    assert found[0].first == event + NEXT and found[-1].last == last
    assert all(one.last + NEXT == other.first for one, other in zip(found, found[1:], strict=False))
    assert sum((run.last - run.first).days + 1 for run in found if run.is_worked) == count
    assert all(run.why is not None for run in found if not run.is_worked)


@given(days, counts)
def test_calendar_steps_end_where_the_arithmetic_does(event: date, count: int) -> None:
    """The last step is the date."""
    due, steps = calendar_steps(event, count)
    assert due == steps[-1].day == add_calendar_days(event, count)
