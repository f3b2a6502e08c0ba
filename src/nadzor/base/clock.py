# SPDX-License-Identifier: Apache-2.0
"""The only place in the house that reads the time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

MOSCOW: Final = ZoneInfo("Europe/Moscow")


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date on the legal calendar.

    Why: legal clocks run in Moscow time, wherever the machine stands.
    """
    return moscow_date(now())


def moscow_date(moment: datetime) -> date:
    """The legal date on which a moment falls.

    Raises: ValueError for a moment without a zone: whose midnight would it be?
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone has no legal date")
    return moment.astimezone(MOSCOW).date()
