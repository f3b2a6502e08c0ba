# SPDX-License-Identifier: Apache-2.0
"""Reports per study: rises that are told, growth and waves that are not, figures that can be checked."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from nadzor.detect.adverse_rate.detector import LIMIT, Params, detect
from nadzor.detect.adverse_rate.evidence import evidence, exposure, peers_of, prior_of, watched
from nadzor.detect.adverse_rate.reports import READS, ledger_of
from nadzor.detect.series import Days
from nadzor.detect.window import Window
from nadzor.measures.rollup import Row, rows_digest

FIRST = date(2031, 1, 6)
CODES = ("A01", "A05", "A09")


def told(device, day, *, code="A05", n=1, late=0):
    """A report, in the three ways in which it is counted."""
    at, known = FIRST + timedelta(days=day), FIRST + timedelta(days=day + late)
    return [
        Row(
            at, known, device, site="s-1", dimension=dimension, stratum=stratum, measure="adverse_events", n=n
        )
        for dimension, stratum in (("all", ""), ("event_type", "malfunction"), ("problem", code))
    ]


def worked(device, volumes):
    """Processed studies, day by day."""
    return [
        Row(
            FIRST + timedelta(days=i),
            FIRST + timedelta(days=i),
            device,
            "1.0",
            site="s-1",
            measure="processed",
            n=n,
        )
        for i, n in enumerate(volumes)
        if n
    ]


def device(name, *, days=300, every=9, volume=100, rise=(), seed=1):
    """A device with a report of each code in turn every few days, and more of one code in some days."""
    rng = np.random.default_rng(seed)
    made = worked(name, [volume] * days)
    for number, day in enumerate(range(int(rng.integers(0, every)), days, every)):
        made += told(name, day, code=CODES[number % 3])
    for day in rise:
        made += told(name, day)
    return made


def fleet(count=8, **more):
    """Several devices where nothing changes."""
    return [row for i in range(count) for row in device(f"d-{i}", seed=i, **more)]


RISE = range(200, 300, 4)


def test_a_rise_of_one_problem_is_told():
    """The code is named, the start located, the size measured, within a month or two."""
    (found,) = detect(fleet() + device("d-x", rise=RISE))
    assert (found.device, found.kind, found.dimension, found.stratum) == (
        "d-x", "adverse.problem_rise", "problem", "A05",
    )  # fmt: skip
    start = FIRST + timedelta(days=200)
    assert start < found.first_day <= start + timedelta(days=60)
    assert found.located.low <= start + timedelta(days=7) and found.located.high >= start - timedelta(days=7)
    assert found.statistic >= found.threshold == LIMIT
    assert found.facts["observed"] >= 3 > found.facts["expected"]
    assert found.effect.low > 1.0 and found.facts["sites"] == ["s-1"]


def test_the_digest_is_that_of_the_rows_known_by_then():
    """Rows of the device, known by the day of the alarm; the baseline those known before its end."""
    rows = fleet() + device("d-x", rise=RISE)
    (found,) = detect(rows)
    mine = [row for row in rows if row.device == "d-x"]
    assert found.rows_hash == rows_digest([row for row in mine if row.known <= found.first_day])
    assert found.baseline.hash == rows_digest([row for row in mine if row.known < found.baseline.after])


def test_more_studies_are_no_rise():
    """Four times the studies and four times the reports leave the rate as it was."""
    grown = worked("d-x", [100] * 150 + [400] * 150)
    for number, day in enumerate([*range(0, 150, 8), *range(150, 300, 2)]):
        grown += told("d-x", day, code=CODES[number % 3])
    assert detect(fleet() + grown) == []
    same = [row for row in grown if row.measure != "processed"] + worked("d-x", [100] * 300)
    assert {one.device for one in detect(fleet() + same)} == {"d-x"}


def test_a_wave_of_the_whole_nation_is_no_signal_of_one():
    """When all devices are reported on four times as often, hardly anybody is named for it."""
    rows = []
    for i in range(30):
        rows += worked(f"d-{i:02d}", [100] * 300)
        for number, day in enumerate([*range(i % 8, 180, 8), *range(180 + i % 2, 300, 2)]):
            rows += told(f"d-{i:02d}", day, code=CODES[number % 3])
    alone = [detect([row for row in rows if row.device == f"d-{i:02d}"]) for i in range(5)]
    assert len(detect(rows)) <= 1
    assert all(alone)


def test_reports_after_a_launch_fade_without_an_alarm():
    """Many reports in the first months, then fewer, is the usual course."""
    early = [*range(0, 90, 3), *range(90, 180, 6), *range(180, 300, 12)]
    rows = worked("d-x", [100] * 300) + [row for day in early for row in told("d-x", day)]
    assert detect(fleet() + rows) == []


def test_days_are_those_of_knowing():
    """A report told late counts when it is told, so that nothing is added to the past."""
    rows = fleet() + device("d-x")
    rows += [row for day in RISE for row in told("d-x", day - 100, late=100)]
    (found,) = detect(rows)
    assert found.first_day > FIRST + timedelta(days=200)
    known = [row for row in rows if row.known <= found.first_day]
    assert [one.statistic for one in detect(known)] == [found.statistic]


def test_after_an_alarm_the_past_is_the_new_usual():
    """A lasting rise is told once; a second rise on top of it is a second finding."""
    rows = fleet(days=700) + device("d-x", days=700, rise=range(200, 700, 4))
    assert [one.device for one in detect(rows)] == ["d-x"]
    more = [row for day in range(500, 700) for row in told("d-x", day)]
    first, second = detect(rows + more)
    assert (second.first_day - FIRST).days > 500 and second.baseline.after > first.first_day


def test_a_registered_window_replaces_the_first_days():
    """A window that a person set begins and ends the baseline."""
    window = Window(FIRST + timedelta(days=30), FIRST + timedelta(days=230))
    rows = fleet() + device("d-x", rise=RISE)
    found = detect(rows, params=Params(registered={"d-x": window}))
    assert all((one.first_day - FIRST).days >= 230 for one in found)


@pytest.mark.parametrize(
    "rows",
    [
        [], worked("d-x", [100] * 200), told("d-x", 100), worked("d-x", [100]) + told("d-x", 0),
        [row for day in range(0, 200, 2) for row in told("d-x", day)],
        worked("d-x", [3] * 200) + told("d-x", 150) + told("d-x", 151),
        worked("d-x", [-5] * 200) + told("d-x", 150, n=-3),
    ],
    ids=["nothing", "no-reports", "one-report", "one-day", "no-denominator", "two-reports", "negative"],
)  # fmt: skip
def test_too_little_is_no_finding(rows):
    """Nothing, one side of the ratio alone, and too few reports say nothing."""
    assert detect(rows) == []


def test_the_statistic_is_the_weighted_sum_of_ratios():
    """The largest statistic of a small nation, recomputed week by week with plain formulas."""
    days = Days(fleet(3) + device("d-x", rise=RISE), READS)
    ledger = ledger_of(days, {})
    studies = exposure(ledger)
    origin = np.zeros(len(ledger.start), np.int64)
    prior = prior_of(ledger, studies, peers_of(ledger, studies), origin=origin)
    at = watched(ledger)
    seen = evidence(ledger, prior, studies, at=at, since=ledger.start)
    top = int(np.argmax(seen.total))
    stream, day = ledger.report_stream[at[top]], ledger.report_day[at[top]]
    total = 0.0
    for week in range(int(ledger.start[ledger.device[stream]]), int(day) // 7 + 1):
        n = (ledger.rank[at[top]] - ledger.before[stream, week]) / 1.08
        length = studies[ledger.device[stream], day + 1] - studies[ledger.device[stream], week * 7]
        a, b = prior.shape[stream, week], prior.rate[stream, week]
        ratios = [r**n * ((b + length) / (b + r * length)) ** (a + n) for r in (2.0, 3.5, 7.0)]
        total += prior.weight[stream, week] * np.mean(ratios)
    assert seen.total[top] == pytest.approx(total, rel=0.02)
    assert (prior.weight.sum(axis=0) <= 4 * 7 / 365 + 1e-9).all()


def test_a_problem_new_to_the_fleet_is_measured_from_when_others_tell_of_it():
    """Weeks before anybody else told of a problem have no rate to compare with: no rise starts there."""
    others = [row for i in range(3) for row in told(f"d-{i}", 150 + i, code="A17")]
    newly = [row for day in range(145, 260, 6) for row in told("d-x", day, code="A17")]
    found = [one for one in detect(fleet() + device("d-x") + others + newly) if one.stratum == "A17"]
    assert found
    assert all(one.effect.estimate < 1e3 and one.facts["expected"] > 0 for one in found)
    assert all(one.located.day >= FIRST + timedelta(days=150) for one in found)
