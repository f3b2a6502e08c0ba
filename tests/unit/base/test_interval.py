# SPDX-License-Identifier: Apache-2.0
"""Half-open intervals and months."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.base.interval import Interval, Month


def test_the_start_belongs_and_the_stop_does_not():
    """Half-open, so that neighbours neither overlap nor leave a gap."""
    week = Interval(date(2026, 3, 2), date(2026, 3, 9))
    assert date(2026, 3, 2) in week
    assert date(2026, 3, 9) not in week
    assert (len(week), week.last) == (7, date(2026, 3, 8))
    assert list(week)[-1] == week.last


def test_neighbours_do_not_overlap():
    """Two months side by side share no day."""
    november, december = Month(2026, 11).days, Month(2026, 12).days
    assert not november.overlaps(december)
    assert november.overlaps(Interval(date(2026, 11, 30), date(2026, 12, 2)))


def test_an_interval_never_runs_backwards():
    """An impossible interval cannot be held."""
    with pytest.raises(ValueError, match="before it starts"):
        Interval(date(2026, 3, 2), date(2026, 3, 1))


def test_months_know_their_neighbours_across_the_year():
    """December is followed by January of the next year."""
    assert Month.parse("2026-12").after == date(2027, 1, 1)
    assert str(Month(2026, 1).previous()) == "2025-12"
    assert Month.of(date(2024, 2, 29)) == Month(2024, 2)
    assert date(2024, 2, 29) in Month(2024, 2)


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "26-01", "2026-01 ", "2026/01", "", "٢٠٢٦-01"])
def test_a_month_is_written_one_way(text):
    """Anything but YYYY-MM is refused."""
    with pytest.raises(ValueError, match="YYYY-MM"):
        Month.parse(text)


def test_a_month_that_does_not_exist_cannot_be_held():
    """The thirteenth month fails where it is made, not where it is used."""
    with pytest.raises(ValueError, match="month"):
        Month(2026, 13)
