# SPDX-License-Identifier: Apache-2.0
"""The way back from a cell to its events."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.measures.catalogue import catalogue
from nadzor.measures.rollup import ALL, NO_BIN, Row
from nadzor.telemetry.store import Rollups
from nadzor.telemetry.trace import EventRef, trace
from tests.engines.pipe_table import event_id

FIRST = date(2026, 10, 1)


def ids(found: list[EventRef]) -> list[str]:
    """Names of the events found."""
    names = {event_id(name): name for name in ("s1", "s2", "s3", "t1", "r1", "c1", "h1", "l1")}
    return [names[ref.id] for ref in found]


def test_a_count_leads_to_its_events_and_their_correction(home: Home) -> None:
    """All that ever touched the cell, in journal order; a repeat is not an event of its own."""
    assert ids(trace(home, "ai-001", FIRST, "studies")) == ["s1", "s2", "s3", "c1"]


def test_a_reference_names_batch_and_line(home: Home) -> None:
    """Index and line lead to the journal, the number to the sender's stream."""
    ref = trace(home, "ai-001", FIRST, "studies")[1]
    assert ref == EventRef(
        index=1, line=0, seq=2, installation="i-00000000000a", kind="study", id=event_id("s2")
    )


def test_a_true_positive_leads_to_study_and_label(home: Home) -> None:
    """Both halves of the pair are its evidence."""
    assert ids(trace(home, "ai-001", FIRST, "tp")) == ["s1", "t1"]


def test_disagreement_leads_to_study_and_review(home: Home) -> None:
    """The device said no, the physician saw it."""
    assert ids(trace(home, "ai-001", FIRST, "disagree", finding="edema")) == ["s2", "r1"]


@pytest.mark.parametrize(
    ("measure", "bin", "names"),
    [
        ("scores", 0, ["s2"]),
        ("scores", 1, ["s1"]),
        ("score_present", 5000, ["s1", "t1"]),
        ("skew", 4, ["h1"]),
    ],
)
def test_a_bin_leads_to_what_fell_into_it(home: Home, measure: str, bin: int, names: list[str]) -> None:
    """Registered, fixed and integer bins alike."""
    asked = {} if measure == "skew" else {"finding": "edema"}
    assert ids(trace(home, "ai-001", FIRST, measure, bin=bin, **asked)) == names


def test_intake_leads_to_batches(home: Home) -> None:
    """What intake saw is evidence by the batch."""
    found = trace(home, "ai-001", date(2026, 10, 6), "rejected", dimension="code", stratum="event.bad")
    assert [(ref.kind, ref.index, ref.id) for ref in found] == [("batch", 8, "")]


def test_unknown_measure(home: Home) -> None:
    """There is no way back from what is not counted."""
    with pytest.raises(Refusal, match="measure.unknown"):
        trace(home, "ai-001", FIRST, "studiez")


@pytest.mark.parametrize(
    "asked", [{"finding": "edema"}, {"bin": 1}, {"dimension": "stage"}, {"dimension": "1; --"}]
)
def test_a_split_that_a_measure_does_not_have(home: Home, asked: dict) -> None:
    """What the catalogue does not allow is refused, not guessed."""
    with pytest.raises(Refusal, match="measure.split"):
        trace(home, "ai-001", FIRST, "studies", **asked)


@pytest.mark.parametrize("measure", catalogue().measures)
def test_every_row_leads_back(home: Home, measure: str) -> None:
    """Whatever the measure, no row of the rollup is without events."""
    for row in Rollups.open(home).rows(measure, dimension=catalogue().measures[measure].dimensions)[:6]:
        assert trace(home, row.device, row.day, measure, **asked(row)), row


def asked(row: Row) -> dict:
    """A row as a question."""
    named = {
        name: getattr(row, name)
        for name in ("version", "site", "installation", "finding")
        if getattr(row, name)
    }
    split = {} if row.dimension == ALL else {"dimension": row.dimension, "stratum": row.stratum}
    return named | split | ({} if row.bin == NO_BIN else {"bin": row.bin})
