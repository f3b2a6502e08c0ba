# SPDX-License-Identifier: Apache-2.0
"""Drift of positives: the equipment and sites named, a season nobody's, a new site no drift."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from nadzor.detect.positive_drift.detector import BUDGET, DOWN, PAIRS, UP, detect
from tests.unit.detect.streams import FIRST, share_rows

DAYS = 280


def positives(seed, share, *, daily=60.0, device="d-1", site="s-1", maker="ge"):
    """Decisions of one maker's equipment at one site, by the daily share of positives."""
    return share_rows(
        np.random.default_rng(seed), np.broadcast_to(share, DAYS), daily=daily, pairs=PAIRS, rest=False,
        device=device, site=site, stratum=maker, finding="nodule",
    )  # fmt: skip


def from_day(before, after, since=150):
    """A share that changes on a day."""
    return np.where(np.arange(DAYS) < since, before, after)


def test_the_maker_and_the_site_are_named():
    """When positives double on one maker's equipment, it and its site are named with the odds ratio."""
    rows = [*positives(1, from_day(0.08, 0.16)), *positives(2, 0.08, maker="canon", site="s-2")]
    found = detect(rows)
    assert [(one.kind, one.stratum, one.dimension) for one in found] == [("positives.up", "ge", "equipment")]
    assert found[0].facts["equipment"] == ["ge"]
    assert found[0].facts["sites"] == ["s-1"]
    assert found[0].effect.low < (0.16 / 0.84) / (0.08 / 0.92) < found[0].effect.high + 0.5
    assert found[0].facts["observed"] > found[0].facts["expected"] == pytest.approx(0.08, abs=0.01)


def test_a_fall_is_its_own_kind():
    """Fewer positives are told as such, with odds below 1."""
    found = detect(positives(3, from_day(0.2, 0.1)))
    assert [one.kind for one in found] == ["positives.down"]
    assert found[0].effect.high < 1.0
    assert found[0].first_day < FIRST + timedelta(days=170)


def test_a_season_is_nobodys_drift():
    """When the positives of all of fourteen devices swing together, none of them has drifted."""
    season = 0.1 * (1.0 + 0.3 * np.sin(np.arange(DAYS) / 40.0))
    rows = [row for i in range(14) for row in positives(10 + i, season, device=f"d-{i:02d}")]
    assert detect(rows) == []


def test_a_new_site_is_no_drift():
    """A site that joins with three times the share of positives is compared with itself."""
    late = [row for row in positives(31, 0.3, site="s-9") if row.day >= FIRST + timedelta(days=130)]
    assert detect([*positives(30, 0.1), *late]) == []


def test_growth_is_no_drift():
    """Twice the studies with the same share are no drift."""
    rng = np.random.default_rng(32)
    volume = np.linspace(40.0, 120.0, DAYS)
    share = np.full(DAYS, 0.1)
    rows = [
        row
        for part in range(2)
        for row in share_rows(
            rng, share, daily=float(volume.mean() / 2), pairs=PAIRS, rest=False, device="d-1",
            site=f"s-{part}", stratum="ge", finding="nodule",
        )
    ]  # fmt: skip
    assert detect(rows) == []


@pytest.mark.parametrize("share", [0.0, 1.0], ids=["none", "all"])
def test_a_share_at_the_edge_says_nothing(share):
    """Devices that find nothing, or everything, give no finding and no warning."""
    assert detect(positives(33, share)) == []


def test_three_studies_a_day_are_not_enough():
    """Too little was learned to say anything."""
    assert detect(positives(34, from_day(0.1, 0.9), daily=3)) == []


def test_the_parts_of_the_budget_add_up():
    """What the designs spend together is the stated budget."""
    assert sum(part for one in (UP, DOWN) for _, part in one.designs) == pytest.approx(BUDGET)
