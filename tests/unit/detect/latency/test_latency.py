# SPDX-License-Identifier: Apache-2.0
"""Slower processing: the edge chosen from the baseline, what is told of it, and what is not."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from nadzor.detect.latency.detector import READS, chosen_edges, detect
from nadzor.detect.learned import tabulate
from nadzor.detect.moved_share import Params
from nadzor.detect.series import Days
from nadzor.detect.window import Window
from nadzor.measures.catalogue import catalogue
from nadzor.measures.rollup import Row

FIRST = date(2031, 1, 6)
CHANGE = 150
EDGES = np.array(catalogue().edges("duration"))


def rows(device, medians, *, site="s-1", seed=1, studies=80):
    """Durations about a median of so many milliseconds a day, by the fixed bins."""
    rng = np.random.default_rng(seed)
    made = []
    for i, median in enumerate(medians):
        day = FIRST + timedelta(days=i)
        bins = np.searchsorted(EDGES, median * np.exp(rng.normal(0.0, 0.6, studies)), side="right")
        counts = np.bincount(bins).tolist()
        made += [
            Row(day, day, device, "1.0", site=site, measure="duration", bin=bin, n=n)
            for bin, n in enumerate(counts)
            if n
        ]
    return made


def slowed(factor=1.6, *, usual=4000.0, days=30):
    """A median that is multiplied on the day of change."""
    return [usual] * CHANGE + [usual * factor] * days


def test_a_slower_device_is_found_within_days():
    """Studies that take 1.6 times as long show within a week, and the change is dated."""
    (found,) = detect(rows("d-1", slowed()))
    change = FIRST + timedelta(days=CHANGE)
    assert change <= found.first_day <= change + timedelta(days=7)
    assert found.located.low <= change <= found.located.high
    assert found.effect.low > 0.05


@pytest.mark.parametrize(("median", "seconds"), [(200.0, 0.25), (4000.0, 5.0), (20_000.0, 30.0)])
def test_the_edge_is_the_one_that_a_fifth_exceeded(median, seconds):
    """Each device has the fixed edge beyond which its baseline's share is nearest to a fifth."""
    (found,) = detect(rows("d-1", slowed(usual=median)))
    assert found.facts["slower_than_s"] == seconds


def test_a_faster_device_is_no_finding():
    """Nobody is told that a device became faster."""
    assert detect(rows("d-1", slowed(0.5))) == []


def test_the_edge_rests_on_the_baseline_alone():
    """What comes after the first ninety days, or outside a registered window, moves no edge."""
    made = rows("d-1", slowed(8.0))
    days = Days.of(made, READS)
    table = tabulate(days, tuple(READS), by=("device", "site"))
    assert table is not None
    window = Window(FIRST + timedelta(days=CHANGE), FIRST + timedelta(days=CHANGE + 30))
    usual = chosen_edges(days, table, Params())
    assert EDGES[usual[0]] == 5000
    assert EDGES[chosen_edges(days, table, Params(registered={"d-1": window}))[0]] > 10_000


def test_a_device_that_is_always_in_one_bin_is_watched():
    """A device whose studies all took the same time has an edge all the same, and slowing is seen."""
    days = [FIRST + timedelta(days=i) for i in range(180)]
    made = [
        Row(day, day, "d-1", "1.0", site="s-1", measure="duration", bin=4 + (i >= CHANGE), n=80)
        for i, day in enumerate(days)
    ]
    assert [(one.first_day - FIRST).days for one in detect(made)] == [CHANGE]


def test_no_rows_and_rows_of_nothing_say_nothing():
    """Nothing in, nothing out; a day of negative counts alone is nothing."""
    alone = [Row(FIRST, FIRST, "d-1", "1.0", site="s-1", measure="duration", bin=3, n=-5)]
    assert detect([]) == [] == detect(alone)
