# SPDX-License-Identifier: Apache-2.0
"""A rollup brought up after every batch: what comes late changes no earlier date, and nothing is missed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nadzor.base.home import Home
from nadzor.telemetry.load import load
from nadzor.telemetry.rollup import roll_up
from nadzor.telemetry.rollup_file import read_rollup_manifest
from nadzor.telemetry.rollup_plain import plain_digest
from tests.engines.engine import by_plain_python, stored_rows
from tests.engines.pipe_table import journal
from tests.engines.twin import TwinJournal
from tests.unit.telemetry.conftest import BINS

HISTORIES = {
    "a label before its study": """
        known | kind  | study | present | score | positive
        02    | truth | a     | 1       |       |
        04    | study | a     |         | 5000  | 1
    """,
    "a review before its study": """
        known | kind   | study | present | verdict  | score | positive
        02    | review | a     | 1       | accepted |       |
        04    | study  | a     |         |          | 5000  | 0
    """,
    "a label taken back": """
        known | kind    | id | study | present | score | positive | corrects
        02    | study   | s1 | a     |         | 5000  | 1        |
        03    | truth   | t1 | a     | 1       |       |          |
        05    | correct | c1 |       |         |       |          | t1
    """,
    "a study taken back after its label": """
        known | kind    | id | study | present | score | positive | corrects
        02    | study   | s1 | a     |         | 5000  | 1        |
        03    | truth   | t1 | a     | 1       |       |          |
        05    | correct | c1 |       |         |       |          | s1
    """,
    "a review taken back": """
        known | kind    | id | study | present | verdict  | score | positive | corrects
        02    | study   | s1 | a     |         |          | 5000  | 1        |
        03    | review  | r1 | a     | 1       | accepted |       |          |
        05    | correct | c1 |       |         |          |       |          | r1
    """,
    "a label superseded, and the later one taken back": """
        known | kind    | id | study | present | score | positive | corrects
        02    | study   | s1 | a     |         | 5000  | 1        |
        03    | truth   | t1 | a     | 1       |       |          |
        04    | truth   | t2 | a     | 0       |       |          |
        05    | correct | c1 |       |         |       |          | t2
    """,
    "a study reported again, and the later report taken back": """
        known | kind    | id | study | present | score | positive | corrects
        02    | study   | s1 | a     |         | 5000  | 1        |
        03    | truth   | t1 | a     | 1       |       |          |
        04    | study   | s2 | a     |         | 4999  | 0        |
        05    | correct | c1 |       |         |       |          | s2
    """,
    "a correction before what it corrects": """
        known | kind    | id | study | present | score | positive | corrects
        02    | correct | c1 |       |         |       |          | s1
        03    | truth   | t1 | a     | 1       |       |          |
        04    | study   | s1 | a     |         | 5000  | 1        |
    """,
    "repeats": """
        known | kind  | id | study | score | positive
        02    | study | s1 | a     | 5000  | 1
        03    | study | s1 | a     | 5000  | 1
        04    | study | s1 | a     | 5000  | 1
    """,
    "a gap that is filled": """
        known | kind      | first
        02    | heartbeat | 1
        03    | heartbeat | 5
        04    | heartbeat | 3
    """,
    "a date that comes again": """
        known | kind  | id | study | score | positive
        02    | study | s1 | a     | 5000  | 1
        04    | study | s2 | b     | 4999  | 0
        03    | study | s3 | c     | 5040  | 1
        04    | study | s4 | d     | 5040  | 1
    """,
}


@pytest.mark.parametrize("text", HISTORIES.values(), ids=HISTORIES)
def test_growing_batch_by_batch_is_making_at_once(text: str, tmp_path: Path) -> None:
    """The digest is that of the whole journal rolled up at once, and of the reference engine."""
    whole, home = journal(text), Home.create(tmp_path)
    for size in range(1, whole.size() + 1):
        prefix = TwinJournal()
        prefix._batches = list(whole.batches(0, size))
        load(home, prefix)
        grown = roll_up(home, bins=BINS)
        assert grown.digest == plain_digest(by_plain_python(prefix, BINS))
    shutil.rmtree(home.rollups)
    assert roll_up(home, bins=BINS) == grown


def test_only_new_dates_are_rolled_up(tmp_path: Path, told: TwinJournal) -> None:
    """Files of closed dates stay as they are; a month is one file and the last date another."""
    home = Home.create(tmp_path)
    load(home, told)
    roll_up(home, bins=BINS)
    before = read_rollup_manifest(home.rollups).parts
    kept = (home.rollups / "parts" / before[0].file).stat().st_ino
    more = TwinJournal()
    more._batches = [*told.batches(), *_a_day_later(told)]
    load(home, more)
    roll_up(home, bins=BINS)
    after = read_rollup_manifest(home.rollups).parts
    assert [(part.first.day, part.last.day) for part in before] == [(2, 5), (6, 6)]
    assert [(part.first.day, part.last.day) for part in after] == [(2, 5), (6, 6)]
    assert after[0] == before[0]
    assert (home.rollups / "parts" / after[0].file).stat().st_ino == kept
    assert plain_digest(stored_rows(home.rollups)) == plain_digest(by_plain_python(more, BINS))


def test_an_unchanged_journal_costs_nothing(tmp_path: Path, told: TwinJournal) -> None:
    """Asked again, the rollup answers without touching a file."""
    home = Home.create(tmp_path)
    load(home, told)
    first = roll_up(home, bins=BINS)
    stamp = (home.rollups / "manifest.json").stat().st_mtime_ns
    assert roll_up(home, bins=BINS) == first
    assert (home.rollups / "manifest.json").stat().st_mtime_ns == stamp


def _a_day_later(told: TwinJournal) -> list:
    """One more batch of the last date."""
    grown = journal("known | kind\n06 | heartbeat")
    last, batch = list(told.batches())[-1], grown._batches[0]
    return [
        type(batch)(
            **{
                **{name: getattr(batch, name) for name in batch.__struct_fields__},
                "index": last.index + 1, "cum_events": last.cum_events + 1, "first": 900, "last": 900,
            }
        )
    ]  # fmt: skip
