# SPDX-License-Identifier: Apache-2.0
"""Falls of volume: found, dated, measured, and not taken from silence, holidays or growth."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from nadzor.detect.under_reporting.charts import Charts, run_charts
from nadzor.detect.under_reporting.detector import Params, detect
from nadzor.detect.under_reporting.evidence import DAY_MAX, SHUT_MAX, day_scores
from nadzor.detect.under_reporting.limits import CALIBRATED, GRID, limits_of, power_of, yearly_rate
from nadzor.detect.window import Window
from nadzor.measures.rollup import Row, rows_digest

FIRST = date(2031, 1, 6)  # a Monday
WEEK = np.array((1.1, 1.1, 1.05, 1.05, 1.0, 0.35, 0.2))
ONSET = 200


def studies(days, *, mean=25.0, seed=1, share=1.0, since=ONSET):
    """Days of a site: its weekdays, its day's luck, and from a day on only a share."""
    rng = np.random.default_rng(seed)
    level = mean * np.resize(WEEK, days) * rng.gamma(44.4, 1 / 44.4, days)
    level[since:] *= share
    return rng.poisson(level).tolist()


def tiny(seed):
    """A year of a site with three studies a day."""
    return studies(365, mean=3.0, seed=300 + seed)


def rows(post, counts):
    """Rows of one post."""
    device, site = post
    days = [FIRST + timedelta(days=i) for i in range(len(counts))]
    return [
        Row(day, day, device, "1.0", site=site, measure="studies", n=n)
        for day, n in zip(days, counts, strict=True)
        if n
    ]


def nation(days=260, *, count=8):
    """Quiet devices with one site each."""
    return [row for i in range(count) for row in rows((f"q-{i}", f"s-{i}"), studies(days, seed=100 + i))]


def test_a_fall_is_found_within_a_fortnight_and_dated():
    """Six tenths of 25 a day: told within two weeks, with the true day and size inside their intervals."""
    made = [*nation(), *rows(("d-1", "x-1"), studies(260, share=0.6))]
    (found,) = detect(made)
    onset = FIRST + timedelta(days=ONSET)
    assert (found.kind, found.device, found.site) == ("under_reporting.site", "d-1", "x-1")
    assert 0 <= (found.first_day - onset).days <= 14
    assert found.located.low <= onset <= found.located.high
    assert found.effect.low < 0.6 < found.effect.high < 1.0
    assert found.statistic >= found.threshold
    mine = [row for row in made if row.device == "d-1" and row.day <= found.first_day]
    assert found.rows_hash == rows_digest(mine)


def test_a_fall_of_all_sites_is_the_devices():
    """Three small sites that fall together are one finding that names them, most first."""
    made = nation()
    for i, mean in enumerate((8.0, 12.0, 10.0)):
        made += rows(("d-1", f"x-{i}"), studies(260, mean=mean, seed=7 + i, share=0.5))
    (found,) = detect(made)
    assert (found.kind, found.site) == ("under_reporting.device", "")
    assert sorted(found.facts["sites"]) == ["x-0", "x-1", "x-2"]
    assert found.facts["sites_watched"] == 3


@pytest.mark.parametrize(("what", "share"), [("the same", 1.0), ("growth", 1.5), ("silence", 0.0)])
def test_these_are_no_falls(what, share):
    """Nothing, growth, and silence (which has a detector of its own) raise no finding here."""
    assert detect([*nation(), *rows(("d-1", "x-1"), studies(260, share=share))]) == [], what


def test_a_new_site_is_not_judged():
    """Fifty days are too few to say what is usual."""
    made = rows(("d-1", "x-1"), [*[0] * 180, *studies(80, share=0.5, since=50)])
    assert detect([*nation(), *made]) == []


def test_a_national_week_off_is_no_fall():
    """When everybody does half of the usual for two weeks, nobody under-reports."""
    made = []
    for i in range(12):
        counts = np.array(studies(260, seed=i))
        counts[200:214] = np.random.default_rng(i).binomial(counts[200:214], 0.55)
        made += rows((f"d-{i}", f"s-{i}"), counts.tolist())
    assert detect(made) == []


def test_holidays_that_the_calendar_knows_are_no_fall():
    """A device without peers is told by the calendar alone."""
    counts = np.array(studies(260))
    counts[200:208] = np.random.default_rng(3).binomial(counts[200:208], 0.1)
    holidays = frozenset(FIRST + timedelta(days=day) for day in range(200, 208))
    assert detect(rows(("d-1", "x-1"), counts.tolist()), params=Params(holidays=holidays)) == []


def test_a_registered_baseline_takes_the_place_of_what_was_learnt():
    """Measured against a busier window that a person registered, the same quiet days are a fall."""
    counts = [*studies(100, mean=40.0), *studies(200, mean=25.0, seed=2)]
    made = [*nation(300), *rows(("d-1", "x-1"), counts)]
    window = Window(FIRST, FIRST + timedelta(days=90))
    late = FIRST + timedelta(days=250)
    found = detect(made, params=Params(registered={"d-1": window}))
    assert [one.device for one in found] == ["d-1"]
    assert detect([row for row in made if row.device != "d-1"]) == []
    assert found[0].first_day < late


def test_three_studies_a_day_say_nothing_by_chance():
    """A tiny site without a fault raises nothing in a year."""
    made = [*nation(365), *(row for i in range(9) for row in rows((f"t-{i}", f"t-{i}"), tiny(i)))]
    assert [one for one in detect(made) if one.device.startswith("t-")] == []


def test_a_day_says_no_more_than_its_cap():
    """However few studies came, one day is one day; none at all is silence."""
    n = np.array([[0.0, 1.0, 10.0, 25.0, 40.0]])
    mean, k = np.full(n.shape, 25.0), np.full(n.shape, 0.02)
    score = day_scores(n, mean, k, 0.6)[0]
    assert score[0] == 0.0
    assert score[1] == SHUT_MAX
    assert 0 < score[2] <= DAY_MAX
    assert score[3] < 0 > score[4]


def test_limits_hold_their_rate_in_simulated_years():
    """Charts of a known level cross as often as computed before calibration, and not absurdly less."""
    rng = np.random.default_rng(5)
    mean, k, years, streams = 25.0 * WEEK, 0.0225, 20, 60
    power = power_of(mean[None], np.array([k]), np.array([0.0]), 0.6)
    budget = 0.5
    limit = limits_of(yearly_rate(power), np.array([budget]))
    days = years * 364
    level = np.resize(mean, days)
    counts = rng.poisson(level * rng.gamma(1 / k, k, (streams, days))).astype(float)
    score = day_scores(counts, np.broadcast_to(level, counts.shape), np.full(counts.shape, k), 0.6)
    charts = Charts((score,), np.full((1, streams, days), limit[0]), np.arange(streams), np.arange(streams))
    rate = len(run_charts(charts)) / (years * streams)
    assert budget / 4 < rate <= budget / CALIBRATED


def test_the_rate_falls_as_the_limit_grows():
    """A higher limit never costs more, and an uncertain level never costs less."""
    sure, unsure = (
        yearly_rate(power_of(np.full((1, 7), 10.0), np.array([0.02]), np.array([v]), 0.6))[0]
        for v in (0.0, 0.004)
    )
    assert (np.diff(sure) < 0).all()
    assert (np.diff(unsure) <= 0).all()
    assert (unsure >= sure).all()
    assert len(sure) == len(GRID)
