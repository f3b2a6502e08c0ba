# SPDX-License-Identifier: Apache-2.0
"""How late reports were: unknown days stay unknown, days that contradict each other lend no lag."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.vigilance.lateness import Days, by_key, contradictions, lag, lateness

JAN, FEB, MARCH, AUTUMN = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 9, 1)


def test_a_hand_counted_ledger() -> None:
    """Six reports: one undated, one contradictory, four dated of which three are over thirty days."""
    told = lateness(
        [
            Days(None, JAN, FEB), Days(None, JAN, JAN), Days(None, FEB, AUTUMN), Days(None, JAN, None),
            Days(None, FEB, JAN), Days(JAN, FEB, AUTUMN),
        ]
    )  # fmt: skip
    assert (told.n, told.undated, told.contradictory, told.dated) == (6, 1, 1, 4)
    assert (told.median_lag_days, told.over_30, told.over_180) == (121.5, 3, 2)
    assert (told.share_over_30, told.share_over_180) == (0.75, 0.5)


def test_no_reports_have_no_share() -> None:
    """Nothing is not zero: a median and a share of no reports are not told."""
    told = lateness([])
    assert (told.n, told.median_lag_days, told.share_over_30, told.share_over_180) == (0, None, None, None)


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (Days(JAN, FEB, MARCH), ()),
        (Days(FEB, JAN, MARCH), ("aware_before_event",)),
        (Days(None, MARCH, FEB), ("aware_after_received",)),
        (Days(FEB, None, JAN), ("event_after_received",)),
        (Days(MARCH, FEB, JAN), ("aware_before_event", "aware_after_received", "event_after_received")),
        (Days(JAN, JAN, JAN), ()),
        (Days(), ()),
    ],
    ids=["in-order", "aware", "received", "event", "all", "one-day", "unknown"],
)
def test_contradictions_are_named(days: Days, found: tuple[str, ...]) -> None:
    """Each two days in the wrong order have a code; the same day and an unknown one have none."""
    assert contradictions(days) == found


def test_the_limit_itself_is_not_over() -> None:
    """Thirty days are not over thirty, thirty-one are."""
    thirty, more = Days(None, JAN, date(2026, 1, 31)), Days(None, JAN, FEB)
    assert (lag(thirty), lag(more), lateness([thirty, more]).over_30) == (30, 31, 1)


def test_groups_add_up() -> None:
    """The ledgers of the groups hold every report once."""
    rows = [("a", Days(None, JAN, FEB)), ("b", Days()), ("a", Days(None, FEB, JAN))]
    told = by_key(rows)
    assert {key: one.n for key, one in told.items()} == {"a": 2, "b": 1}
    assert told["a"].contradictory == 1
