# SPDX-License-Identifier: Apache-2.0
"""MaxSPRT: against published tables, against enumeration and simulation, and what it refuses."""

from __future__ import annotations

import csv
import json
from itertools import product

import numpy as np
import pytest

from nadzor.detect.stats.maxsprt_binomial import (
    Matched,
    binomial_critical_value,
    binomial_llr,
    binomial_performance,
)
from nadzor.detect.stats.maxsprt_poisson import (
    Design,
    equal_groups,
    poisson_critical_value,
    poisson_llr,
    poisson_performance,
)
from tests.shared import shared

CRITICAL = 2e-6


def test_poisson_critical_values_are_the_published_ones():
    """Kulldorff & Silva 2017, by horizon and minimum events; an empty cell has no critical value."""
    with shared("truth", "maxsprt_poisson_cv_M.csv").open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if float(row["T"]) <= 60 or row["T"] == "1000.0"]
    for row in rows:
        for least in ("M1", "M3", "M10"):
            design = Design(horizon=float(row["T"]), min_events=int(least[1:]))
            published = float(row[least]) if row[least] else None
            assert poisson_critical_value(design, 0.05) == pytest.approx(published, abs=CRITICAL)


def test_poisson_performance_is_that_of_the_help_page():
    """Power, time to signal and length of surveillance to all printed digits."""
    page = json.loads(shared("truth", "maxsprt_doc.json").read_text())
    design = Design(horizon=page["T"])
    limit = poisson_critical_value(design, page["alpha"])
    seen = poisson_performance(design, limit, rr=page["RR"])
    assert (limit, seen.power) == pytest.approx((page["cv"], page["power"]), abs=1e-6)
    assert seen.expected_signal_time == pytest.approx(page["ESignalTime"], abs=1e-6)
    assert seen.expected_sample_size == pytest.approx(page["ESampleSize"], abs=1e-6)


@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.001])
@pytest.mark.parametrize("more", [{}, {"min_events": 4}, {"delayed_start": 3.0}, {"groups": (4.0,) * 5}])
def test_the_limit_spends_alpha_and_no_more(alpha, more):
    """At the limit the chance of a false signal keeps alpha; just below it does not."""
    design = Design(horizon=20.0, **more)
    limit = poisson_critical_value(design, alpha)
    assert poisson_performance(design, limit, rr=1.0).power <= alpha * (1 + 1e-8)
    assert poisson_performance(design, limit - 1e-6, rr=1.0).power > alpha


@pytest.mark.parametrize(
    "design",
    [
        Design(horizon=6.0),
        Design(horizon=6.0, min_events=3),
        Design(horizon=6.0, min_events=2, delayed_start=2.5),
        Design(horizon=6.0, groups=(1.0, 2.0, 3.0), min_events=2),
    ],
    ids=("plain", "least", "delayed", "grouped"),
)
def test_performance_is_what_event_by_event_simulation_gives(design):
    """Power and mean length of surveillance, within four standard errors of simulated histories."""
    limit, rr = 1.9, 1.7
    seen = poisson_performance(design, limit, rr=rr)
    ends = np.array([_history(design, limit, rr, np.random.default_rng(run)) for run in range(3000)])
    signalled = ends < np.inf
    lived = np.minimum(ends, design.horizon)
    assert signalled.mean() == pytest.approx(seen.power, abs=4 * signalled.std() / np.sqrt(3000))
    assert lived.mean() == pytest.approx(seen.expected_sample_size, abs=4 * lived.std() / np.sqrt(3000))
    assert ends[signalled].mean() == pytest.approx(seen.expected_signal_time, rel=0.1)


def test_one_group_is_the_fixed_test():
    """A single look at the horizon rejects where a Poisson tail is at most alpha."""
    design = Design(horizon=10.0, groups=equal_groups(10.0, 1))
    limit = poisson_critical_value(design, 0.05)
    assert limit == pytest.approx(float(poisson_llr(np.array(15.0), np.array(10.0))))


def test_binomial_performance_is_that_of_the_help_page():
    """Performance.Binomial(N=30, M=1, cv=2, z=1, RR=2) of the package Sequential."""
    seen = binomial_performance(Matched(n=30, z=1.0), 2.0, rr=2.0)
    told = (seen.power, seen.expected_signal_time, seen.expected_sample_size)
    assert told == pytest.approx((0.658732, 10.7893, 17.3453), rel=1e-5)


