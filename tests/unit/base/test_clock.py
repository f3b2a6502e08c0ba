# SPDX-License-Identifier: Apache-2.0
"""The clock: aware moments, Moscow dates."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from freezegun import freeze_time

from nadzor.base import clock


def test_now_is_aware_and_in_utc():
    """A moment without a zone would poison every comparison above."""
    assert clock.now().tzinfo is UTC


@freeze_time("2026-11-21 21:00:00")
def test_the_legal_day_begins_at_moscow_midnight():
    """Nine in the evening in UTC is already tomorrow for the law."""
    assert clock.today() == date(2026, 11, 22)


def test_a_minute_before_moscow_midnight_is_still_the_old_day():
    """The boundary is exact."""
    assert clock.moscow_date(datetime(2026, 11, 21, 20, 59, 59, tzinfo=UTC)) == date(2026, 11, 21)


def test_a_moment_without_a_zone_has_no_legal_date():
    """Nobody guesses whose midnight was meant."""
    with pytest.raises(ValueError, match="time zone"):
        clock.moscow_date(datetime(2026, 11, 21, 20))  # noqa: DTZ001  # the bad input under test
