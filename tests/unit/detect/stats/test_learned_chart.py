# SPDX-License-Identifier: Apache-2.0
"""Learned charts: equal to slow code, limits that simulation gives again, silent where nothing is known."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from nadzor.detect.stats.learned_change import change, difference
from nadzor.detect.stats.learned_chart import (
    SKEW_MAX,
    Alarm,
    alarms,
    chart,
    learn,
    least_z,
    limits_of,
    passing,
    some,
    to_normal,
    window_statistic,
)
from nadzor.detect.stats.learned_limits import (
    CHANCES,
    LASTING,
    LIMITS,
    SHAPE,
    SHIFT,
    SLOW,
    SUDDEN,
    Design,
    chance_of,
    limit,
    shape_maxima,
    year_maxima,
)
from nadzor.detect.stats.learned_strata import Strata, in_logits, share_strata, without_shared

BASE, LENGTH = 90, 200
DESIGNS = (SUDDEN, LASTING, SHIFT, SLOW)


def shares(seed, *, streams=6, sites=2, share=0.1, length=LENGTH, daily=40, moved=None):
    """Strata of shares; `moved` is the share of the first stream from day 150 on."""
    rng = np.random.default_rng(seed)
    stream = np.repeat(np.arange(streams), sites)
    trials = rng.poisson(daily, (len(stream), length)).astype(float)
    p = np.full(trials.shape, share)
    if moved is not None:
        p[stream == 0, 150:] = moved
    events = rng.binomial(trials.astype(int), p).astype(float)
    first = np.zeros(len(stream), np.int64)
    return share_strata(events, trials, stream=stream, window=(first, first + BASE))


def slow_z(strata, design, days, end):
    """The statistic of stream 0 at the end of a day, by weighted least squares written out."""
    number = variance = 0.0
    for row in np.flatnonzero(strata.stream == 0):
        y, n = strata.total[row, :end], strata.count[row, :end]
        w, g = n / strata.spread[row], np.zeros(end)
        start = max(0, end - days)
        g[start:] = 1.0 if design.shape == "step" else np.arange(1, end - start + 1)
        mean_g, mean_y = (g * w).sum() / w.sum(), (y / strata.spread[row]).sum() / w.sum()
        number += ((g - mean_g) * w * (y / n - mean_y)).sum()
        variance += ((g - mean_g) ** 2 * w).sum()
    return number / sqrt(variance)


@pytest.mark.parametrize(("design", "days"), [(LASTING, 7), (LASTING, 90), (SLOW, 84), (SLOW, 126)], ids=str)
def test_the_statistic_is_that_of_weighted_least_squares(design, days):
    """Cumulated sums give what a regression on each day would."""
    strata = shares(3)
    learned = learn(strata, extra=False)
    z, _ = window_statistic(learned, design, days)
    scale = learned.scale[0, learned.begin :]
    for end in (91, 120, 200):
        expected = slow_z(strata, design, days, end) * scale[end - 1 - learned.begin]
        assert z[0, end - 1 - learned.begin] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_limits_are_what_simulation_gives_again(design):
    """Fewer paths of another seed pass the tabulated limits as often as stated."""
    maxima = year_maxima(design, paths=4000, seed=77)
    for chance, h in zip(CHANCES[:4], LIMITS[design.name], strict=False):
        assert (maxima > h).mean() == pytest.approx(chance, abs=4.0 * sqrt(chance / 4000) + 1e-3)


def test_limits_of_shapes_are_what_simulation_gives_again():
    """Another seed's distances pass the tabulated limits as often as stated."""
    maxima = shape_maxima(paths=4000, seed=78)
    for chance, h in zip(CHANCES[:4], LIMITS["shape"], strict=False):
        assert (maxima > h).mean() == pytest.approx(chance, abs=4.0 * sqrt(chance / 4000) + 1e-3)


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_limits_rise_as_chances_fall(design):
    """A rarer alarm needs a higher limit, beyond the table, too, and the chance comes back."""
    chances = [0.1, 0.03, 0.01, 0.004, 1e-3, 1e-4, 1e-5, 1e-6]
    told = [limit(design, one) for one in chances]
    assert told == sorted(told)
    assert [chance_of(design, h) for h in told] == pytest.approx(chances, rel=1e-9)


