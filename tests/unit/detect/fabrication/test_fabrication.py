# SPDX-License-Identifier: Apache-2.0
"""The traces of invented counts: each found where it is, and honest sites left alone."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from scipy.stats import poisson

from nadzor.detect.context import Declared
from nadzor.detect.fabrication.copies import surprise
from nadzor.detect.fabrication.detector import Params, detect
from nadzor.detect.fabrication.digits import BASES
from nadzor.detect.fabrication.ledger import SHARES, reset_sums
from nadzor.measures.rollup import Row

FIRST = date(2031, 1, 6)  # a Monday
WEEK = np.array((1.1, 1.1, 1.05, 1.05, 1.0, 0.35, 0.2))
ONSET = 150


def site(days=240, *, mean=25.0, seed=1, week=WEEK):
    """Studies, failures and positives of an honest site."""
    rng = np.random.default_rng(seed)
    studies = rng.poisson(mean * np.resize(week, days) * rng.gamma(44.4, 1 / 44.4, days))
    return np.stack([studies, rng.binomial(studies, 0.01), rng.binomial(studies, 0.08)])


def rows(post, counts):
    """Rows of one post."""
    device, name = post
    return [
        Row(day, day, device, "1.0", site=name, measure=measure, n=int(n))
        for measure, figures in zip(("studies", "failed", "positives"), counts, strict=True)
        for day, n in zip((FIRST + timedelta(days=i) for i in range(len(figures))), figures, strict=True)
        if n
    ]


def only(made):
    """The one finding of these rows."""
    (found,) = detect(made)
    assert (found.device, found.site) == ("d-1", "x-1")
    assert found.statistic >= found.threshold
    assert found.effect.low <= found.effect.estimate <= found.effect.high
    return found


@pytest.mark.parametrize("mean", [3.0, 10.0, 25.0, 200.0])
def test_honest_sites_leave_no_trace(mean):
    """Twenty honest sites of any size raise nothing in eight months."""
    assert detect([r for i in range(20) for r in rows((f"d-{i}", f"s-{i}"), site(mean=mean, seed=i))]) == []


@pytest.mark.parametrize("back", [7, 28])
def test_a_copied_week_is_found_before_it_ends(back):
    """Seven days equal to those of a week or of four weeks before are told within the week."""
    counts = site()
    counts[:, ONSET : ONSET + 7] = counts[:, ONSET - back : ONSET - back + 7]
    found = only(rows(("d-1", "x-1"), counts))
    assert found.kind == "fabrication.copied_week"
    assert found.facts["days_back"] == back
    assert found.located.day == FIRST + timedelta(days=ONSET)
    assert 4 <= (found.first_day - found.located.day).days <= 6


def test_a_site_that_repeats_itself_honestly_is_no_copy():
    """Ten booked places a day, nearly all taken, repeat often; what is usual there is taken off."""
    counts = np.zeros((3, 360))
    for seed in range(10):
        taken = np.random.default_rng(seed).binomial(10, 0.92, 360)
        counts[0] = taken * (np.arange(360) % 7 < 5)
        kinds = {one.kind for one in detect(rows(("d-1", "x-1"), counts))}
        assert "fabrication.copied_week" not in kinds


def test_a_week_of_another_site_is_found_with_its_source():
    """A site that sends another site's week is named, with the site it was taken from."""
    counts, source = site(seed=2), site(seed=3)
    counts[:, ONSET : ONSET + 7] = source[:, ONSET - 3 : ONSET + 4]
    made = rows(("d-1", "x-1"), counts) + rows(("d-2", "s-2"), source)
    found = only(made)
    assert (found.kind, found.facts["source_site"]) == ("fabrication.copied_site", "s-2")
    assert found.facts["copied_from"] == (FIRST + timedelta(days=ONSET - 3)).isoformat()


def test_two_devices_on_the_same_studies_are_no_copy():
    """Two devices of one clinic read the same studies: equal counts there mean nothing."""
    counts = site()
    assert detect(rows(("d-1", "x-1"), counts) + rows(("d-2", "x-1"), counts)) == []


