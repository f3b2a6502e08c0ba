# SPDX-License-Identifier: Apache-2.0
"""When an owner is told the details of a reading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nadzor.records.telling import Asked, Terms, is_told

READ = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(1)
HOUSE = Terms(90 * DAY, 365 * DAY)


@pytest.mark.parametrize(
    ("is_open", "is_deferred", "after", "told"),
    [
        (False, False, 0, True),
        (True, False, 0, False),
        (True, False, 364, False),
        (True, False, 365, True),
        (False, True, 0, False),
        (False, True, 89, False),
        (False, True, 90, True),
        (True, True, 90, False),
    ],
)
def test_details_are_told_when_affair_and_deferral_let_them(
    is_open: bool, is_deferred: bool, after: int, told: bool
) -> None:
    """At once without either; an affair and a deferral hold for their terms and no longer."""
    asked = Asked(at=READ, is_open=is_open, is_deferred=is_deferred)
    assert is_told(asked, HOUSE, READ + after * DAY) is told


def test_without_norms_no_deferral_holds_and_an_affair_holds_until_it_ends() -> None:
    """Where no norm is in force nothing is dated: a deferral hides nothing, an open affair does."""
    none = Terms(None, None)
    assert is_told(Asked(at=READ, is_deferred=True), none, READ)
    assert not is_told(Asked(at=READ, is_open=True), none, READ + 4000 * DAY)
