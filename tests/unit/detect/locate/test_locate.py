# SPDX-License-Identifier: Apache-2.0
"""Day of change, contributors, releases and shared causes of findings."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from msgspec import structs

from nadzor.detect.finding import Baseline, Effect, Finding, Guarantee, Located
from nadzor.detect.locate.locate import (
    aligned,
    arrivals,
    cause_of,
    change_day,
    contributors,
    explain,
)
from nadzor.detect.locate.onset import onset
from nadzor.detect.series import Days, unsplit
from nadzor.measures.rollup import Row

FIRST = date(2031, 1, 6)


def on(day: int) -> date:
    """The date of a day of the nation."""
    return FIRST + timedelta(days=day)


def finding(device: str = "d-1", *, since: tuple[int, int, int] = (60, 57, 63), **changed) -> Finding:
    """A finding of a drift that began about a day."""
    day, low, high = map(on, since)
    plain = Finding(
        detector="score_drift", code="0" * 64, kind="scores.up", device=device, statistic=5.0, threshold=4.0,
        guarantee=Guarantee(kind="run_length", budget=0.02, spent=0.0), baseline=Baseline(hash="0" * 64),
        effect=Effect(name="shift", estimate=0.3, low=0.1, high=0.5), first_day=on(80),
        located=Located(day=day, low=low, high=high), rows_hash="0" * 64, rows_read=1,
    )  # fmt: skip
    return structs.replace(plain, **changed)


def software(*spans: tuple[str, str, int, int]) -> Days:
    """Ten studies a day of one device: version, site, first and last day of each span."""
    rows = [
        Row(on(day), on(day), "d-1", version, site=site, measure="studies", n=10)
        for version, site, low, high in spans
        for day in range(low, high)
    ]
    return Days(rows, unsplit("studies"))


ROLLOUT = software(
    ("1.0", "s-1", 0, 60), ("1.0", "s-2", 0, 64), ("2.0", "s-1", 60, 100), ("2.0", "s-2", 64, 100)
)


@pytest.mark.parametrize("at", [5, 20, 33])
def test_a_step_is_located_on_its_day(at):
    """A step without noise is found on its day, and the interval holds it."""
    score = np.where(np.arange(40) >= at, 3.0, 0.0)
    found = onset(score, np.ones(40))
    assert found is not None
    assert found.best == at and found.low <= at <= found.high


@pytest.mark.parametrize("length", [0, 1])
def test_nothing_is_located_in_too_little(length):
    """No day or one day has no change within it; nor have days without studies."""
    assert onset(np.zeros(length), np.ones(length)) is None
    assert onset(np.zeros(9), np.zeros(9)) is None


def test_a_steady_series_has_no_certain_onset():
    """Where nothing changed, every onset is as likely as another."""
    found = onset(np.zeros(30), np.ones(30))
    assert found is not None and found.high - found.low == 28


def test_versions_that_came_are_listed_with_their_sites():
    """A roll-out over two sites has its first and last day; the first version is none."""
    (came,) = arrivals(ROLLOUT, "d-1")
    assert (came.version, came.first, came.last, came.sites) == ("2.0", on(60), on(64), ("s-1", "s-2"))
    assert arrivals(ROLLOUT, "d-9") == arrivals(Days([], unsplit("studies")), "d-1") == []


def test_a_change_within_a_roll_out_is_aligned_with_it():
    """A day of change within the roll-out names the version; one a month before names none."""
    came = arrivals(ROLLOUT, "d-1")
    assert aligned(finding(), came) == came[0]
    assert aligned(finding(since=(30, 25, 40)), came) is None
    assert aligned(finding(located=None), came) is None
    assert explain(finding(), ROLLOUT).finding.facts["since_version"] == "2.0"


def test_what_a_detector_said_itself_stays():
    """A version that the detector named is not replaced by a guess."""
    told = explain(finding(facts={"since_version": "1.5", "design": "release"}), ROLLOUT)
    assert told.finding.facts == {"since_version": "1.5", "design": "release"}
    assert told.release is None


def shared(**changed) -> Finding:
    """A cause shared by two devices at one site on one equipment."""
    facts = {"devices": ["d-1", "d-2"]}
    return finding(
        "", detector="common_cause", kind="common.up", site="s-1", stratum="ge", dimension="equipment",
        facts=facts, **changed,
    )  # fmt: skip


def test_a_shared_cause_speaks_for_the_devices_it_names():
    """A finding of a named device on the same equipment at the same time is explained."""
    mine = finding(stratum="ge", dimension="equipment")
    assert cause_of(mine, [shared()]) == shared()
    told = explain(mine, ROLLOUT, [shared()])
    assert told.finding.facts["explained_by"] == shared().fingerprint()


@pytest.mark.parametrize(
    "other",
    [
        finding("d-3"),
        finding(stratum="canon", dimension="equipment"),
        finding(site="s-7"),
        finding(facts={"sites": ["s-7", "s-8"]}),
        finding(since=(20, 15, 25)),
    ],
    ids=["another device", "another equipment", "another site", "other sites", "another time"],
)
def test_a_shared_cause_speaks_for_nobody_else(other):
    """Another device, place, equipment or time is not explained by it."""
    assert cause_of(other, [shared()]) is None


def test_contributors_are_named_with_their_shares():
    """What moved is shared out among those that moved, most first."""
    n = np.full((3, 20), 10.0)
    x = np.ones((3, 20))
    x[0, 10:], x[1, 10:] = 4.0, 2.0
    parts = contributors((x, n), ([0, 1, 2], ["a", "b", "c"]), 10)
    assert [(part.name, round(part.share, 6)) for part in parts] == [("a", 0.75), ("b", 0.25)]
    assert contributors((np.ones((3, 20)), n), ([0, 1, 2], ["a", "b", "c"]), 10) == []


def test_the_day_of_change_does_not_mind_how_rows_differ():
    """Rows of quite different shares that all step on a day give that day."""
    n = np.full((2, 30), 100.0)
    x = np.array([[5.0], [50.0]]) + np.where(np.arange(30) >= 12, 10.0, 0.0)
    found = change_day((x, n), first=FIRST)
    assert found is not None and found[0] == on(12)
    assert change_day((x[:, :1], n[:, :1]), first=FIRST) is None
