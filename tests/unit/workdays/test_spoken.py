# SPDX-License-Identifier: Apache-2.0
"""Days in words."""

from __future__ import annotations

from datetime import date

from nadzor.workdays.spoken import plain, spoken, stretch


def test_a_day_in_both_languages() -> None:
    """With its weekday and without."""
    friday = date(2026, 11, 20)
    assert (plain(friday).ru, plain(friday).en) == ("20.11.2026", "20 Nov 2026")
    assert (spoken(friday).ru, spoken(friday).en) == ("пт 20.11.2026", "Fri 20 Nov 2026")


def test_a_run_of_days() -> None:
    """From the first to the last; one day is said once."""
    friday, saturday = date(2026, 11, 20), date(2026, 11, 21)
    assert stretch(friday, saturday).ru == "пт 20.11.2026 – сб 21.11.2026"
    assert stretch(friday, friday) == spoken(friday)
