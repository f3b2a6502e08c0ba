# SPDX-License-Identifier: Apache-2.0
"""What real models and radiologists said about real studies, counted by both engines and by hand."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

import pytest

from nadzor.measures.rollup import Row, rows_digest
from nadzor.measures.score_scale import ScoreScale
from nadzor.simulate.read_directory import finding_code, read_directory
from nadzor.simulate.read_events import ReadPlan, read_events
from tests.engines.engine import by_duckdb, by_plain_python
from tests.engines.twin import TwinJournal
from tests.shared import shared

MODEL = "drnet"


@pytest.fixture(scope="module")
def journal() -> TwinJournal:
    """One model's replay, in batches of 500."""
    reads = read_directory(shared("real-ai-reads"))
    model = next(model for model in reads.models if model.name == MODEL)
    scales = dict.fromkeys(model.findings, ScoreScale())
    plan = ReadPlan(model=model, scales=scales, salt=b"salt", enrolled=date(2026, 11, 1))
    events = iter(read_events(plan, reads))
    found = TwinJournal()
    while batch := list(islice(events, 500)):
        found.append(batch, received_at=datetime(2026, 11, 2, 9, tzinfo=UTC))
    return found


@pytest.fixture(scope="module")
def rows(journal: TwinJournal) -> list[Row]:
    """The rollup, without histograms."""
    return by_duckdb(journal, {}, step=1000)


def test_engines_agree_on_real_reads(journal: TwinJournal, rows: list[Row]) -> None:
    """Four events a study, thousands of pairs: the same digest."""
    assert rows_digest(rows) == rows_digest(by_plain_python(journal, {}))


def table(name: str) -> dict[str, dict[str, str]]:
    """A file of the material by study."""
    with Path(shared("real-ai-reads", name)).open(newline="") as file:
        return {row.pop("Study"): row for row in csv.DictReader(file)}


def test_confusion_counts_are_those_of_the_files(rows: list[Row]) -> None:
    """True and false, positive and negative: decisions against the reference, counted with csv alone."""
    decisions, truth = table(f"model_{MODEL}_decisions.csv"), table("reference_standard.csv")
    names = {("1", "1"): "tp", ("1", "0"): "fp", ("0", "1"): "fn", ("0", "0"): "tn"}
    expected = Counter(
        (finding_code(label), names[str(int(float(decided))), str(int(float(truth[study][label])))])
        for study, row in decisions.items()
        for label, decided in row.items()
    )
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row.measure in names.values() and row.dimension == "all":
            found[row.finding, row.measure] += row.n
    assert found == expected


def test_agreement_pools_both_radiologists(rows: list[Row]) -> None:
    """Each radiologist's finding against the model's decision, counted with csv alone."""
    decisions = table(f"model_{MODEL}_decisions.csv")
    readers = [table(f"radiologist_{letter}.csv") for letter in "ab"]
    expected = Counter(
        float(decided) == float(seen[study][label])
        for seen in readers
        for study, row in decisions.items()
        for label, decided in row.items()
    )
    assert sum(row.n for row in rows if row.measure == "agree" and row.dimension == "all") == expected[True]
    assert (
        sum(row.n for row in rows if row.measure == "disagree" and row.dimension == "all") == expected[False]
    )
