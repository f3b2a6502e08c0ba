# SPDX-License-Identifier: Apache-2.0
"""Site disparity: who is named, who is not, and what is said."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from nadzor.detect.context import Context
from nadzor.detect.series import Days
from nadzor.detect.site_disparity.detector import READS, detect, watch
from nadzor.measures.rollup import Row

FIRST = date(2031, 1, 6)
MEASURES = {
    "agreement": ("disagree", "agree"),
    "positives": ("positives", "decided"),
    "failures": ("failed", "studies"),
}


def site_rows(kind, shares, *, months=6, daily=40, seed=1, odd=None, device="d-1"):
    """Weekly counts of one device: a share for each site; `odd` gives a site another share in some months."""
    rng, (event, other) = np.random.default_rng(seed), MEASURES[kind]
    rows = []
    for i, share in enumerate(shares):
        for week in range(months * 4):
            day = FIRST + timedelta(days=7 * week)
            now = odd[1] if odd and odd[0] == i and day.month in odd[2] else share
            x, n = int(rng.binomial(7 * daily, now)), 7 * daily
            counts = {event: x, other: n - x if kind == "agreement" else n}
            rows += [
                Row(day, day, device, "1.0", site=f"s-{i}", measure=measure, n=count)
                for measure, count in counts.items()
            ]
    return rows


@pytest.mark.parametrize("kind", ["agreement", "positives", "failures"])
def test_a_site_far_from_the_others_is_named(kind):
    """One of eight sites has four times the share: it and nobody else is named, with its size."""
    (found, *rest) = detect(site_rows(kind, [0.05] * 7 + [0.3]))
    assert (found.kind, found.site, rest) == (f"disparity.{kind}", "s-7", [])
    assert found.first_day == date(2031, 3, 8)
    assert found.facts["sites_watched"] == 8
    assert found.effect.low <= found.effect.estimate <= found.effect.high
    assert 0.1 < found.effect.estimate < 0.3
    assert found.p_value <= found.threshold


def test_usual_differences_are_nobodys_fault():
    """Sites that differ as all sites do are not named."""
    rng = np.random.default_rng(4)
    rows = []
    for device in range(20):
        shares = 1.0 / (1.0 + np.exp(-(np.log(0.08 / 0.92) + rng.normal(0, 0.3, 6))))
        rows += site_rows("agreement", shares, months=4, seed=device, device=f"d-{device}")
    assert detect(rows) == []


def test_one_odd_month_is_no_disparity():
    """A site that was odd in March alone is not named, one that stays odd is."""
    shares = [0.05] * 8
    assert detect(site_rows("failures", shares, odd=(3, 0.3, (3,)))) == []
    (found,) = detect(site_rows("failures", shares, odd=(3, 0.3, range(3, 13))))
    assert (found.site, found.first_day) == ("s-3", date(2031, 5, 8))


def test_of_two_sites_neither_is_the_odd_one():
    """With two sites nobody can say which of them differs."""
    assert detect(site_rows("failures", [0.02, 0.3])) == []


def test_better_than_the_others_is_no_accusation():
    """A site with fewer failures or less disagreement is not named; fewer positives may be missed disease."""
    assert detect(site_rows("failures", [0.3] * 7 + [0.02])) == []
    assert [one.site for one in detect(site_rows("positives", [0.3] * 7 + [0.02]))] == ["s-7"]


def test_three_studies_a_day_are_enough_only_in_sum():
    """Cells below fifty studies are not looked at."""
    assert detect(site_rows("failures", [0.02] * 7 + [0.9], daily=0)) == []
    assert detect(site_rows("failures", [0.02] * 3 + [0.9], months=1, daily=1)) == []


def test_looks_follow_the_calendar():
    """A look that is not over yet says nothing."""
    days = Days(site_rows("failures", [0.05] * 7 + [0.3]), READS)
    assert watch(days, Context(after=date(2031, 3, 8))) == []
    assert [one.site for one in watch(days, Context(after=date(2031, 3, 9)))] == ["s-7"]
