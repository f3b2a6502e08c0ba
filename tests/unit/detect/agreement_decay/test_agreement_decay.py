# SPDX-License-Identifier: Apache-2.0
"""Agreement and review: slow decay found and named, praise without end questioned, little data left alone."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from nadzor.detect.agreement_decay.detector import BUDGET, DECAY, REVIEW, TOO_HIGH, Params, detect
from nadzor.detect.window import Window
from tests.unit.detect.streams import FIRST, rows_of, share_rows

PAIRS = (("disagree", "all"), ("agree", "all"))
DAYS = 300


def device(seed, share, *, daily=150, finding="nodule", **cell):
    """The pairs of one device, by its daily share of disagreement."""
    rng = np.random.default_rng(seed)
    named = {"device": "d-1", "site": "s-1", **cell}
    return share_rows(rng, np.broadcast_to(share, DAYS), daily=daily, pairs=PAIRS, finding=finding, **named)


def ramp(low, high, since=150):
    """A share that rises in a straight line from a day on."""
    days = np.arange(DAYS)
    return np.where(days < since, low, low + (high - low) * (days - since) / (DAYS - since))


def test_a_slow_decay_is_found_with_size_and_place():
    """A rise of disagreement from 8 to 20 % over half a year is one finding with change, size and sites."""
    found = detect([*device(1, ramp(0.08, 0.2)), *device(2, 0.08, site="s-2", daily=30)])
    assert [(one.kind, one.device, one.finding) for one in found] == [("agreement.decay", "d-1", "nodule")]
    assert found[0].effect.low <= found[0].effect.estimate <= found[0].effect.high < 0
    assert abs((found[0].located.day - FIRST).days - 150) <= 30
    assert found[0].facts["sites"][0] == "s-1"
    assert found[0].facts["sites_watched"] == 2
    assert found[0].facts["observed"] < found[0].facts["expected"]


def test_agreement_that_becomes_perfect_is_its_own_kind():
    """When disagreement all but ends, the finding says so and is not called decay."""
    days = np.arange(DAYS)
    found = detect(device(3, np.where(days < 150, 0.1, 0.01)))
    assert {one.kind for one in found} == {"agreement.too_high"}
    assert found[0].effect.estimate > 0


def test_reviews_that_cease_are_found():
    """When physicians stop looking at a third of the studies, review has decayed."""
    rng = np.random.default_rng(4)
    studies = rng.poisson(80, DAYS)
    seen = np.where(np.arange(DAYS) < 150, studies, rng.binomial(studies, 0.66))
    rows = rows_of(studies, ("processed", "all"), device="d-1", site="s-1")
    rows += rows_of(seen, ("reviews", "verdict"), device="d-1", site="s-1", stratum="accepted")
    found = detect(rows)
    assert [one.kind for one in found] == ["review.decay"]
    assert found[0].first_day < FIRST + timedelta(days=200)


def test_reviews_that_say_nobody_looked_are_no_reviews():
    """Reviews of the verdict "not reviewed" count as missing ones."""
    studies = np.full(DAYS, 60)
    unseen = np.where(np.arange(DAYS) < 150, 0, 30)
    rows = rows_of(studies, ("processed", "all"), device="d-1", site="s-1")
    for stratum, count in (("accepted", studies - unseen), ("not_reviewed", unseen)):
        rows += rows_of(count, ("reviews", "verdict"), device="d-1", site="s-1", stratum=stratum)
    assert [one.kind for one in detect(rows)] == ["review.decay"]


def test_reviews_on_the_next_day_are_no_decay():
    """Studies of a weekend reviewed on Monday move nothing."""
    studies = np.where(np.arange(DAYS + 1) % 7 < 5, 90, 30)
    late = np.where(np.arange(DAYS + 1) % 7 == 6, 30, 0)
    rows = rows_of(studies[:DAYS], ("processed", "all"), device="d-1", site="s-1")
    reviewed = (studies - late + np.roll(late, 1))[:DAYS]
    rows += rows_of(reviewed, ("reviews", "verdict"), device="d-1", site="s-1", stratum="accepted")
    assert detect(rows) == []


def test_a_new_site_with_less_agreement_is_no_decay():
    """A site that joins with quite another share is compared with itself."""
    late = np.where(np.arange(DAYS) < 120, 0, rng_counts(5))
    rows = rows_of(late // 4, PAIRS[0], device="d-1", site="s-9", finding="nodule")
    rows += rows_of(late, PAIRS[1], device="d-1", site="s-9", finding="nodule")
    assert detect([*device(6, 0.06), *rows]) == []


def rng_counts(seed):
    """Daily counts about 60."""
    return np.random.default_rng(seed).poisson(60, DAYS)


def test_one_of_several_findings_is_named():
    """Where a device reads two findings and one decays, that one is named or the device is."""
    found = detect([*device(7, ramp(0.05, 0.3), daily=40), *device(8, 0.05, finding="effusion", daily=400)])
    assert found[0].kind == "agreement.decay"
    assert found[0].finding in ("", "nodule")
    assert any(one.finding == "nodule" for one in found)


def test_three_studies_a_day_are_not_enough():
    """Too little was learned to say anything, however large the change."""
    assert detect(device(9, ramp(0.05, 0.9), daily=3)) == []


def test_a_registered_baseline_is_used():
    """A person's window takes the place of the first days, and stands in the finding."""
    window = Window(FIRST + timedelta(days=30), FIRST + timedelta(days=120))
    found = detect(device(10, ramp(0.08, 0.25)), params=Params(registered={"d-1": window}, journal_size=7))
    assert (found[0].baseline.first, found[0].baseline.after) == (window.first, window.after)
    assert found[0].journal_size == 7


def test_the_parts_of_the_budget_add_up():
    """What the designs spend together is the stated budget."""
    spent = sum(part for one in (DECAY, TOO_HIGH, REVIEW) for _, part in one.designs)
    assert spent == pytest.approx(BUDGET)
