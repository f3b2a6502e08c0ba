# SPDX-License-Identifier: Apache-2.0
"""What surrounds a finding: the right days, the right labels, and no promise beyond the claim check's own."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from nadzor.detect.claim_check.claim import Claim
from nadzor.detect.claim_check.verdict import Verdict
from nadzor.detect.finding import Finding
from nadzor.measures.rollup import Row
from nadzor.vigilance.cards import Circumstances, LabelCount
from nadzor.vigilance.circumstances import WINDOW_DAYS, Seen, circumstances, way_back, window
from tests.unit.vigilance.signals import FINDING

ON = date(2026, 11, 1)
FIRST, AFTER = window(ON)
EVE = FIRST - timedelta(days=1)


def _row(measure: str, n: int, day: date, **more: object) -> Row:
    told = {"known": day, "device": "ai-001", "version": "1.0", "site": "s-1", **more}
    return Row(day=day, measure=measure, n=n, **told)


def _label(n: int, known: date, selection: str = "all", finding: str = "effusion") -> Row:
    split = {"dimension": "selection", "stratum": selection, "finding": finding}
    return _row("labels", n, date(2026, 1, 1), known=known, **split)


def _verdict(
    metric: str, drop: float | None, *, cases: int = 50, version: str = "1.0", finding: str = "effusion"
) -> Verdict:
    claim = Claim(device="ai-001", finding=finding, metric=metric, value=0.9, lower_bound=0.8)
    return Verdict(claim=claim, version=version, outcome="untestable", cases=cases, smallest_drop=drop)


def _around(*rows: Row, finding: Finding = FINDING, verdicts: tuple[Verdict, ...] = ()) -> Circumstances:
    seen = Seen(rows=rows, measures={"studies", "failed"}, verdicts=verdicts, versions={"1.0"})
    return circumstances(finding, seen, on=ON)


def test_the_window_ends_with_the_day() -> None:
    """Ninety days, the day of the evidence the last of them."""
    assert (AFTER - FIRST).days == WINDOW_DAYS
    assert ON + timedelta(days=1) == AFTER


def test_studies_count_on_their_day() -> None:
    """Studies of the finding's device and version inside the window count, others do not."""
    inside = [_row("studies", 5, FIRST), _row("studies", 7, ON)]
    outside = [_row("studies", 1, EVE), _row("studies", 1, AFTER)]
    foreign = [_row("studies", 1, FIRST, version="2.0"), _row("studies", 1, FIRST, device="ai-002")]
    assert _around(*inside, *outside, *foreign).studies == 12


def test_labels_count_when_they_become_known() -> None:
    """A label of an old study counts on the day it became known; each selection by itself."""
    rows = [_label(4, FIRST), _label(3, FIRST, "random"), _label(9, EVE)]
    assert _around(*rows).labels == (LabelCount("all", 4), LabelCount("random", 3))


def test_labels_of_the_finding_alone() -> None:
    """A signal about one finding counts that finding's labels; one about a device counts all."""
    rows = [_label(4, FIRST), _label(6, FIRST, finding="nodule")]
    one = msgspec.structs.replace(FINDING, finding="nodule")
    assert _around(*rows, finding=one).labels == (LabelCount("all", 6),)
    assert _around(*rows).labels == (LabelCount("all", 10),)


def test_a_device_names_its_most_sensitive_claim() -> None:
    """A signal about a device names one drop, the smallest to show; one about a finding all its claims."""
    verdicts = (
        _verdict("sensitivity", 0.3),
        _verdict("auc", 0.1),
        _verdict("specificity", None),
        _verdict("auc", 0.05, version="2.0"),
        _verdict("auc", None, cases=0, finding="nodule"),
    )
    assert [drop.metric for drop in _around(verdicts=verdicts).smallest_drops] == ["sensitivity"]
    one = msgspec.structs.replace(FINDING, finding="effusion")
    drops = _around(finding=one, verdicts=verdicts).smallest_drops
    assert [(drop.metric, drop.drop) for drop in drops] == [
        ("sensitivity", 0.3),
        ("specificity", None),
        ("auc", 0.1),
    ]


def test_a_version_is_registered_or_not_or_not_named() -> None:
    """In the register, outside it, and no version at all are three answers."""
    other = msgspec.structs.replace(FINDING, version="9.9")
    none = msgspec.structs.replace(FINDING, version="")
    told = [_around(finding=each).version_registered for each in (FINDING, other, none)]
    assert told == [True, False, None]


def test_the_way_back_starts_at_the_baseline() -> None:
    """The question covers the baseline and the finding; without a baseline's window it covers ninety days."""
    way = way_back(FINDING, {"studies", "failed"})
    assert (way.first, way.after, way.measures) == (
        date(2026, 8, 1),
        date(2026, 10, 13),
        ("failed", "studies"),
    )
    bare = msgspec.structs.replace(FINDING, baseline=msgspec.structs.replace(FINDING.baseline, first=None))
    assert way_back(bare, {"studies"}).first == window(FINDING.first_day)[0]
