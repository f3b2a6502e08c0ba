# SPDX-License-Identifier: Apache-2.0
"""What labels can substantiate: how many a claim needs, when they will be there, what was lost."""

from __future__ import annotations

from datetime import date, timedelta
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from nadzor.detect.claim_check.claim import Claim
from nadzor.detect.claim_check.outlook import (
    Flow,
    needed_cases,
    outlook,
    recent_cases,
    recent_of,
    what_was_lost,
)
from nadzor.detect.stats.claim_evidence import log_e_above
from nadzor.measures.rollup import Row

TODAY = date(2026, 11, 22)
CLAIM = Claim(device="ai-901", finding="effusion", metric="sensitivity", value=0.9, lower_bound=0.85)
AREA = replace(CLAIM, metric="auc", value=0.95, lower_bound=0.92)
FLOW = Flow(cases=50, recent=10, at_work=True)
SHARES = st.floats(0.05, 0.98)


def label(measure: str, n: int, *, days: int = 1, selection: str = "all") -> Row:
    """Labels that became known so many days ago."""
    known = TODAY - timedelta(days=days)
    return Row(known, known, "ai-901", "1.0", "s-1", measure=measure, n=n, finding="effusion",
               dimension="selection", stratum=selection)  # fmt: skip


def test_a_claim_needs_the_cases_that_its_own_check_asks_for() -> None:
    """At the number needed a device as declared is consistent, one case earlier it is not."""
    needed = needed_cases(CLAIM)
    assert needed is not None
    enough = [
        float(log_e_above(n * CLAIM.value, n, CLAIM.lower_bound)) >= log(20) for n in (needed - 1, needed)
    ]
    assert enough == [False, True]


def test_a_narrow_margin_needs_more_cases_and_none_is_never_testable() -> None:
    """The nearer the bound to the value, the more labels; a bound at the value is testable by no number."""
    wide, narrow = (needed_cases(replace(CLAIM, lower_bound=bound)) for bound in (0.8, 0.88))
    assert wide is not None
    assert narrow is not None
    assert 20 <= wide < narrow
    assert needed_cases(replace(CLAIM, lower_bound=CLAIM.value)) is None
    areas = [needed_cases(replace(AREA, lower_bound=bound)) for bound in (0.9, 0.94)]
    assert None not in areas
    assert areas == sorted(areas, key=lambda n: n or 0)


def test_the_pace_says_when() -> None:
    """At ten labels in ninety days a lack of ten takes ninety; without labels nobody can say."""
    needed = needed_cases(CLAIM)
    assert needed is not None
    assert outlook(CLAIM, cases=needed - 10, recent=10).days_left == 90
    assert outlook(CLAIM, cases=needed, recent=0).days_left == 0
    assert outlook(CLAIM, cases=needed - 10, recent=0).days_left is None


def test_only_fair_and_recent_labels_make_the_pace() -> None:
    """Labels by choice and old ones do not count; an area counts its smaller class."""
    rows = [label("tp", 5), label("fn", 2), label("tp", 9, selection="positives"), label("tp", 7, days=90)]
    scores = [label("score_present", 3), label("score_absent", 40)]
    recent = recent_cases([*rows, *scores], today=TODAY)
    assert recent_of(recent, CLAIM, "1.0") == 7
    assert recent_of(recent, AREA, "1.0") == 3
    assert recent_of(recent, CLAIM, "2.0") == 0


@pytest.mark.parametrize(
    ("before", "others", "flow", "lost"),
    [
        ("consistent", (), FLOW, "less_sure"),
        ("contradicted", ("consistent",), FLOW, "less_sure"),
        (None, ("consistent",), FLOW, "new_version"),
        ("untestable", ("untestable",), replace(FLOW, recent=0), "dried_up"),
        ("untestable", (), FLOW, ""),
        ("consistent", (), replace(FLOW, at_work=False), ""),
        (None, (), Flow(cases=0, recent=0, at_work=True), ""),
    ],
    ids=["less-sure", "was-against", "new", "dried", "never", "retired", "no-labels"],
)
def test_why_a_claim_can_be_tested_no_more(before: object, others: object, flow: Flow, lost: str) -> None:
    """Only a version at work loses anything; what was testable before is told from what never was."""
    found = what_was_lost("untestable", before, others=others, flow=flow)  # type: ignore[arg-type]
    assert found == lost
    assert what_was_lost("consistent", "consistent", others=("consistent",), flow=flow) == ""


@given(SHARES, SHARES, st.integers(0, 5000), st.integers(0, 500))
def test_more_labels_never_put_the_day_off(value: float, bound: float, cases: int, recent: int) -> None:
    """With one more case or a faster pace a claim is never farther from being testable."""
    claim = replace(CLAIM, value=value, lower_bound=bound)
    now = outlook(claim, cases=cases, recent=recent)
    later = outlook(claim, cases=cases + 1, recent=recent + 1)
    assert (now.needed is None) == (value <= bound or later.needed is None)
    if now.days_left is not None:
        assert later.days_left is not None
        assert 0 <= later.days_left <= now.days_left