@pytest.mark.parametrize("chance", [0.0, 0.2, -1.0])
def test_no_limit_is_made_up(chance):
    """Chances outside the table's range are refused."""
    with pytest.raises(ValueError, match="tabulated"):
        limit(SLOW, chance)


def test_a_quiet_stream_passes_as_often_as_stated():
    """On quiet shares the maximum of a year passes the limit about as often as the limit says."""
    passed = 0
    for seed in range(3):
        learned = learn(shares(seed, streams=200, sites=1, length=BASE + 365))
        passed += len(passing(learned, SLOW, np.full(200, limit(SLOW, 0.05))))
    assert 10 <= passed <= 55  # two sides of 0.05 in 600 years: 60 less those that passed both ways or skewed


def test_screening_finds_what_the_whole_chart_finds():
    """The streams found cheaply are those whose chart passes."""
    learned = learn(shares(5, moved=0.2))
    limits = np.full(learned.streams, 3.0)
    both = np.maximum(chart(learned, SHIFT).z, chart(learned, SHIFT, side=-1).z)
    assert passing(learned, SHIFT, limits).tolist() == np.flatnonzero((both > 3.0).any(axis=1)).tolist()


def test_steps_need_no_moments_in_time():
    """A chart of steps says the same whether slopes were prepared for or not."""
    whole, steps = learn(shares(5, moved=0.2)), learn(shares(5, moved=0.2), slopes=False)
    assert np.array_equal(chart(whole, SHIFT).z, chart(steps, SHIFT).z)
    assert not steps.weight[1].any()


def test_some_streams_alone_say_the_same():
    """A stream's chart does not depend on what else is looked at."""
    learned = learn(shares(6))
    few = some(learned, np.array([1, 4]))
    assert np.array_equal(chart(few, SLOW).z, chart(learned, SLOW).z[[1, 4]])


def test_a_shift_is_found_located_and_measured():
    """A share that doubles is found within days, located at its day, with an effect near the truth."""
    learned = learn(shares(7, share=0.1, moved=0.2, daily=60))
    seen = alarms(chart(learned, SHIFT), limits_of(SHIFT, np.full(6, 0.005)))
    assert [one.stream for one in seen] == [0]
    told = change(learned, SHIFT, seen[0])
    assert seen[0].column < 158
    assert told.low <= 150 <= told.high
    assert told.effect == pytest.approx(0.1, abs=3.0 * told.error)
    assert difference(learned, SHIFT, seen[0], onset=told.onset)[0] == pytest.approx(told.effect)


def test_a_new_stratum_moves_nothing():
    """A site that joins with quite another share is no change of the device."""
    rng = np.random.default_rng(8)
    trials = rng.poisson(40, (2, 300)).astype(float)
    trials[1, :120] = 0.0
    events = rng.binomial(trials.astype(int), [[0.08], [0.3]]).astype(float)
    first = np.array([0, 120])
    strata = share_strata(events, trials, stream=np.zeros(2, np.int64), window=(first, first + BASE))
    assert len(passing(learn(strata), SHIFT, np.array([limit(SHIFT, 0.005)]))) == 0


def test_what_all_do_is_nobodys():
    """A season of all streams passes no limit once it is taken off, and passes many before."""
    rng = np.random.default_rng(9)
    trials = rng.poisson(200, (30, 365)).astype(float)
    season = 0.1 * (1.0 + 0.3 * np.sin(np.arange(365) / 58.0))
    events = rng.binomial(trials.astype(int), season).astype(float)
    first = np.zeros(30, np.int64)
    strata = in_logits(share_strata(events, trials, stream=np.arange(30), window=(first, first + BASE)))
    limits = np.full(30, limit(SHIFT, 0.005))
    assert len(passing(learn(strata), SHIFT, limits)) > 20
    assert len(passing(learn(without_shared(strata)), SHIFT, limits)) <= 2


def test_too_few_say_nothing_of_all():
    """With fewer than twelve streams nothing is taken off."""
    strata = shares(10, streams=11)
    assert without_shared(strata) is strata


