# SPDX-License-Identifier: Apache-2.0
"""A month of operation data: whole, with holes, missed, or spoilt by ourselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from nadzor.base.interval import Month
from nadzor.procedures.rules.transmission_period import VERBS, Period, eligible, judge_period, outage_days
from nadzor.procedures.transmission import TRANSMISSION

OCTOBER = Month(2026, 10)
DAYS = list(OCTOBER.days)


@pytest.mark.parametrize(
    "heard, ours, received",
    [
        (DAYS, [], "whole"),
        (DAYS[1:], [], "partial"),
        (DAYS[1:], DAYS[:1], "whole"),
        (DAYS[:1], [], "partial"),
        ([], [], "missed"),
        ([], DAYS[:15], "missed"),
        ([], DAYS[:16], "excused"),
        ([], DAYS, "excused"),
        (DAYS[:1], DAYS, "whole"),
        ([date(2026, 9, 30), date(2026, 11, 1)], [], "missed"),
    ],
)
def test_a_month_is_judged_by_its_days(heard, ours, received):
    """Days of our outage are counted for nobody; days of other months prove nothing."""
    found = judge_period(OCTOBER, since=date(2026, 1, 1), heard=heard, ours=ours)
    assert (found.received, found.expected) == (received, 31)


def test_the_first_month_is_judged_from_the_day_of_the_beginning():
    """What was not yet to be sent is not missing."""
    found = judge_period(OCTOBER, since=date(2026, 10, 30), heard=DAYS[29:], ours=[])
    assert (found.received, found.expected, found.heard) == ("whole", 2, 2)


def period(month, received):
    """A judged month."""
    return Period(month=month, received=received, expected=30, heard=0, ours=0)


def test_the_newest_month_that_counts_decides():
    """An excused month is passed over, a missed one is made good by the next."""
    assert eligible([period("2026-09", "missed"), period("2026-10", "partial")]) is True
    assert eligible([period("2026-09", "whole"), period("2026-10", "missed")]) is False
    assert eligible([period("2026-09", "whole"), period("2026-10", "excused")]) is True
    assert eligible([period("2026-10", "excused")]) is None
    assert eligible([]) is None


def test_an_outage_touches_its_days_in_moscow():
    """From 20:59 UTC, still the 1st in Moscow, over midnight."""
    began = datetime(2026, 10, 1, 20, 59, tzinfo=UTC)
    assert outage_days([(began, began)]) == {date(2026, 10, 1)}
    assert outage_days([(began, began + timedelta(minutes=2))]) == {date(2026, 10, 1), date(2026, 10, 2)}
    assert len(outage_days([(began, began + timedelta(days=31))])) == 32


def test_every_outcome_has_its_move_in_the_table():
    """What a month came to can be noted in both states that wait for months."""
    for state in ("transmitting", "eligible"):
        verbs = {move.verb for move in TRANSMISSION.moves if move.start == state and "house" in move.by}
        assert set(VERBS.values()) <= verbs
