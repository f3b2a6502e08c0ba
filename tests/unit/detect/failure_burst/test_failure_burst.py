# SPDX-License-Identifier: Apache-2.0
"""Bursts of failures: found once, measured against the device's own days, and not taken from mere chance."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from scipy.stats import nbinom

from nadzor.detect.failure_burst.detector import BUDGET, LOOKS_A_YEAR, Params, detect
from nadzor.detect.window import Window
from nadzor.measures.rollup import Row, rows_digest

FIRST = date(2031, 1, 6)


def rows(post, failed, *, studies=100, version="1.0"):
    """Studies and failures of one post, day by day."""
    device, site = post
    made = []
    for i, n in enumerate(failed):
        day = FIRST + timedelta(days=i)
        made.append(Row(day, day, device, version, site=site, measure="studies", n=studies))
        if n:
            made.append(Row(day, day, device, version, site=site, measure="failed", n=n))
    return made


def usual(days, *, seed=1, mean=1.0):
    """Failures of quiet days."""
    return np.random.default_rng(seed).poisson(mean, days).tolist()


def burst(days=200, *, at=150, size=6, length=3, seed=1):
    """Quiet days with so many failures on each of some days."""
    failed = usual(days, seed=seed)
    failed[at : at + length] = [size] * length
    return failed


def test_three_days_of_failures_are_told_once():
    """One finding within the burst, dated inside it, and none when it is over."""
    (found,) = detect(rows(("d-1", "s-1"), burst()))
    day = (found.first_day - FIRST).days
    assert 150 <= day <= 152
    assert found.located.high == found.first_day
    assert 1.0 < found.effect.low <= found.effect.estimate <= found.effect.high


def test_the_chance_can_be_recomputed():
    """With one failure on nearly every day, the p-value is that of a Poisson count mixed over the rate."""
    (found,) = detect(rows(("d-1", "s-1"), [1] * 150 + [12] + [1] * 20))
    shape = 90 + 0.5
    size, mean = shape, found.facts["expected"]
    assert found.over_dispersion == 1.0 and found.facts["observed"] == 12.0
    assert found.p_value == pytest.approx(nbinom.sf(11, size, size / (size + mean)), rel=1e-6)
    assert found.p_value <= BUDGET / LOOKS_A_YEAR
    assert found.statistic == pytest.approx(-np.log(found.p_value))


@pytest.mark.parametrize(("size", "told"), [(2, False), (3, False), (8, True)])
def test_a_failure_more_than_usual_is_no_burst(size, told):
    """Two or three failures where one is usual happen; eight on a day do not."""
    assert bool(detect(rows(("d-1", "s-1"), [1] * 150 + [size] + [1] * 30))) is told


def test_a_second_burst_a_month_later_is_a_second_finding():
    """What comes again after quiet days is told again."""
    failed = burst(260)
    failed[200:203] = [6, 6, 6]
    assert [(one.first_day - FIRST).days // 50 for one in detect(rows(("d-1", "s-1"), failed))] == [3, 4]


def test_one_site_of_several_is_named_only_when_the_device_is_not():
    """A burst at one of three sites that the device as a whole shows, too, is one finding with that site."""
    quiet = rows(("d-1", "s-1"), usual(200, seed=2)) + rows(("d-1", "s-2"), usual(200, seed=3))
    (found,) = detect(quiet + rows(("d-1", "s-3"), burst(size=12, seed=4)))
    assert (found.site, found.facts["sites"][0], found.facts["sites_watched"]) == ("", "s-3", 3)


def test_a_device_without_baseline_failures_is_watched():
    """No failure in ninety days is not a rate of zero, and not a reason to keep silent."""
    (found,) = detect(rows(("d-1", "s-1"), [0] * 150 + [9] + [0] * 20))
    assert found.baseline.events == 0 and found.effect.low > 1.0


def test_what_varies_much_is_judged_by_how_it_varies():
    """Where failures always come in heaps, one more heap is nothing."""
    rng = np.random.default_rng(5)
    heaps = (rng.random(200) < 0.15) * rng.poisson(7.0, 200)
    heaps[150] = 9
    assert detect(rows(("d-1", "s-1"), heaps.tolist())) == []


def test_a_registered_window_and_the_digest_of_rows():
    """With a registered baseline the first days are not what counts; rows up to the day are sealed."""
    failed = [6] * 60 + usual(100) + [8, 8, 8] + usual(20, seed=9)
    made = rows(("d-1", "s-1"), failed)
    window = Window(FIRST + timedelta(days=60), FIRST + timedelta(days=160))
    (found,) = detect(made, params=Params(registered={"d-1": window}, journal_size=3))
    assert (found.baseline.first, found.journal_size) == (window.first, 3)
    assert found.rows_hash == rows_digest([row for row in made if row.day <= found.first_day])


def test_impossible_counts_are_nothing():
    """Negative studies and failures without studies say nothing."""
    made = rows(("d-1", "s-1"), usual(150))
    day = FIRST + timedelta(days=149)
    made.append(Row(day, day, "d-1", "9.9", site="s-1", measure="failed", n=50))
    made.append(Row(day, day, "d-1", "1.0", site="s-1", measure="studies", n=-500))
    assert detect(made) == [] == detect([])
