# SPDX-License-Identifier: Apache-2.0
"""Rises of the failure rate: at a version, at a site, and their sizes."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from nadzor.detect.failure_cusum.detector import READS, Params, detect, smallest_detectable_rise
from nadzor.detect.failure_cusum.expectation import expect
from nadzor.detect.series import Days, Panel
from nadzor.detect.window import Window
from nadzor.measures.rollup import Row, rows_digest

FIRST = date(2031, 1, 6)


def rows(post, rates, *, versions=None, studies=100, seed=1):
    """Studies and failures of one post, day by day, at the given rates and versions."""
    device, site = post
    rng = np.random.default_rng(seed)
    made = []
    for i, rate in enumerate(rates):
        day, version = FIRST + timedelta(days=i), versions[i] if versions else "1.0"
        made.append(Row(day, day, device, version, site=site, measure="studies", n=studies))
        if failed := int(rng.binomial(studies, rate)):
            made.append(Row(day, day, device, version, site=site, measure="failed", n=failed))
    return made


def test_a_rise_is_found_located_and_measured():
    """A rate that triples is told within days, dated within days, and the interval holds the ratio."""
    (found,) = detect(rows(("d-1", "s-1"), [0.02] * 150 + [0.06] * 60))
    change = FIRST + timedelta(days=150)
    assert change <= found.first_day <= change + timedelta(days=7)
    assert abs((found.located.day - change).days) <= 3
    assert found.located.low <= found.located.day <= found.located.high
    assert found.effect.low <= 3.0 <= found.effect.high
    assert found.statistic > found.threshold
    assert (found.stratum, found.version, found.facts["released_then"]) == ("version", "1.0", "")


def test_the_digest_is_that_of_the_rows_read():
    """The rows of the device up to the day of the finding, and those of its baseline window."""
    made = rows(("d-1", "s-1"), [0.02] * 150 + [0.08] * 30)
    (found,) = detect(made + rows(("d-2", "s-1"), [0.02] * 180))
    assert found.rows_hash == rows_digest([row for row in made if row.day <= found.first_day])
    window = [row for row in made if row.day < found.baseline.after]
    assert (found.baseline.hash, found.baseline.first) == (rows_digest(window), FIRST)
    assert found.baseline.events == sum(row.n for row in window if row.measure == "failed")


def test_a_release_that_brings_failures_is_named():
    """When the rate rises with the new version, the finding names it."""
    versions = ["1.0"] * 150 + ["1.1"] * 60
    (found,) = detect(rows(("d-1", "s-1"), [0.02] * 150 + [0.06] * 60, versions=versions))
    assert (found.version, found.facts["released_then"]) == ("1.1", "1.1")


def test_a_rise_long_after_a_release_is_not_its_fault():
    """When the rate rises two months after the release, the release is not named."""
    versions = ["1.0"] * 100 + ["1.1"] * 140
    (found,) = detect(rows(("d-1", "s-1"), [0.02] * 170 + [0.08] * 70, versions=versions))
    assert (found.version, found.facts["released_then"]) == ("1.1", "")


def test_a_fall_is_no_finding():
    """Fewer failures than before are not reported here."""
    assert detect(rows(("d-1", "s-1"), [0.05] * 120 + [0.005] * 120)) == []


def test_an_episode_is_told_once():
    """A lasting rise is one finding; after a return to the usual a second rise is a second one."""
    rates = [0.02] * 120 + [0.10] * 40 + [0.02] * 150 + [0.10] * 40
    found = detect(rows(("d-1", "s-1"), rates))
    assert [(one.first_day - FIRST).days // 100 for one in found] == [1, 3]


def test_one_site_of_two_is_named():
    """A rise at one site is told of that site."""
    made = rows(("d-1", "s-1"), [0.02] * 250) + rows(("d-1", "s-2"), [0.02] * 150 + [0.07] * 100, seed=2)
    assert "s-2" in {one.site for one in detect(made)}
    assert "s-1" not in {one.site for one in detect(made)}


def test_a_registered_window_replaces_the_first_days():
    """With a registered baseline the fault may lie in the first ninety days."""
    made = rows(("d-1", "s-1"), [0.08] * 60 + [0.02] * 100 + [0.08] * 40)
    window = Window(FIRST + timedelta(days=60), FIRST + timedelta(days=160))
    assert detect(made) == []
    (found,) = detect(made, params=Params(registered={"d-1": window}))
    assert (found.baseline.first, found.baseline.after) == (window.first, window.after)
    assert (found.first_day - FIRST).days >= 160


def test_over_dispersion_is_measured_and_divided_out():
    """Days that vary thrice as much as Poisson raise phi, and bursts of the usual kind no alarm."""
    rng = np.random.default_rng(5)
    quiet = [float(rate) for rate in rng.gamma(2.0, 0.02, 300)]
    found = detect(rows(("d-1", "s-1"), quiet))
    assert found == []
    (rise,) = detect(rows(("d-1", "s-1"), quiet[:150] + [4 * rate for rate in quiet[150:200]]))
    assert rise.over_dispersion > 1.8


def test_a_device_without_failures_in_its_baseline_is_watched():
    """Zero failures in ninety days are not a rate of zero: many failures still show."""
    (found,) = detect(rows(("d-1", "s-1"), [0.0] * 120 + [0.10] * 20))
    assert found.baseline.events == 0
    assert found.effect.low > 1.0


def test_a_site_that_joined_later_borrows_the_devices_rate():
    """A site without a baseline of its own is expected to fail as the device does."""
    late = [
        row for row in rows(("d-1", "s-3"), [0.5] * 200, seed=4) if row.day >= FIRST + timedelta(days=140)
    ]
    made = rows(("d-1", "s-1"), [0.02] * 200) + rows(("d-1", "s-2"), [0.02] * 200, seed=2) + late
    assert detect(made)[0].first_day == FIRST + timedelta(days=140)


@pytest.mark.parametrize(("daily", "baseline"), [(5.0, 450.0), (0.5, 45.0), (0.1, 9.0)])
def test_the_smallest_rise_grows_as_volume_falls(daily, baseline):
    """The rarer failures are, the larger the rise that 90 days can show."""
    rise = smallest_detectable_rise(failures_per_day=daily, baseline_events=baseline)
    larger = smallest_detectable_rise(failures_per_day=daily / 2, baseline_events=baseline / 2)
    assert 1.0 < rise < (larger or np.inf)


def test_where_nothing_can_be_shown_nothing_is_claimed():
    """A device that fails once in ten years shows no rise within 90 days."""
    assert smallest_detectable_rise(failures_per_day=0.0003, baseline_events=0.03) is None


def test_failures_without_studies_are_nothing():
    """A day with more failures than studies is a half-made correction, not a rise."""
    made = rows(("d-1", "s-1"), [0.02] * 150)
    day = FIRST + timedelta(days=149)
    made.append(Row(day, day, "d-1", "9.9", site="s-1", measure="failed", n=500))
    made.append(Row(day, day, "d-1", "1.0", site="s-1", measure="studies", n=-500))
    assert detect(made) == []


def test_a_site_that_opens_later_is_expected_to_be_as_busy_as_the_others():
    """A limit for a site without a past rests on its sisters' volume, not on none at all."""
    first = date(2031, 1, 6)
    rows = [
        Row(first + timedelta(days=i), first, "d-1", "1.0", site=site, measure=measure, n=n)
        for site, start in (("s-1", 0), ("s-2", 0), ("s-3", 100))
        for i in range(start, 130)
        for measure, n in (("studies", 40), ("failed", int(i % 5 == 0)))
        if n
    ]
    panel = Panel(Days(rows, READS), by=("device", "version", "site"), measures=("studies", "failed"))
    told = expect(panel, baseline_days=90, registered={})
    assert told.sites.tolist() == [2]
    assert told.site_exposure[2] == pytest.approx(told.site_exposure[:2].mean(), rel=0.25)
