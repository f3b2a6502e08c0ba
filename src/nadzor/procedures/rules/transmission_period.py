# SPDX-License-Identifier: Apache-2.0
"""Whether a month's operation data were received, and what that means for the gate.

A month proves itself by days: a day is heard when an event that happened on it was received.  Days of our own
outage are counted for nobody.  A month is missed only when nothing at all was heard and at least half of its
days could have been received; with less there was no fair month to judge.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Literal

import msgspec

from nadzor.base.clock import moscow_date
from nadzor.base.interval import Interval, Month
from nadzor.workdays.calendar import ONE_DAY

Received = Literal["whole", "partial", "missed", "excused"]
COUNTED: frozenset[Received] = frozenset({"whole", "partial", "missed"})
VERBS: Mapping[Received, str] = {
    "whole": "note_period",
    "partial": "note_period",
    "missed": "miss_period",
    "excused": "excuse_period",
}
"""The move of the gate that notes what a period came to."""


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """One month of one device.  Units: all days of it on which it was to be heard; `ours` our outage's."""

    month: str
    received: Received
    expected: int
    heard: int
    ours: int


def judge_period(month: Month, *, since: date, heard: Collection[date], ours: Collection[date]) -> Period:
    """What a month that is over came to, for a device that transmits since a day.

    Law: T-23 asks for a data set a month and names no share of days; R-157: missed periods drop eligibility.
    Why: a data set with holes is still a data set; its holes are shown, and a person weighs them.
    """
    days = set(Interval(max(month.first, since), max(month.after, since)))
    told, lost = days & set(heard), days & set(ours)
    return Period(
        month=str(month),
        received=_received(days=len(days), told=len(told), silent=len(days - told - lost), lost=len(lost)),
        expected=len(days),
        heard=len(told),
        ours=len(lost),
    )


def eligible(periods: Sequence[Period]) -> bool | None:
    """Whether the newest period that counts was received; None while none counts.

    Law: R-157; our own outages never count.
    """
    counted = [period for period in periods if period.received in COUNTED]
    newest = max(counted, key=lambda period: period.month, default=None)
    return None if newest is None else newest.received != "missed"


def outage_days(outages: Iterable[tuple[datetime, datetime]]) -> frozenset[date]:
    """Every day in Moscow that an outage touches, from its first moment up to its last.

    Law: our own rule: a day is excused whole, however short the outage was.
    """
    found: set[date] = set()
    for began, ended in outages:
        first, last = moscow_date(began), moscow_date(ended)
        found |= {first + number * ONE_DAY for number in range((last - first).days + 1)}
    return frozenset(found)


def _received(*, days: int, told: int, silent: int, lost: int) -> Received:
    if told:
        return "partial" if silent else "whole"
    return "excused" if 2 * lost > days else "missed"
