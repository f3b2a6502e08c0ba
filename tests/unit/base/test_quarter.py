# SPDX-License-Identifier: Apache-2.0
"""Quarters: their days, their names, and the last one that is over."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.base.quarter import Quarter


@pytest.mark.parametrize(
    "day, text", [("2026-01-01", "2026-Q1"), ("2026-06-30", "2026-Q2"), ("2026-10-01", "2026-Q4")]
)
def test_a_day_lies_in_its_quarter(day, text):
    """The first and the last day too, and the name leads back."""
    found = Quarter.of(date.fromisoformat(day))
    assert str(found) == text and Quarter.parse(text) == found
    assert date.fromisoformat(day) in found.days and found.after not in found.days


def test_the_last_quarter_that_is_over():
    """On the first day of a quarter it is the one before; in January that of the old year."""
    assert str(Quarter.over(date(2026, 10, 1))) == "2026-Q3"
    assert str(Quarter.over(date(2027, 3, 31))) == "2026-Q4"


@pytest.mark.parametrize("text", ["2026-Q5", "2026Q1", "26-Q1", ""])
def test_anything_else_is_no_quarter(text):
    """Refused, not guessed."""
    with pytest.raises(ValueError, match="YYYY-Qn"):
        Quarter.parse(text)