def test_days_that_are_too_even_are_found():
    """A tenth of the usual variance shows within ten weeks, with its size."""
    counts = site()
    steady = 25.0 * np.resize(WEEK, 240)
    counts[0, ONSET:] = np.rint(steady + np.sqrt(0.1) * (counts[0] - steady))[ONSET:]
    found = only(rows(("d-1", "x-1"), counts))
    assert found.kind == "fabrication.too_regular"
    assert (found.first_day - FIRST).days - ONSET <= 70
    assert found.effect.high < 0.5


@pytest.mark.parametrize("base", [5, 10])
def test_round_counts_are_found_within_three_weeks(base):
    """Counts rounded to fives or tens, weekends too."""
    counts = site(mean=40.0)
    counts[0, ONSET:] = np.rint(counts[0, ONSET:] / base) * base
    found = only(rows(("d-1", "x-1"), counts))
    assert found.kind == "fabrication.round_numbers"
    assert (found.first_day - FIRST).days - ONSET <= 21
    assert found.effect.estimate > 0.85


def test_a_week_without_weekdays_is_found():
    """Invented days are all alike, Sunday like Monday."""
    counts = site()
    flat = site(seed=9, mean=20.0, week=np.ones(7))
    counts[:, ONSET:] = flat[:, ONSET:]
    found = only(rows(("d-1", "x-1"), counts))
    assert found.kind == "fabrication.flat_week"
    assert found.facts["usual_share"] < 0.15 < found.effect.low


def declared(events, factor=1.0, base=1):
    """Seven months of declared studies of a device."""
    told = []
    for month in range(1, 8):
        inside = [n for i, n in enumerate(events) if (FIRST + timedelta(days=i)).month == month]
        n = round(sum(inside) * factor / base) * base
        told.append(Declared(device="d-1", month=date(2031, month, 1), measure="studies", n=n))
    return tuple(told)


def test_declared_figures_that_agree_raise_nothing():
    """Figures within the tolerance are no finding; the first, half-seen month is not judged."""
    counts = site()
    params = Params(declared=declared(counts[0], factor=1.01))
    assert detect(rows(("d-1", "x-1"), counts), params=params) == []


def test_a_declared_figure_unlike_the_events_is_found_when_late_ones_are_in():
    """A tenth too many is told ten days after the month, and not before."""
    counts = site()
    params = Params(declared=declared(counts[0], factor=1.1)[1:2])
    (found,) = detect(rows(("d-1", "x-1"), counts), params=params)
    assert (found.kind, found.first_day) == ("fabrication.reconciliation", date(2031, 3, 10))
    early = Params(declared=params.declared, after=date(2031, 3, 10))
    assert detect(rows(("d-1", "x-1"), counts), params=early) == []


def test_round_declared_figures_are_told():
    """Ten figures in a row that end in 0 or 5 are not counted things."""
    counts = site()
    told = [
        Declared(device="d-1", month=date(2031, 2, 1), measure="visits", n=20 + 5 * i, site="x-1")
        for i in range(12)
    ]
    (found,) = detect(rows(("d-1", "x-1"), counts), params=Params(declared=told))
    assert (found.kind, found.facts["base"]) == ("fabrication.round_declared", BASES[0][0])


def test_surprise_is_the_poisson_chance_at_its_own_mean():
    """An independent library says the same, and no count at all is no surprise."""
    counts = np.array([0.0, 1.0, 7.0, 250.0])
    assert surprise(counts) == pytest.approx(-poisson.logpmf(counts, counts))


def test_reset_sums_are_cusums():
    """The running form equals the recursion."""
    score = np.random.default_rng(1).normal(-0.2, 1.0, (3, 200))
    slow, told = np.zeros(3), []
    for day in range(200):
        slow = np.maximum(0.0, slow + score[:, day])
        told.append(slow)
    assert reset_sums(score) == pytest.approx(np.array(told).T)


def test_the_shares_of_the_traces_are_the_whole_budget():
    """No trace spends what another has spent."""
    assert sum(SHARES.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(4))
def test_work_that_doubles_in_a_day_does_not_make_the_days_after_it_look_invented(seed):
    """The step makes its own half-year look wild; days that vary as before are not called too regular."""
    after = site(280, mean=80, seed=seed + 50, week=np.roll(WEEK, -(260 % 7)))
    counts = np.concatenate((site(260, mean=40, seed=seed), after), axis=1)
    assert [one.kind for one in detect(rows(("d-1", "x-1"), counts))] == []
