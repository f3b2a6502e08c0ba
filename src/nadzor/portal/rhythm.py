# SPDX-License-Identifier: Apache-2.0
"""On which days an installation is heard, and its own habit; the detector of silence decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from nadzor.portal.counts import Counts

WINDOW: Final = 90  # days of events from which a habit is told
HABIT: Final = 0.9  # of its pauses an installation's own usual pause covers


class Heard(Struct, frozen=True):
    """Days on which an installation's events happened: the last one, and its own usual pause in days."""

    last: date
    usual: int

    def quiet(self, until: date) -> int:
        """Days without an event beyond its own habit; 0 while it keeps it."""
        pause = (until - self.last).days
        return pause if pause > self.usual else 0


Days = Mapping[str, Heard]


class Heardings(Struct, frozen=True):
    """Every installation's days, and the last day that can be spoken of."""

    until: date
    rooms: Days


def days_heard(code: str, counts: Counts, today: date) -> Heardings:
    """From counted signs of life and studies; the detector of silence decides, this only points."""
    until = counts.last_day(today)
    window = {"since": until - timedelta(days=WINDOW - 1), "until": until + timedelta(days=1), "device": code}
    days: dict[str, set[date]] = defaultdict(set)
    for measure in ("heartbeats", "studies"):
        for when, installation, _n in counts.daily(measure, by=("installation",), **window):
            days[installation].add(when)
    return Heardings(until, {room: _heard(sorted(found)) for room, found in days.items()})


def _heard(days: Sequence[date]) -> Heard:
    pauses = sorted((after - before).days for before, after in zip(days, days[1:], strict=False))
    usual = pauses[min(len(pauses) - 1, int(HABIT * len(pauses)))] if pauses else 1
    return Heard(days[-1], usual)
