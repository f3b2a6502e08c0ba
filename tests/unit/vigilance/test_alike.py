# SPDX-License-Identifier: Apache-2.0
"""Which reports may be one event: measured on reports whose duplicates are known."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace

from nadzor.vigilance.alike import NEIGHBOURS, Report, likely, pairs
from tests.duplicate_samples import generated

DAY = date(2026, 3, 1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_known_duplicates_are_found(seed: int) -> None:
    """Of 1,500 events with 15 % told twice, nine tenths of the pairs are found and few others."""
    reports, true = generated(1500, told_twice=0.15, seed=seed)
    found = {(each.first, each.second) for each in likely(reports)}
    assert len(found & true) / len(true) > 0.9
    assert len(found & true) / len(found) > 0.95


def test_no_duplicates_propose_next_to_nothing() -> None:
    """Reports that are all of different events: at most one pair in five hundred reports."""
    reports, _ = generated(1500, told_twice=0.0, seed=4)
    assert len(likely(reports)) <= 3


def test_order_changes_nothing_but_the_places() -> None:
    """The same pairs are found whatever the order of the reports."""
    reports, _ = generated(400, told_twice=0.2, seed=5)
    there = {frozenset((each.first, each.second)) for each in likely(reports)}
    back = {frozenset((each.first, each.second)) for each in likely(reports[::-1])}
    assert there == back and there


def test_what_cannot_differ_parts_two_reports() -> None:
    """Another study, site or installation: another event, however alike the rest."""
    one = Report(number="a", device="d", event_on=DAY, study="x", site="s", installation="i")
    same = replace(one, number="b")
    assert len(pairs([one, same])[0]) == 1
    for name in ("study", "site", "installation"):
        assert len(pairs([one, replace(same, **{name: "other"})])[0]) == 0
        assert len(pairs([one, replace(same, **{name: ""})])[0]) == 1


def test_the_same_sentence_is_always_worth_a_look() -> None:
    """Among many reports of one pattern the shares are estimated badly; a form filled every time is none."""
    words = "missed a nodule of the right lung"
    crowd = [
        Report(
            number=f"c{n:02}",
            device="d",
            event_on=DAY,
            event_type="malfunction",
            problems="A09",
            words="froze",
        )
        for n in range(40)
    ]
    twins = [Report(number=name, device="d", event_on=DAY, words=words) for name in ("x", "y")]
    assert ("x", "y") in {(each.first, each.second) for each in likely([*crowd, *twins])}
    form = [replace(twins[0], number=f"f{n}") for n in range(6)]
    apart = replace(twins[0], number="z", event_on=DAY + timedelta(days=1))
    found = {(each.first, each.second) for each in likely([*crowd, *twins, apart], threshold=2.0)}
    assert found == {("x", "y")} and not likely([*crowd, *form], threshold=2.0)


def test_reports_far_apart_are_not_compared() -> None:
    """Another device, or days apart; one study brings reports together whatever their days."""
    one = Report(number="a", device="d", event_on=DAY, study="x")
    late = Report(number="b", device="d", event_on=DAY + timedelta(days=40))
    assert len(pairs([one, late, Report(number="c", device="e", event_on=DAY)])[0]) == 0
    assert len(pairs([one, replace(late, study="x", device="e")])[0]) == 1
    assert likely([one, late]) == likely([]) == []


def test_a_crowded_day_is_bounded() -> None:
    """Three hundred reports of one device on one day are compared with sixty neighbours each."""
    crowd = [Report(number=f"{n:03}", device="d", event_on=DAY) for n in range(300)]
    assert len(pairs(crowd)[0]) <= 300 * NEIGHBOURS


def test_clusters_hold_reports_that_all_agree() -> None:
    """A pair says what was compared, and its cluster is named by the first number in it."""
    reports, true = generated(400, told_twice=0.2, seed=6)
    found = likely(reports)
    assert all(each.cluster <= each.first < each.second for each in found)
    assert all(one.probability >= two.probability for one, two in pairwise(found))
    assert {fate for each in found for fate in each.compared.values()} <= {
        "agrees", "near", "differs", "unknown",
    }  # fmt: skip
    assert true