def test_over_dispersion_is_learned():
    """Days that differ more than their counts explain raise phi, and phi is never below 1."""
    rng = np.random.default_rng(11)
    trials = np.full((2, LENGTH), 400.0)
    p = np.stack((np.full(LENGTH, 0.1), np.clip(rng.normal(0.1, 0.03, LENGTH), 0.01, 0.3)))
    events = rng.binomial(trials.astype(int), p).astype(float)
    first = np.zeros(2, np.int64)
    phi = learn(share_strata(events, trials, stream=np.arange(2), window=(first, first + BASE))).phi
    assert 1.0 <= phi[0] < 1.4
    assert phi[1] > 2.0


def test_a_stream_speaks_once_until_it_is_calm():
    """An alarm is not repeated while the chart stays high, and comes again after calm."""
    seen = chart(learn(shares(12)), SHIFT)
    z = np.full((1, 8), 0.0)
    z[0, [1, 2, 5]] = 9.0
    told = alarms(type(seen)(z, np.ones((1, 8), np.int64)), np.array([4.0]))
    assert told == [Alarm(1, 0, 1, 9.0, 4.0), Alarm(5, 0, 1, 9.0, 4.0)]


def test_least_z_is_a_true_bound():
    """No skewness brings anything below the bound above its limit."""
    limits = np.array([2.5, 4.0, 7.0])
    bound = least_z(limits)
    worst = to_normal(bound, np.full(3, -SKEW_MAX))
    assert np.all(bound < limits)
    assert worst == pytest.approx(limits, abs=1e-6)


@pytest.mark.parametrize("value", [0.0, 1.0], ids=["never", "always"])
def test_what_never_or_always_happens_is_no_alarm(value):
    """Shares of exactly 0 or 1 give no alarm, no warning and no numbers that are none."""
    trials = np.full((3, LENGTH), 20.0)
    first = np.zeros(3, np.int64)
    strata = share_strata(trials * value, trials, stream=np.arange(3), window=(first, first + BASE))
    seen = chart(learn(strata), LASTING)
    assert not np.isnan(seen.z).any()
    assert (seen.z < 3.0).all()


def test_nothing_gives_nothing():
    """Without strata, days or observations there is no alarm."""
    empty = np.zeros((0, 0))
    none = np.zeros(0, np.int64)
    assert (
        len(passing(learn(share_strata(empty, empty, stream=none, window=(none, none))), SLOW, np.zeros(0)))
        == 0
    )
    zeros = np.zeros((2, LENGTH))
    first = np.zeros(2, np.int64)
    learned = learn(share_strata(zeros, zeros, stream=np.arange(2), window=(first, first + BASE)))
    assert passing(learned, SLOW, np.full(2, 2.0)).tolist() == []


def test_a_mean_needs_no_share():
    """Values that are no shares are watched by their own variance."""
    rng = np.random.default_rng(13)
    count = np.full((1, LENGTH), 25.0)
    total = rng.normal(0.5, sqrt(1 / 12), (LENGTH, 25)).sum(axis=1)[None]
    total[0, 150:] += 25 * 0.15
    one = np.zeros(1, np.int64)
    strata = Strata(
        total=total, count=count, spread=np.array([1 / 12]), skew=np.zeros(1), stream=one, first=one,
        after=one + BASE,
    )  # fmt: skip
    told = alarms(chart(learn(strata), SHIFT), limits_of(SHIFT, np.array([0.005])))
    assert 150 <= told[0].column < 158


def test_tolerance_silences_what_is_too_small():
    """A shift below the tolerance is none, however sure it is."""
    learned = learn(shares(14, share=0.1, moved=0.13, daily=2000))
    assert chart(learned, SHIFT).z[0].max() > 6.0
    assert chart(learned, SHIFT, tolerance=0.06).z[0].max() < 6.0


def test_a_design_is_named_in_the_table():
    """Every design has its limits."""
    assert {design.name for design in (*DESIGNS, SHAPE)} == set(LIMITS)
    assert all(isinstance(design, Design) for design in DESIGNS)
