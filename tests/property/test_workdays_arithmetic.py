# SPDX-License-Identifier: Apache-2.0
"""What holds for every term on the production calendar."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nadzor.workdays.arithmetic import add_calendar_days, add_workdays, is_workday, workdays_between

days = st.dates(date(2013, 1, 1), date(2027, 6, 30))
counts = st.integers(1, 60)
NEXT = timedelta(days=1)


@given(days, counts)
def test_a_term_ends_on_a_workday_after_its_event(event: date, count: int) -> None:
    """Whatever the unit, the last day is worked and later than the event."""
    for last in (add_workdays(event, count), add_calendar_days(event, count)):
        assert is_workday(last)
        assert last > event


@given(days, counts)
def test_counting_back_gives_the_term(event: date, count: int) -> None:
    """Between the day after the event and the last day, both counted, lie exactly `count` workdays."""
    assert workdays_between(event + NEXT, add_workdays(event, count) + NEXT) == count


@given(days, counts, counts)
def test_terms_add_up(event: date, first: int, second: int) -> None:
    """A term after a term is one longer term."""
    assert add_workdays(add_workdays(event, first), second) == add_workdays(event, first + second)


@given(days, days, counts)
def test_a_later_event_never_ends_earlier(one: date, other: date, count: int) -> None:
    """Terms keep the order of the events that start them."""
    early, late = sorted((one, other))
    assert add_workdays(early, count) <= add_workdays(late, count)


@given(days, counts)
def test_decree_days_only_lengthen_a_term(event: date, count: int) -> None:
    """With the President's days taken off, no term ends earlier, and its last day is still worked."""
    ordinary, decreed = (add_workdays(event, count, decree_days=switch) for switch in (False, True))
    assert decreed >= ordinary
    assert is_workday(decreed, decree_days=True)
    assert workdays_between(event + NEXT, decreed + NEXT, decree_days=True) == count
