# SPDX-License-Identifier: Apache-2.0
"""Nights against complete rows: who was heard in time, who late, who not at all, and what went away."""

from __future__ import annotations

from datetime import date, timedelta

from nadzor.measures.columns import Columns
from nadzor.measures.rollup import Row
from nadzor.simulate.nights import Night, known_before, nightly
from nadzor.simulate.scoring import Alarm

FIRST = date(2031, 1, 6)


def alarm(stream, day, detector="silence"):
    """An alarm of a stream, dated by the day's number."""
    return Alarm(
        detector=detector,
        kind="k",
        device="d-1",
        day=FIRST + timedelta(days=day),
        stream=f"{detector} {stream}",
    )


def night(number, *alarms):
    """What the run before day `number` said."""
    return Night(FIRST + timedelta(days=number), alarms)


def test_an_alarm_is_in_time_when_the_first_run_that_could_raises_it():
    """Said by the next run, it has no lag; said two runs later, six days; never said, it is unheard."""
    nights = [
        night(0),
        night(3, alarm("a", 1)),
        night(6, alarm("a", 2)),
        night(9, alarm("a", 1), alarm("b", 1)),
    ]
    told = nightly(nights, [alarm("a", 1), alarm("b", 2), alarm("c", 4)], device_years=1.0)["suite"]
    assert (told.standing, told.unheard, told.raised, told.vanished) == (3, 1, 2, 0)
    assert (told.same_night, told.soon) == (1 / 3, 1 / 3)
    assert (told.median_lag, told.longest_lag) == (3.0, 6)


def test_what_complete_rows_do_not_support_has_vanished():
    """The same stream long before is another matter; the rate is per device-year, and by detector."""
    nights = [
        night(0),
        night(30, alarm("a", 28)),
        night(33),
        night(60, alarm("a", 58), alarm("b", 59, "latency")),
    ]
    told = nightly(nights, [alarm("a", 57), alarm("b", 59, "latency")], device_years=4.0)
    assert (told["suite"].raised, told["suite"].vanished, told["suite"].vanished_rate) == (3, 1, 0.25)
    assert (told["latency"].vanished, told["silence"].vanished) == (0, 1)
    assert told["suite"].same_night == 1.0


def test_nothing_was_said_in_no_night():
    """Without nights or alarms there are no shares, and no error."""
    assert nightly([], [], device_years=0.0)["suite"].same_night is None
    assert nightly([night(0)], [], device_years=0.0)["suite"].vanished_rate == 0.0


def test_a_night_knows_what_had_arrived():
    """Days to come, and days gone by that are told later, are not there yet."""
    told = ((1, 1), (2, 6), (5, 5), (4, 4))
    rows = [
        Row(FIRST + timedelta(days=day), FIRST + timedelta(days=known), "d-1", measure="studies", n=day)
        for day, known in told
    ]
    seen = known_before(Columns.of_rows(rows), FIRST + timedelta(days=5))
    assert sorted(row.n for row in seen.rows()) == [1, 4]
