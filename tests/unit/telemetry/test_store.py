# SPDX-License-Identifier: Apache-2.0
"""Questions to the rollup."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.measures.columns import columns_digest
from nadzor.measures.rollup import canonical_place, rows_digest
from nadzor.telemetry.store import Rollups

FIRST = date(2026, 10, 1)


@pytest.fixture
def rollups(home: Home) -> Rollups:
    """The rollup, open."""
    return Rollups.open(home)


def test_no_rollup_yet(tmp_path: Path) -> None:
    """Asking too early is refused with what to do."""
    with pytest.raises(Refusal, match="rollup.missing"):
        Rollups.open(Home.create(tmp_path))


def test_a_rollup_of_another_release(tmp_path: Path) -> None:
    """A manifest that says nothing we understand is to be made anew, not guessed at."""
    home = Home.create(tmp_path)
    (home.rollups / "manifest.json").write_text('{"digest": ""}')
    with pytest.raises(Refusal, match="rollup.missing"):
        Rollups.open(home)


def test_unknown_measure(rollups: Rollups) -> None:
    """A misspelt measure is refused, not answered by nothing."""
    with pytest.raises(Refusal, match="measure.unknown"):
        rollups.total("studiez")


def test_a_measure_without_rows_is_empty(rollups: Rollups) -> None:
    """A catalogued measure of which nothing happened has no rows."""
    assert rollups.rows("adverse_events") == []
    assert rollups.total("adverse_events") == 0


def test_totals_leave_out_what_was_taken_back(rollups: Rollups) -> None:
    """Three studies came, one was taken back."""
    assert rollups.total("studies") == 2
    assert rollups.totals("studies", by=("device", "site")) == [("ai-001", "s-000a", 2)]


def test_known_on_an_earlier_day(rollups: Rollups) -> None:
    """Before the correction the study counted."""
    assert rollups.known_on(date(2026, 10, 4)).total("studies") == 3
    assert rollups.known_on(date(2026, 10, 1)).total("studies") == 0


def test_daily_sums(rollups: Rollups) -> None:
    """A day that came to nothing is left out."""
    assert rollups.daily("studies") == [(FIRST, "ai-001", "1.0", "s-000a", 2)]
    assert rollups.daily("studies", by=()) == [(FIRST, 2)]


@pytest.mark.parametrize(
    ("where", "n"),
    [
        ({}, 2),
        ({"dimension": "equipment"}, 2),
        ({"dimension": "equipment", "stratum": "agfa"}, 0),
        ({"device": ["ai-001", "ai-002"]}, 2),
        ({"device": "ai-002"}, 0),
        ({"installation": "i-00000000000b"}, 0),
        ({"since": FIRST, "until": date(2026, 10, 2)}, 2),
        ({"since": date(2026, 10, 2)}, 0),
        ({"until": FIRST}, 0),
    ],
)
def test_where(rollups: Rollups, where: dict, n: int) -> None:
    """Each column narrows the answer; days are half-open."""
    assert rollups.total("studies", **where) == n


def test_bins_can_be_asked_for(rollups: Rollups) -> None:
    """A score on the edge 5000 is in bin 1."""
    assert rollups.total("scores", bin=1) == 1


def test_every_answer_has_a_digest(rollups: Rollups) -> None:
    """Evidence quotes the digest of the rows it was made from."""
    asked = {"device": "ai-001", "since": FIRST}
    assert rollups.digest_of("studies", **asked) == rows_digest(rollups.rows("studies", **asked))


def test_events_by_kind(rollups: Rollups) -> None:
    """Distinct events that were accepted."""
    assert rollups.events_by_kind() == {
        "correct": 1, "heartbeat": 1, "lost": 1, "review": 1, "study": 3, "truth": 1,
    }  # fmt: skip


def test_a_rollup_stays_as_it_was_opened(rollups: Rollups, home: Home) -> None:
    """Removing its files does not disturb a reader."""
    moved = home.rollups.parent / "moved"
    (home.rollups / "parts").rename(moved)
    try:
        assert rollups.total("studies") == 2
        with pytest.raises(Refusal, match=r"rollup\.missing"):
            Rollups.open(home)
    finally:
        moved.rename(home.rollups / "parts")


def test_rows_stand_in_canonical_order(rollups: Rollups) -> None:
    """Whatever files and dates they come from."""
    rows = rollups.rows("studies", dimension=["all", "equipment", "sex"])
    assert rows == sorted(rows, key=canonical_place)
    assert len({row.known for row in rows}) == 3


def test_columns_are_the_rows(rollups: Rollups) -> None:
    """What detectors read by columns is what rows say, dimension by dimension."""
    pairs = [("studies", "all"), ("studies", "equipment"), ("scores", "equipment"), ("adverse_events", "all")]
    columns = rollups.columns(pairs)
    rows = [row for measure, dimension in pairs for row in rollups.rows(measure, dimension=dimension)]
    assert sorted(columns.rows(), key=canonical_place) == sorted(rows, key=canonical_place)
    assert columns_digest(columns)[0] == rows_digest(rows)
