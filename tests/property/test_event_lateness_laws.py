# SPDX-License-Identifier: Apache-2.0
"""Laws of the ledger of lateness, whatever the days are."""

from __future__ import annotations

from datetime import date
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from nadzor.vigilance.lateness import Days, by_key, contradictions, lag, lateness

DAY = st.none() | st.dates(date(2020, 1, 1), date(2026, 11, 22))
REPORTS = st.lists(st.builds(Days, DAY, DAY, DAY), max_size=60)


@given(REPORTS)
def test_every_report_has_one_fate(reports: list[Days]) -> None:
    """Undated, contradictory and dated add up, and the very late are among the late."""
    told = lateness(reports)
    assert told.n == len(reports) == told.undated + told.contradictory + told.dated
    assert 0 <= told.over_180 <= told.over_30 <= told.dated


@given(REPORTS)
def test_the_order_of_reports_says_nothing(reports: list[Days]) -> None:
    """The ledger of a reversed list is the same."""
    assert lateness(reports[::-1]) == lateness(reports)


@given(REPORTS)
def test_the_median_is_that_of_the_lags(reports: list[Days]) -> None:
    """Only reports without a contradiction lend a lag, and the lag is never negative."""
    lags = [found for each in reports if (found := lag(each)) is not None]
    assert all(found >= 0 for found in lags)
    assert lateness(reports).median_lag_days == (median(lags) if lags else None)
    assert all(not contradictions(each) for each in reports if lag(each) is not None)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.builds(Days, DAY, DAY, DAY)), max_size=40))
def test_groups_add_up_to_the_whole(rows: list[tuple[str, Days]]) -> None:
    """Counts of the groups add up to the counts of all."""
    whole, groups = lateness(days for _, days in rows), by_key(rows).values()
    for name in ("n", "undated", "contradictory", "dated", "over_30", "over_180"):
        assert sum(getattr(one, name) for one in groups) == getattr(whole, name)
