# SPDX-License-Identifier: Apache-2.0
"""What was known on a date stays known, however the journal is cut and loaded."""

from __future__ import annotations

import tempfile
from datetime import date
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nadzor.base.clock import moscow_date
from nadzor.telemetry.load import load_lake
from nadzor.telemetry.rollup import roll_up_lake
from nadzor.telemetry.rollup_plain import plain_digest
from tests.engines.engine import by_duckdb, by_plain_python
from tests.engines.journals import BINS, journals
from tests.engines.twin import TwinJournal

SLOW = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))


class Prefix:
    """The first batches of a journal."""

    def __init__(self, journal: TwinJournal, size: int) -> None:
        self._journal, self._size = journal, size

    def size(self) -> int:
        """How many batches are seen."""
        return self._size

    def batches(self, start: int, stop: int):
        """The batches in [start, stop)."""
        return self._journal.batches(start, stop)


@SLOW
@given(journals(), st.lists(st.integers(0, 12), max_size=4), st.sampled_from([3, 1000]))
def test_loading_bit_by_bit_is_loading_at_once(journal: TwinJournal, stops: list[int], step: int) -> None:
    """The lake is a function of the journal, not of how often it was loaded."""
    with tempfile.TemporaryDirectory() as scratch:
        lake = Path(scratch) / "lake"
        for size in sorted({min(stop, journal.size()) for stop in stops} | {journal.size()}):
            load_lake(lake, Prefix(journal, size), step=step)
        pieces = roll_up_lake(lake, Path(scratch) / "rollups", bins=BINS)
    assert pieces.digest == plain_digest(by_duckdb(journal, BINS, step=10**6))


@SLOW
@given(journals())
def test_the_past_is_never_rewritten(journal: TwinJournal) -> None:
    """Rows known by a date are the same, whether asked then or at the end (two dates of each journal)."""
    whole = by_plain_python(journal, BINS)
    known = [moscow_date(batch.received_at) for batch in journal.batches()]
    ends = [place for place, (a, b) in enumerate(pairwise([*known, date.max]), start=1) if a < b]
    for end in ends[:2]:
        then = by_duckdb_prefix(journal, end)
        assert set(then) == {row for row in whole if row.known <= known[end - 1]}


def by_duckdb_prefix(journal: TwinJournal, size: int):
    """The rollup of the first batches of a journal."""
    prefix = TwinJournal()
    prefix._batches = list(journal.batches(0, size))
    return by_duckdb(prefix, BINS)
