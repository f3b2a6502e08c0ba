# SPDX-License-Identifier: Apache-2.0
"""Counting with pauses: days that stand still are nobody's, and a term never ends on one."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.procedures.counting import counted, last_day
from nadzor.procedures.ledger import Pause
from nadzor.workdays.arithmetic import Unit

FRIDAY = date(2026, 11, 20)


def _pause(since: str, until: str | None) -> Pause:
    ends = date.fromisoformat(until) if until else None
    return Pause(date.fromisoformat(since), ends, "stand_still", "switch.standing_still_stops_clock")


@pytest.mark.parametrize(
    ("number", "unit", "pauses", "end"),
    [
        (5, "working_day", [], "2026-11-27"),
        (5, "working_day", [_pause("2026-11-24", "2026-11-26")], "2026-12-01"),
        (5, "working_day", [_pause("2026-11-24", "2026-11-24")], "2026-11-27"),
        (5, "working_day", [_pause("2026-11-24", "2026-11-26"), _pause("2026-11-25", "2026-11-27")],
         "2026-12-02"),
        (5, "working_day", [_pause("2026-11-27", None)], "2026-11-27"),
        (5, "working_day", [_pause("2026-11-26", None)], None),
        (8, "calendar_day", [], "2026-11-30"),
        (8, "calendar_day", [_pause("2026-11-28", "2026-12-02")], "2026-12-03"),
        (8, "calendar_day", [_pause("2026-11-28", None)], None),
        (8, "calendar_day", [_pause("2026-11-23", "2026-11-25")], "2026-11-30"),
    ],
)  # fmt: skip
def test_the_last_day_with_pauses(number: int, unit: Unit, pauses: list[Pause], end: str | None) -> None:
    """From a Friday: the pausing day still counts, the resuming day does not, an open pause has no end."""
    assert last_day(FRIDAY, number, unit, pauses) == (date.fromisoformat(end) if end else None)


def test_days_are_counted_both_ways() -> None:
    """Days ahead count up, days passed count down, days stood still count nothing."""
    assert counted(FRIDAY, date(2026, 11, 27), "working_day", []) == 5
    assert counted(date(2026, 11, 27), FRIDAY, "working_day", []) == -5
    assert counted(FRIDAY, date(2026, 11, 27), "calendar_day", [_pause("2026-11-22", "2026-11-24")]) == 5
