# SPDX-License-Identifier: Apache-2.0
"""Detectors of disparity, of claims and of estimates on any rows: one answer in any order and any parts."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from nadzor.detect.claim_check import detector as claim_check
from nadzor.detect.claim_check.claim import Claim
from nadzor.detect.context import Context
from nadzor.detect.series import Days
from nadzor.detect.site_disparity import detector as site_disparity
from nadzor.detect.stats.e_evidence import surviving
from nadzor.detect.subgroup_disparity import detector as subgroup_disparity
from nadzor.detect.unlabelled_estimate import detector as unlabelled_estimate
from nadzor.measures.rollup import Row

FIRST = date(2031, 1, 6)
DETECTORS = (site_disparity, subgroup_disparity, claim_check, unlabelled_estimate)
PAIRS = sorted({pair for one in DETECTORS for pair in one.READS})
STRATA = {
    "selection": ("random", "choice"),
    "age_band": ("0-17", "80+"),
    "sex": ("f", "m"),
    "equipment": ("a", "b"),
}
TOLD = Context(
    claims=[Claim(device="d-1", finding="nodule", metric="sensitivity", value=0.9, lower_bound=0.8)],
    bins={("d-1", "nodule"): [3000, 6000]},
)


@st.composite
def any_row(draw):
    """A row of any measure that these detectors read, of any sign, known when it likes."""
    measure, dimension = draw(st.sampled_from(PAIRS))
    day = FIRST + timedelta(days=draw(st.integers(0, 300)))
    return Row(
        day, day + timedelta(days=draw(st.integers(0, 90))), "d-1", draw(st.sampled_from(("1.0", "2.0"))),
        site=draw(st.sampled_from(("s-1", "s-2", "s-3"))), dimension=dimension,
        stratum=draw(st.sampled_from(STRATA.get(dimension, ("",)))), measure=measure, finding="nodule",
        bin=draw(st.integers(-1, 9)) if measure.startswith("score") else -1, n=draw(st.integers(-50, 4000)),
    )  # fmt: skip


def everything(rows):
    """All that they say, as told by one context."""
    return [found for one in DETECTORS for found in one.watch(Days(rows, one.READS), TOLD)]


@settings(max_examples=25, deadline=None)
@given(st.lists(any_row(), max_size=60), st.randoms(use_true_random=False))
def test_rows_in_any_order_give_one_answer(rows, chance):
    """No rows break a detector, and shuffling them changes nothing."""
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert everything(shuffled) == everything(rows)


@settings(max_examples=15, deadline=None)
@given(st.lists(any_row(), max_size=40), st.integers(-9, 9))
def test_a_count_in_two_parts_says_the_same(rows, part):
    """A count may arrive as two counts, even of opposite signs."""
    split = [structs.replace(row, n=n) for row in rows for n in (part, row.n - part)]
    assert everything(split) == everything(rows)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0.0, 1e12), max_size=30), st.floats(0.01, 0.5), st.integers(30, 1000))
def test_what_survives_is_the_strongest_and_more_evidence_never_hurts(e, alpha, streams):
    """Survivors are at least as strong as all others, and doubling all evidence loses none of them."""
    values = np.array(e)
    kept, more = (surviving(each, streams=streams, alpha=alpha) for each in (values, 2.0 * values))
    assert not kept.any() or values[kept].min() >= values[~kept].max(initial=0.0)
    assert (more | ~kept).all()
