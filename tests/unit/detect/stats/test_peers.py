# SPDX-License-Identifier: Apache-2.0
"""Shares against those of peers: heterogeneity is learned, oddness named, small numbers shrunk."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, norm

from nadzor.detect.stats.peers import (
    against_peers,
    heterogeneity,
    moved,
    named,
    shrunk_gap,
    standardised,
    upper_tail,
    usual_spread,
)


def nation(*, spread, seed=3, groups=400, size=5, trials=2000):
    """Groups of units whose log odds differ by this standard deviation around 10 %."""
    rng = np.random.default_rng(seed)
    odds = np.log(0.1 / 0.9) + rng.normal(0.0, spread, groups * size)
    events = rng.binomial(trials, 1.0 / (1.0 + np.exp(-odds))).astype(float)[:, None]
    return events, np.full(events.shape, float(trials)), np.repeat(np.arange(groups), size)


@pytest.mark.parametrize("spread", [0.0, 0.15, 0.4])
def test_the_usual_spread_is_learned(spread):
    """From many groups the variance between units comes back, zero included."""
    learned, _ = usual_spread(against_peers(*nation(spread=spread), least=50), prior=spread**2)
    assert learned[0] == pytest.approx(spread**2, rel=0.12, abs=0.0012)


def test_standardised_deviations_have_unit_variance():
    """With the learned spread, deviations of ordinary units are those of a standard normal."""
    peers = against_peers(*nation(spread=0.3), least=50)
    spread, _ = usual_spread(peers, prior=0.09)
    z = standardised(peers, spread)
    assert np.std(z) == pytest.approx(1.0, abs=0.06)
    assert np.mean(np.abs(z) > 1.96) == pytest.approx(0.05, abs=0.02)


def test_one_odd_unit_does_not_widen_the_funnel_for_itself():
    """A single outlier barely moves what is usual, and is named."""
    events, trials, group = nation(spread=0.15)
    before, _ = usual_spread(against_peers(events, trials, group, least=50), prior=0.0225)
    events[7] = 900.0
    peers = against_peers(events, trials, group, least=50)
    spread, freedom = usual_spread(peers, prior=0.0225)
    p = upper_tail(standardised(peers, spread), freedom)
    assert spread[0] == pytest.approx(before[0], rel=0.02)
    assert np.flatnonzero(named(p, group, peers.usable, q=np.full(p.shape, 1e-4))[:, 0]).tolist() == [7]


def test_the_deviance_is_the_likelihood_ratio_of_two_shares():
    """Against a slow computation of the two-sample likelihood ratio."""
    events, trials = np.array([[30.0], [90.0]]), np.array([[200.0], [1000.0]])
    peers = against_peers(events, trials, np.array([0, 0]), least=1)

    def likelihood(x, n, share):
        return x * np.log(share) + (n - x) * np.log(1 - share)

    apart = likelihood(30, 200, 0.15) + likelihood(90, 1000, 0.09) - likelihood(120, 1200, 0.1)
    assert peers.deviance[:, 0] == pytest.approx([np.sqrt(2 * apart), -np.sqrt(2 * apart)])
    assert peers.gap[0, 0] == pytest.approx(np.log(30.5 / 170.5) - np.log(90.5 / 910.5))


def test_small_cells_are_nobodys_peers():
    """A unit with fewer trials than asked is neither tested nor compared with."""
    events, trials = np.array([[9.0], [40.0], [41.0]]), np.array([[9.0], [400.0], [400.0]])
    peers = against_peers(events, trials, np.zeros(3, np.int64), least=50)
    assert peers.usable[:, 0].tolist() == [False, True, True]
    assert peers.peers[1:, 0].tolist() == [1, 1]
    assert peers.rest[1, 0] == pytest.approx(41.5 / 401)


def test_heterogeneity_is_cochrans():
    """Q and I squared of equal standardised deviations, the k / (k - 1) of leaving one out removed."""
    z, usable = np.array([2.0, -2.0, 1.0]), np.ones(3, dtype=bool)
    i_squared, p = heterogeneity(z, usable)
    assert (i_squared, p) == (pytest.approx(1 - 2 / 6), pytest.approx(chi2.sf(6.0, 2)))
    assert heterogeneity(z, usable & (z > 1)) == (0.0, 1.0)
    assert heterogeneity(np.zeros(3), usable) == (0.0, 1.0)


def test_naming_follows_benjamini_and_hochberg():
    """The published example: four of fifteen at q = 0.05."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
         0.6528, 0.759, 1.0]  # fmt: skip
    values = np.array(p)[:, None]
    usable, group = np.ones(values.shape, dtype=bool), np.zeros(15, np.int64)
    assert named(values, group, usable, q=np.full(values.shape, 0.05)).sum() == 4
    usable[10:] = False  # five hypotheses fewer, and four more pass
    assert named(values, group, usable, q=np.full(values.shape, 0.05)).sum() == 8


def test_shrinkage_takes_chance_out():
    """A small cell is pulled to its peers, a large one hardly."""
    small, large = (shrunk_gap(1.0, sampling=v, spread=0.1) for v in (1.0, 0.001))
    assert small[0] == pytest.approx(0.1 / 1.1)
    assert large[0] == pytest.approx(0.1 / 0.101)
    assert small[1] < small[0] < small[2]
    assert shrunk_gap(1.0, sampling=1.0, spread=0.0) == (0.0, 0.0, 0.0)
    assert moved(0.1, 0.0) == pytest.approx(0.1)


def test_an_unknown_spread_widens_the_tail():
    """Few units to learn from: Student's law, not the normal one."""
    assert upper_tail(np.array([3.0]), np.array([10.0]))[0] > norm.sf(3.0)
    assert upper_tail(np.array([3.0]), np.array([1e9]))[0] == pytest.approx(norm.sf(3.0), rel=1e-4)
