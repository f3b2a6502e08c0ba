# SPDX-License-Identifier: Apache-2.0
"""Everything that a finding about silence is written from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from nadzor.detect.series import Panel
from nadzor.detect.silence.gaps import Gaps
from nadzor.detect.stats.calendar import Calendar
from nadzor.detect.stats.volume import Bools, Floats, Ints

BUDGET = 0.005
PATIENCE = 4.0
"""Three chance alarms in four die in the days that a closed clinic is given (gaps.CLOSED_DAYS): measured."""


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told.

    `after` is the first day that is not closed yet; `holidays` are days on which quiet is no event.
    Units: budget in false alarms per device-year.
    """

    budget: float = BUDGET
    after: date | None = None
    holidays: frozenset[date] = frozenset()
    journal_size: int | None = None
    makers: Mapping[str, str] = {}


class Crossing(Struct, frozen=True, kw_only=True):
    """A gap that reached its limit: whose, since which column, on which column, and by how much."""

    stream: int
    start: int
    column: int
    evidence: float
    expected: float
    dispersion: float
    limit: float


class Scene(Struct, frozen=True, kw_only=True):
    """The nation's days: counts by stream and day, streams numbered by device and site.

    `rest` are the columns that the calendar calls holidays.
    """

    panel: Panel
    studies: Floats
    device: Ints
    site: Ints
    gaps: Gaps
    calendar: Calendar
    rest: Bools
    params: Params