@pytest.mark.parametrize(("z", "least"), [(1.0, 1), (0.5, 3), (3.0, 2)])
def test_binomial_limits_are_those_of_enumeration(z, least):
    """For eleven events, every history is walked: the limit is the smallest that keeps alpha."""
    design = Matched(n=11, z=z, min_events=least)
    found = binomial_critical_value(design, 0.1)
    ratios = np.unique(np.concatenate([binomial_llr(np.arange(n + 1.0), n, z) for n in np.arange(1.0, 12.0)]))
    kept = min(limit for limit in ratios if _enumerated(design, limit) <= 0.1)
    assert found.critical_value == pytest.approx(kept, abs=1e-9)
    assert found.attained_alpha == pytest.approx(_enumerated(design, kept))


def test_tests_that_can_never_signal_have_no_limit():
    """Where even the lowest limit spends less than alpha, or none can keep it, there is no number."""
    assert poisson_critical_value(Design(horizon=1.0, min_events=6), 0.05) is None
    assert binomial_critical_value(Matched(n=4, z=1.0), 0.05) is None
    assert binomial_critical_value(Matched(n=20, z=1.0, min_events=21), 0.05) is None


@pytest.mark.parametrize(
    "design",
    [
        Design(horizon=1e9),
        Design(horizon=float("nan")),
        Design(horizon=5.0, min_events=0),
        Design(horizon=5.0, delayed_start=6.0),
        Design(horizon=5.0, groups=(1.0, 2.0)),
        Design(horizon=5.0, groups=(6.0, -1.0)),
    ],
)
def test_impossible_poisson_tests_are_refused(design):
    """Absurd horizons, no events, late starts and groups that do not add up."""
    with pytest.raises(ValueError, match=r"horizon|event|group"):
        poisson_critical_value(design, 0.05)


@pytest.mark.parametrize(
    "design",
    [Matched(n=10**9, z=1.0), Matched(n=0, z=1.0), Matched(n=5, z=0.0), Matched(n=5, z=1.0, min_events=0)],
)
def test_impossible_binomial_tests_are_refused(design):
    """Absurd sizes, a ratio of zero and no events."""
    with pytest.raises(ValueError, match=r"events|ratio|event"):
        binomial_critical_value(design, 0.05)


def test_impossible_levels_risks_and_looks_are_refused():
    """An alpha of one, a relative risk of zero, and a million looks."""
    with pytest.raises(ValueError, match="alpha"):
        poisson_critical_value(Design(horizon=5.0), 1.0)
    with pytest.raises(ValueError, match="alpha"):
        binomial_critical_value(Matched(n=5, z=1.0), 0.0)
    with pytest.raises(ValueError, match="relative risk"):
        poisson_performance(Design(horizon=5.0), 3.0, rr=0.0)
    with pytest.raises(ValueError, match="relative risk"):
        binomial_performance(Matched(n=5, z=1.0), 3.0, rr=-1.0)
    assert poisson_performance(Design(horizon=5.0), 700.0, rr=900.0).power == pytest.approx(1.0)
    with pytest.raises(ValueError, match="looks"):
        equal_groups(5.0, 10**6)


def _history(design, limit, rr, rng):
    """When one simulated stream signals, looked at as the design says; infinity when it does not."""
    arrivals = np.sort(rng.uniform(0, design.horizon, rng.poisson(rr * design.horizon)))
    looks = np.cumsum(design.groups) if design.groups else np.append(arrivals, design.delayed_start)
    for look in np.sort(looks[looks >= design.delayed_start]):
        seen = np.count_nonzero(arrivals <= look)
        if look and seen >= design.min_events and poisson_llr(float(seen), look) > limit:
            return look
    return np.inf


def _enumerated(design, limit):
    """The chance of a false signal, summed over all histories."""
    share, total = 1.0 / (1.0 + design.z), 0.0
    for history in product((0, 1), repeat=design.n):
        cases, events = np.cumsum(history), np.arange(1.0, design.n + 1)
        ratios = binomial_llr(cases.astype(float), events, design.z)
        if ((ratios > limit + 1e-9) & (cases >= design.min_events)).any():
            total += share ** cases[-1] * (1 - share) ** (design.n - cases[-1])
    return total
