# SPDX-License-Identifier: Apache-2.0
"""A maker that plays against the rules: studies dated back, one score for all, trouble kept back."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import numpy as np
import pytest
from msgspec import structs
from scipy.stats import nbinom, poisson

from nadzor.detect.fabrication.detector import READS, Params, detect
from nadzor.detect.fabrication.one_number import EDGES_MIN
from nadzor.detect.fabrication.too_good import NEXT_TO_NONE, factor, prior_of
from nadzor.detect.finding import Finding
from nadzor.measures.rollup import Row
from nadzor.simulate.population import columns
from nadzor.simulate.scales import scales
from nadzor.simulate.world import Fault, World
from tests.battery import nations

FIRST = date(2031, 1, 6)
PLAYER = "d-011"  # a device of seven sites and some two hundred studies a day
LATER = nations.FIRST + timedelta(days=150)
WITHIN = {
    ("hidden_failures", nations.FIRST): ("fabrication.no_failures", 280),
    ("hidden_failures", LATER): ("fabrication.no_failures", 130),
    ("easy_only", nations.FIRST): ("fabrication.no_disagreement", 100),
    ("easy_only", LATER): ("fabrication.no_refusals", 130),
    ("constant_scores", nations.FIRST): ("fabrication.one_number", 14),
    ("constant_scores", LATER): ("fabrication.one_number", 35),
    ("dated_back", nations.FIRST): ("fabrication.dated_back", 70),
    ("dated_back", LATER): ("fabrication.dated_back", 28),
}
"""The trace of each game, and its days: when it is played from the first day on, or from a later one."""
SIZES = {"hidden_failures": 0.001, "dated_back": 0.15}


def said(world: World) -> list[Finding]:
    """What the detector says of a nation whose scales are registered."""
    params = Params(after=world.after, holidays=world.holidays, bins=scales(world))
    return detect(nations.days(columns(world, wanted=READS), "fabrication"), params=params)


@pytest.mark.parametrize(("kind", "first"), WITHIN, ids=str)
def test_each_game_is_told_of_its_player_alone(kind, first):
    """Within its days the game leaves its own trace, and no other device leaves any."""
    trace, within = WITHIN[kind, first]
    fault = Fault(kind=kind, device=PLAYER, first=first, days=400, size=SIZES.get(kind, 1.0))
    found = said(nations.world(21, 24, fault))
    assert {one.device for one in found} == {PLAYER}
    days = [(one.first_day - first).days for one in found if one.kind == trace]
    assert days and 0 < min(days) <= within


@pytest.mark.parametrize("seed", [3])
def test_honest_nations_leave_none_of_these_traces(seed):
    """A hundred and twenty honest devices, late and revised studies among them, are not told."""
    world = nations.world(seed, 120)
    habits = structs.replace(world.habits, late=0.05, late_days=20, revised=0.05)
    assert said(structs.replace(world, habits=habits)) == []


def test_a_workstation_that_was_cut_off_dates_nothing_back():
    """Three weeks of one workstation, sent in two days when its line is back, are late and no habit."""
    told = list(_site(200))
    back = FIRST + timedelta(days=121)
    told += [_studies(FIRST + timedelta(days=80 + i), back + timedelta(days=i % 2), 12) for i in range(22)]
    assert detect(told) == []


def test_studies_of_days_that_were_never_told_are_late():
    """What comes a month after days on which nothing came is a mended outage."""
    told = [row for row in _site(200) if not 80 <= (row.day - FIRST).days < 110]
    known = FIRST + timedelta(days=111)
    told += [_studies(FIRST + timedelta(days=80 + i), known + timedelta(days=i), 20) for i in range(30)]
    assert [one for one in detect(told) if one.kind == "fabrication.dated_back"] == []


def test_a_coarse_scale_may_say_one_thing():
    """A device of few steps, all of whose scores are the lowest, is left alone; one of many is not."""
    scores = partial(Row, dimension="equipment", stratum="ge", measure="scores", finding="f", bin=0, n=40)
    rows = [scores(day, day, "d-1", "1.0") for day in (FIRST + timedelta(days=i) for i in range(60))]
    rows += _site(60)
    fine, coarse = ({("d-1", "f"): list(range(10, 10 + edges))} for edges in (EDGES_MIN, EDGES_MIN - 1))
    assert detect(rows, params=Params(bins=coarse)) == []
    (found,) = detect(rows, params=Params(bins=fine))
    assert (found.kind, found.finding, found.facts["scores"]) == ("fabrication.one_number", "f", 280)
    assert found.first_day.isoweekday() == 7


@pytest.mark.parametrize(("events", "due", "shape"), [(0, 150.0, 2.0), (3, 80.0, 0.7), (12, 400.0, 8.0)])
def test_the_factor_is_the_ratio_of_two_likelihoods(events, due, shape):
    """Poisson counts under the gamma law are negative binomial; the alternatives are Poisson."""
    usual = nbinom.pmf(events, shape, shape / (shape + due))
    few = np.mean([poisson.pmf(events, part * due) for part in NEXT_TO_NONE])
    assert factor(events, due, shape) == pytest.approx(np.log(few / usual), rel=1e-9)


def test_the_prior_is_that_of_the_others():
    """Shares drawn from a gamma law give back its mean and, within the limits, its shape."""
    rng = np.random.default_rng(7)
    trials = rng.integers(5_000, 50_000, 4000).astype(float)
    mean, shape = prior_of(rng.poisson(trials * rng.gamma(1.2, 0.01 / 1.2, 4000)).astype(float), trials)
    assert mean == pytest.approx(0.01, rel=0.05) and shape == pytest.approx(1.2, rel=0.15)
    assert prior_of(np.full(20, 50.0), np.full(20, 5000.0)) == (0.01, 2.0)


def test_a_good_device_among_a_few_is_not_accused():
    """With a dozen devices nothing is known of what is usual."""
    assert said(nations.world(21, 12, Fault(kind="easy_only", device=PLAYER, first=FIRST, days=400))) == []


def _site(days: int) -> list[Row]:
    """An honest site told on the day."""
    rng = np.random.default_rng(2)
    week = np.resize((1.1, 1.1, 1.05, 1.05, 1.0, 0.35, 0.2), days)
    told = rng.poisson(25.0 * week * rng.gamma(44.4, 1 / 44.4, days)).tolist()
    dates = [FIRST + timedelta(days=i) for i in range(days)]
    return [_studies(day, day, n) for day, n in zip(dates, told, strict=True) if n]


def _studies(day: date, known: date, n: int) -> Row:
    return Row(day, known, "d-1", "1.0", site="s", measure="studies", n=n)
