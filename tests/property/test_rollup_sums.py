# SPDX-License-Identifier: Apache-2.0
"""Strata of a dimension add up to the whole, and the fates of events to what was received."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings

from nadzor.measures.catalogue import catalogue
from nadzor.measures.rollup import ALL
from tests.engines.engine import by_plain_python
from tests.engines.journals import BINS, journals
from tests.engines.twin import TwinJournal

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(journals())
def test_strata_add_up_to_all(journal: TwinJournal) -> None:
    """Whatever the dimension, its strata count the same facts as the unsplit measure."""
    sums: Counter[tuple[str, str]] = Counter()
    for row in by_plain_python(journal, BINS):
        sums[row.measure, row.dimension] += row.n
    for name, measure in catalogue().measures.items():
        assert len({sums[name, dimension] for dimension in measure.dimensions}) == 1


@QUICK
@given(journals())
def test_only_catalogued_dimensions_appear(journal: TwinJournal) -> None:
    """Every row is of a measure, and of a dimension, that the catalogue allows, at its level."""
    for row in by_plain_python(journal, BINS):
        measure = catalogue().measures[row.measure]
        assert row.dimension in measure.dimensions
        assert bool(row.finding) == measure.finding
        assert (row.bin >= 0) == bool(measure.bins)
        assert bool(row.site) == measure.sited(row.dimension)


@QUICK
@given(journals())
def test_received_is_the_sum_of_fates(journal: TwinJournal) -> None:
    """Every line that could be read was accepted, rejected or a duplicate, and only one of them."""
    readable = sum(b.last - b.first + 1 for b in journal.batches() if not b.shredded)
    refused = sum(len(b.verdicts.rejected) for b in journal.batches() if b.shredded)
    fates = {"accepted", "rejected", "duplicates"}
    rows = [row for row in by_plain_python(journal, BINS) if row.measure in fates and row.dimension == ALL]
    assert sum(row.n for row in rows) == readable + refused


@QUICK
@given(journals())
def test_outcomes_add_up_to_studies(journal: TwinJournal) -> None:
    """Processed, failed and declined are all studies there are."""
    sums: Counter[str] = Counter()
    for row in by_plain_python(journal, BINS):
        if row.dimension == ALL:
            sums[row.measure] += row.n
    assert sums["studies"] == sums["processed"] + sums["failed"] + sums["declined"]
