# SPDX-License-Identifier: Apache-2.0
"""A deadline that shows its arithmetic: the norm, the day the clock started, the last day to act."""

from __future__ import annotations

from datetime import date

import msgspec

from nadzor.law.load import norm
from nadzor.law.norm import Norm
from nadzor.workdays.arithmetic import due


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """Last day to act, and everything it was computed from."""

    due: date
    since: date
    norm: Norm


def deadline(key: str, since: date) -> Deadline:
    """The last day to act when the clock starts on `since`.

    Law: the norm in force on the day the clock starts; Civil Code art. 191, 193.
    Raises: NormMissing without a norm in force; CalendarMissing beyond the loaded years.

    >>> deadline("registration.version_amendment", date(2026, 11, 20)).due
    datetime.date(2026, 11, 27)
    """
    rule = norm(key, since)
    assert rule.unit in ("working_day", "calendar_day")
    return Deadline(due=due(since, rule.number, rule.unit), since=since, norm=rule)
