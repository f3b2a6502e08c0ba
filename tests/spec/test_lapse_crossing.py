# SPDX-License-Identifier: Apache-2.0
"""Crossing 2027-01-01, when Orders 1113n, 980n and 885n lapse: dates end, receiving does not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from nadzor.gateway.fates import Judged
from nadzor.gateway.judge import judge
from nadzor.law.deadline import deadline
from nadzor.law.norm import NormMissing
from nadzor.law.terms import report_dates
from tests.unit.gateway.house import URL, adverse_event, request, ring

BEFORE, AFTER = date(2026, 12, 31), date(2027, 1, 5)

TABLE = """
what                          | key                            | start      | filed      | due
death known before the lapse  | T-21                           | 2026-12-31 |            | 2027-01-11
death known after it          | T-21                           | 2027-01-05 |            | none
message, after                | T-19                           | 2027-01-01 |            | none
threat to many, after         | T-20                           | 2027-01-05 |            | none
report, registered 2025       | T-18                           | 2025-06-10 |            | 2026-02-01
report, registered 2026       | T-18                           | 2026-12-31 |            | 2027-02-01
report, registered after      | T-18                           | 2027-01-05 |            | none
expertise, open application   | T-04                           | 2027-01-11 | 2026-12-20 | 2027-01-25
overall limit, open           | T-08                           | 2026-12-20 | 2026-12-20 | 2027-02-10
trials filed before           | T-12                           | 2027-01-11 | 2026-12-20 | 2027-02-20
trials filed after            | T-12                           | 2027-01-11 | 2027-01-11 | none
"""


@pytest.mark.parametrize("row", TABLE.strip().split("\n")[1:])
def test_dates_across_the_lapse(row: str) -> None:
    """A clock started under the act keeps its date; one started after it has none, and none is guessed."""
    _, key, start, filed, due = (cell.strip() for cell in row.split("|"))
    asked = (key, date.fromisoformat(start))
    case = date.fromisoformat(filed) if filed else None
    if due == "none":
        with pytest.raises(NormMissing) as missing:
            deadline(*asked, filed=case)
        assert "lapsed on 1 Jan 2027" in missing.value.why.en
    else:
        assert deadline(*asked, filed=case).due == date.fromisoformat(due)


@pytest.mark.parametrize("day", [BEFORE, AFTER])
def test_an_adverse_event_is_received_on_either_side(day: date) -> None:
    """The door takes the event before and after the lapse alike: no norm, no date, and no refusal."""
    now = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    fate = judge(
        request(adverse_event("Сбой", at=now), now=now), directory=ring(now=now), now=now, public_url=URL
    )
    assert isinstance(fate, Judged)
    assert (fate.entry.accepted, fate.entry.rejected) == (1, ())


def test_reports_of_a_registered_device_stay_dated() -> None:
    """A device registered in 2025 owes its three reports on known days, whatever lapses in between."""
    assert [day.isoformat() for day in report_dates(date(2025, 6, 10))] == [
        "2026-02-01",
        "2027-02-01",
        "2028-02-01",
    ]
