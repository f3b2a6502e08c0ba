# SPDX-License-Identifier: Apache-2.0
"""A rollup that grew bit by bit is the rollup made at once, whatever comes late, twice, or is taken back."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nadzor.base.clock import moscow_date
from nadzor.telemetry.load import load_lake
from nadzor.telemetry.rollup import roll_up_lake
from nadzor.telemetry.rollup_file import read_rollup_manifest, stored_digest
from nadzor.telemetry.rollup_part import month_of
from nadzor.telemetry.rollup_plain import plain_digest
from tests.engines.engine import by_plain_python, stored_rows
from tests.engines.journals import BINS, journals
from tests.engines.twin import TwinJournal

SLOW = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
JUMPS = st.sampled_from([0, 0, 0, 1, 1, 17, 40, -1])  # days between batches; the clock may be set back


@st.composite
def histories(draw: st.DrawFn) -> tuple[TwinJournal, list[int]]:
    """A journal over some months, and the sizes at which it is rolled up."""
    journal, past = draw(journals()), 0
    for place, batch in enumerate(journal._batches):
        past += draw(JUMPS)
        received = batch.received_at + timedelta(days=past)
        journal._batches[place] = msgspec.structs.replace(batch, received_at=received)
    stops = draw(st.sets(st.integers(1, journal.size()), max_size=4))
    return journal, sorted({*stops, journal.size()})


def until(journal: TwinJournal, size: int) -> TwinJournal:
    """The first batches of a journal."""
    prefix = TwinJournal()
    prefix._batches = list(journal.batches(0, size))
    return prefix


def same_as_anew(lake: Path, rollups: Path) -> str:
    """The digest of a rollup that grew, which is that of its own rows and of a rollup made at once."""
    with tempfile.TemporaryDirectory() as scratch:
        anew = roll_up_lake(lake, Path(scratch) / "rollups", bins=BINS)
    manifest = read_rollup_manifest(rollups)
    assert manifest.digest == anew.digest == stored_digest(rollups, manifest)
    assert manifest.digest == plain_digest(stored_rows(rollups))
    return anew.digest


@SLOW
@given(histories(), st.sampled_from([3, 1000]))
def test_growing_is_making_at_once(history: tuple[TwinJournal, list[int]], step: int) -> None:
    """Corrections, repeats and labels that come late change only dates from their own on."""
    journal, stops = history
    with tempfile.TemporaryDirectory() as scratch:
        lake, rollups = Path(scratch) / "lake", Path(scratch) / "rollups"
        for size in stops:
            load_lake(lake, until(journal, size), step=step)
            roll_up_lake(lake, rollups, bins=BINS)
        grown = same_as_anew(lake, rollups)
    assert grown == plain_digest(by_plain_python(journal, BINS))


@SLOW
@given(histories(), st.data())
def test_what_was_shredded_goes_with_the_lake(
    history: tuple[TwinJournal, list[int]], data: st.DataObject
) -> None:
    """Shredded after loading it stays counted; once the lake is loaded anew, it is counted nowhere."""
    journal, stops = history
    gone = data.draw(
        st.sampled_from(sorted({month_of(moscow_date(b.received_at)) for b in journal.batches()}))
    )
    shredded = TwinJournal()
    for batch in journal.batches():
        there = month_of(moscow_date(batch.received_at)) == gone
        shredded._batches.append(msgspec.structs.replace(batch, shredded=batch.shredded or there))
    with tempfile.TemporaryDirectory() as scratch:
        lake, rollups = Path(scratch) / "lake", Path(scratch) / "rollups"
        load_lake(lake, until(journal, stops[0]))
        roll_up_lake(lake, rollups, bins=BINS)
        load_lake(lake, shredded)
        roll_up_lake(lake, rollups, bins=BINS)
        same_as_anew(lake, rollups)
        shutil.rmtree(lake)
        load_lake(lake, shredded)
        roll_up_lake(lake, rollups, bins=BINS)
        assert same_as_anew(lake, rollups) == plain_digest(by_plain_python(shredded, BINS))
