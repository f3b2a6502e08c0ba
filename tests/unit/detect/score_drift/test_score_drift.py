# SPDX-License-Identifier: Apache-2.0
"""Drift of scores: the equipment named, shape seen where the mean is still, a season nobody's drift."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from scipy.stats import norm

from nadzor.detect.score_drift.detector import BUDGET, DOWN, UP, detect
from nadzor.detect.score_drift.histograms import histograms, places
from nadzor.detect.score_drift.shape import SHAPED
from nadzor.detect.series import Days
from tests.unit.detect.streams import FIRST, rows_of

PAIR = ("scores", "equipment")
DAYS, BINS = 260, 40
CUTS = norm.ppf(np.arange(1, BINS) / BINS)


def scores(seed, *, shift=0.0, wide=1.0, since=150, daily=30, maker="ge", device="d-1"):
    """Scores of one maker's equipment, which move by `shift` and widen to `wide` on a day."""
    rng = np.random.default_rng(seed)
    after = (np.arange(DAYS) >= since)[:, None]
    cdf = norm.cdf((CUTS - np.where(after, shift, 0.0)) / np.where(after, wide, 1.0))
    share = np.diff(np.hstack((np.zeros((DAYS, 1)), cdf, np.ones((DAYS, 1)))), axis=1)
    counts = rng.multinomial(rng.poisson(daily, DAYS), share)
    return rows_of(counts, PAIR, device=device, finding="nodule", stratum=maker, version="1.0")


def test_the_maker_whose_scores_moved_is_named():
    """A shift on one of two makers' equipment names that one, its day, and its size."""
    found = detect([*scores(1, shift=0.5), *scores(2, maker="canon", daily=60)])
    assert [(one.kind, one.stratum, one.dimension) for one in found] == [("scores.up", "ge", "equipment")]
    assert found[0].facts["equipment"] == ["ge"]
    assert found[0].first_day < FIRST + timedelta(days=170)
    assert found[0].effect.low < 0.5 < found[0].effect.high + 0.2
    assert found[0].located.low <= FIRST + timedelta(days=150) <= found[0].located.high


def test_sizes_are_published_with_bins_and_floor():
    """PSI, JS, KS and W1 stand in the facts, with the number of bins and the floor that PSI depends on."""
    facts = detect([*scores(3, shift=-0.8), *scores(4, maker="canon")])[0].facts
    assert facts["registered_bins"] == BINS
    assert facts["psi_floor"] == pytest.approx(1e-6)
    assert min(facts["psi"], facts["js"], facts["ks"], facts["w1_bins"]) > 0.05


def test_a_whole_device_is_told_once():
    """When all makers' scores fall, few findings come, and together they name every maker."""
    rows = [
        row
        for i, maker in enumerate(("ge", "canon", "philips"))
        for row in scores(5 + i, shift=-0.4, maker=maker)
    ]
    found = detect(rows)
    assert {one.kind for one in found} == {"scores.down"}
    assert {name for one in found for name in one.facts["equipment"]} == {"canon", "ge", "philips"}
    assert len(found) <= 3


def test_shape_is_seen_where_the_mean_is_still():
    """Scores that spread to both ends have the same mean and another shape."""
    found = detect(scores(8, wide=2.2, daily=60))
    assert [one.kind for one in found] == ["scores.shape"]
    assert found[0].effect.low <= found[0].effect.estimate <= found[0].effect.high
    assert found[0].facts["equipment"] == ["ge"]


def test_what_everybody_does_is_nobodys_drift():
    """When the scores of all of fourteen devices move together, none of them has drifted."""
    rows = [row for i in range(14) for row in scores(70 + i, shift=0.3, device=f"d-{i:02d}")]
    assert [(one.device, one.kind) for one in detect(rows)] == []


def test_one_device_against_a_quiet_country_is_found():
    """Among fourteen devices the one that moves is found, and no other."""
    rows = [row for i in range(14) for row in scores(40 + i, shift=0.5 * (i == 3), device=f"d-{i:02d}")]
    assert {one.device for one in detect(rows)} == {"d-03"}


@pytest.mark.parametrize("daily", [0, 3], ids=["nothing", "three a day"])
def test_too_little_says_nothing(daily):
    """Three scores a day are not enough, and none are nothing."""
    assert detect(scores(60, shift=2.0, daily=daily)) == []


def test_a_shift_below_the_tolerance_is_none():
    """A twentieth of a standard deviation is no drift, however many scores show it."""
    assert detect(scores(61, shift=0.05, daily=3000)) == []


def test_the_baseline_lies_evenly():
    """Through its own baseline the mean place is one half and its variance a twelfth."""
    told = histograms(Days.of(scores(62, daily=200), {PAIR}), {})
    strata = places(told, np.zeros(1, np.int64))
    assert strata.total[0, :90].sum() / strata.count[0, :90].sum() == pytest.approx(0.5, abs=1e-9)
    assert strata.spread[0] == pytest.approx(1 / 12, rel=0.01)


def test_the_parts_of_the_budget_add_up():
    """What the designs spend together is the stated budget."""
    assert sum(part for one in (UP, DOWN, SHAPED) for _, part in one.designs) == pytest.approx(BUDGET)


def test_scores_that_become_one_number_are_found():
    """Scores that are all alike from a day on differ in shape, at whatever place they stand."""
    found = detect(scores(8, wide=0.02, daily=60))
    assert {one.kind for one in found} == {"scores.shape"}
    assert found[0].facts["equipment"] == ["ge"]
