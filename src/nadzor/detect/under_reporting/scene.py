# SPDX-License-Identifier: Apache-2.0
"""Everything that a finding about falling volume is written from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from nadzor.detect.series import Floats, Ints, Panel
from nadzor.detect.stats.calendar import Calendar
from nadzor.detect.stats.volume import Memory
from nadzor.detect.under_reporting.charts import Charts
from nadzor.detect.window import Window

BUDGET = 0.02
MEMORY = Memory(weeks=26, lag=5, drift=3e-4, days_min=56)
"""Half a year, the last five weeks left out: a fall must not become usual before it is found."""


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told; `after` is the first day that is not closed yet.

    Units: budget in false alarms per device-year.
    """

    budget: float = BUDGET
    after: date | None = None
    holidays: frozenset[date] = frozenset()
    registered: Mapping[str, Window] = {}
    journal_size: int | None = None


class Scene(Struct, frozen=True, kw_only=True):
    """Everything a finding is written from."""

    panel: Panel
    studies: Floats
    mean: Floats
    calendar: Calendar
    device: Ints
    charts: Charts
    params: Params
