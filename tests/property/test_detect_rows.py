# SPDX-License-Identifier: Apache-2.0
"""Detectors on any rows at all: they answer, and neither order nor splitting changes the answer."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from nadzor.detect.claim_check import detector as claim_check
from nadzor.detect.claim_check.claim import Claim
from nadzor.detect.failure_cusum import detector as failure_cusum
from nadzor.detect.silence import detector as silence
from nadzor.measures.rollup import Row

FIRST = date(2031, 1, 6)
CLAIMS = [
    Claim(device=device, finding="nodule", metric=metric, value=0.9, lower_bound=0.8)
    for device in ("d-1", "d-2")
    for metric in ("sensitivity", "specificity", "auc")
]
WHOLE = ("studies", "failed", "heartbeats")
LABELS = ("tp", "fp", "fn", "tn", "score_present", "score_absent")


@st.composite
def any_row(draw):
    """A row of any measure, day, place and sign."""
    day = FIRST + timedelta(days=draw(st.integers(0, 200)))
    known = day + timedelta(days=draw(st.integers(0, 40)))
    device, site = draw(st.sampled_from(("d-1", "d-2"))), draw(st.sampled_from(("s-1", "s-2")))
    version, n = draw(st.sampled_from(("1.0", "2.0"))), draw(st.integers(-3, 60))
    measure = draw(st.sampled_from(WHOLE + LABELS))
    row = Row(day, known, device, version, site=site, measure=measure, n=n)
    if measure in WHOLE:
        return row
    return structs.replace(
        row, dimension="selection", stratum=draw(st.sampled_from(("all", "random", "choice"))),
        finding="nodule", bin=draw(st.integers(0, 9)) if measure.startswith("score") else -1,
    )  # fmt: skip


def everything(rows):
    """All findings of all detectors."""
    return [
        *silence.detect(rows),
        *failure_cusum.detect(rows),
        *claim_check.detect(rows, claims=CLAIMS),
    ]


@settings(max_examples=60)
@given(st.lists(any_row(), max_size=80), st.randoms(use_true_random=False))
def test_any_rows_in_any_order_give_one_answer(rows, chance):
    """No rows break a detector, and shuffling them changes nothing."""
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert everything(shuffled) == everything(rows)


@settings(max_examples=40)
@given(st.lists(any_row(), max_size=60), st.integers(-5, 5))
def test_splitting_a_count_changes_no_statement(rows, part):
    """A count may arrive as two counts, even of opposite signs."""
    split = [
        piece
        for row in rows
        for piece in (structs.replace(row, n=part), structs.replace(row, n=row.n - part))
    ]
    said = [structs.replace(one, rows_read=0) for one in everything(rows)]
    assert [structs.replace(one, rows_read=0) for one in everything(split)] == said


@settings(max_examples=40)
@given(st.lists(any_row(), max_size=80))
def test_every_claim_gets_a_verdict(rows):
    """Each claim is consistent, contradicted or untestable, and only fair labels decide."""
    verdicts = claim_check.check(rows, claims=CLAIMS)
    assert {(one.claim.device, one.claim.metric) for one in verdicts} == {
        (claim.device, claim.metric) for claim in CLAIMS
    }
    unfair = [row for row in rows if row.stratum not in ("all", "random")]
    assert all(one.outcome == "untestable" for one in claim_check.check(unfair, claims=CLAIMS))
