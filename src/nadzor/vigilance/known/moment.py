# SPDX-License-Identifier: Apache-2.0
"""Which moment "on day X" is: the end of that day in Moscow, or a moment within it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Final

from msgspec import Struct

from nadzor.base.clock import MOSCOW, moscow_date
from nadzor.base.problems import Refusal
from nadzor.workdays.calendar import ONE_DAY

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}"
)  # fromisoformat itself reads far more than is meant


class Moment(Struct, frozen=True):
    """A moment of knowledge.  `figures_on` is the last day whose facts were all known by then.

    Why two: rollups know days, not hours; within a day its figures are those of the day before.
    """

    at: datetime
    figures_on: date

    @property
    def day(self) -> date:
        """The Moscow day of the moment."""
        return moscow_date(self.at)


def end_of(day: date) -> Moment:
    """The last moment of a Moscow day."""
    after = datetime.combine(day + ONE_DAY, time(), MOSCOW)
    return Moment((after - datetime.resolution).astimezone(UTC), day)


def moment_of(told: str, *, now: datetime) -> Moment:
    """A day (YYYY-MM-DD) or a Moscow moment (YYYY-MM-DDThh:mm) as somebody wrote it.

    Raises: Refusal known.day for neither, known.future for what lies ahead.
    """
    try:
        found = end_of(date.fromisoformat(told)) if _DAY.fullmatch(told) else _within(told)
    except (ValueError, OverflowError):
        raise Refusal("known.day", "$.on") from None
    if found.day > moscow_date(now) or (found.figures_on != found.day and found.at > now):
        raise Refusal("known.future", "$.on")
    return found


def _within(told: str) -> Moment:
    if not _MOMENT.match(told):
        raise ValueError("no moment")
    written = datetime.fromisoformat(told)
    at = written.replace(tzinfo=MOSCOW) if written.tzinfo is None else written
    return Moment(at.astimezone(UTC), moscow_date(at) - ONE_DAY)
