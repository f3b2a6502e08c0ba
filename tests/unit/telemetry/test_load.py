# SPDX-License-Identifier: Apache-2.0
"""The journal becomes the lake."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest

from nadzor.telemetry.lake import opened
from nadzor.telemetry.load import LoadReport, load_lake
from nadzor.telemetry.manifest import read_manifest
from tests.engines.pipe_table import event_id, journal
from tests.engines.twin import TwinJournal
from tests.unit.telemetry.conftest import TOLD

STUDIES = "known | kind | study\n" + "\n".join(f"02 | study | s{n}" for n in range(10))


def rows(lake: Path, query: str) -> list[tuple]:
    """An answer of the lake."""
    with opened(lake) as (store, _):
        return store.execute(query).fetchall()


def test_report_says_what_was_done(tmp_path: Path, told: TwinJournal) -> None:
    """Events, repeats, parts and batches are counted; a second load finds nothing new."""
    first = load_lake(tmp_path, told)
    assert first == LoadReport(rows=8, duplicates=1, parts=1, batches=10, journal_size=10)
    assert load_lake(tmp_path, told) == msgspec.structs.replace(first, batches=0)


def test_parts_are_cut_where_the_count_crosses_a_step(tmp_path: Path) -> None:
    """Four events a part: batches 0-3, 4-7 and the open tail."""
    load_lake(tmp_path, journal(STUDIES), step=4)
    parts = read_manifest(tmp_path).parts
    assert [(p.number, p.first_batch, p.stop_batch) for p in parts] == [(0, 0, 4), (1, 4, 8), (2, 8, 10)]


def test_a_batch_belongs_to_the_part_in_which_it_starts(tmp_path: Path) -> None:
    """A batch that straddles a step is not torn."""
    found = TwinJournal()
    heartbeats = journal("known | kind\n02 | heartbeat\n02 | heartbeat\n02 | heartbeat")
    lines = [batch.lines for batch in heartbeats.batches()]
    found.append(lines, received_at=datetime(2026, 10, 2, tzinfo=UTC))
    found.append([lines[0].replace(b'"id":"', b'"id":"')], received_at=datetime(2026, 10, 2, tzinfo=UTC))
    load_lake(tmp_path, found, step=2)
    assert [(p.number, p.first_event, p.stop_event) for p in read_manifest(tmp_path).parts] == [
        (0, 0, 3),
        (1, 3, 4),
    ]


def test_closed_parts_are_not_written_again(tmp_path: Path) -> None:
    """Only the tail is replaced; files it no longer needs disappear one load later."""
    found = journal(STUDIES)
    load_lake(tmp_path, found, step=4)
    closed = {path: path.stat().st_mtime_ns for path in (tmp_path / "study").glob("part-0000[01]*")}
    tail = next((tmp_path / "study").glob("part-00002*"))
    more = journal("known | kind | study\n02 | study | later")
    found.append(
        [next(more.batches()).lines.replace(b"row 0", b"row x")],
        received_at=datetime(2026, 10, 3, tzinfo=UTC),
    )
    load_lake(tmp_path, found, step=4)
    assert {path: path.stat().st_mtime_ns for path in closed} == closed
    assert tail.exists(), "a reader of the old manifest may still need it"
    assert tail.name not in {Path(file).name for file in read_manifest(tmp_path).table("study")}


def test_the_first_of_repeated_events_stays(tmp_path: Path) -> None:
    """First in journal order, also when the repeat lies in a later part."""
    text = (
        "known | kind | id | study\n"
        + "02 | study | x | a\n" * 2
        + "03 | study | y | b\n" * 5
        + "04 | study | x | a"
    )
    report = load_lake(tmp_path, journal(text), step=3)
    assert report.duplicates == 6
    assert rows(tmp_path, "SELECT event FROM event ORDER BY event") == [(0,), (2,)]
    assert rows(tmp_path, "SELECT sum(duplicates), sum(accepted) FROM batch") == [(6, 8)]


def test_stored_verdicts_decide(tmp_path: Path) -> None:
    """A rejected line is never read, whatever it holds."""
    found = TwinJournal()
    line = next(journal("known | kind\n02 | heartbeat").batches()).lines
    found.append(
        [b"\xff not json", line],
        received_at=datetime(2026, 10, 2, tzinfo=UTC),
        rejected=[(0, "event.malformed")],
    )
    assert load_lake(tmp_path, found).rows == 1
    assert rows(tmp_path, "SELECT code, rejected FROM rejection") == [("event.malformed", 1)]


def test_a_shredded_body_is_counted_not_read(tmp_path: Path) -> None:
    """Its lines are known to have existed; nothing else is."""
    found = TwinJournal()
    found.append([b"{}", b"{}"], received_at=datetime(2026, 10, 2, tzinfo=UTC), shredded=True)
    assert load_lake(tmp_path, found).rows == 0
    assert rows(tmp_path, "SELECT lines, accepted, unread FROM batch") == [(2, 0, 2)]


def test_ids_and_keys_survive_as_two_integers(tmp_path: Path) -> None:
    """The halves put together are the id that was sent."""
    load_lake(tmp_path, journal("known | kind | id | study\n02 | study | x | a"))
    ((high, low),) = rows(tmp_path, "SELECT id_hi, id_lo FROM event")
    assert f"{high % 2**64:016x}{low % 2**64:016x}" == event_id("x").replace("-", "")


@pytest.mark.parametrize("size", [1, 3, 9])
def test_the_lake_does_not_depend_on_when_it_was_loaded(tmp_path: Path, told: TwinJournal, size: int) -> None:
    """Loaded in two goes or in one, the files hold the same rows."""
    early = TwinJournal()
    early._batches = list(told.batches(0, size))
    load_lake(tmp_path / "twice", early, step=4)
    load_lake(tmp_path / "twice", told, step=4)
    load_lake(tmp_path / "once", told, step=4)
    for part in read_manifest(tmp_path / "once").parts:
        for entry in part.tables.values():
            assert pq.read_table(tmp_path / "twice" / entry.file).equals(
                pq.read_table(tmp_path / "once" / entry.file)
            )


def test_a_lake_cut_otherwise_is_loaded_anew(tmp_path: Path) -> None:
    """Another step means other parts: nothing of the old lake is kept."""
    found = journal(TOLD)
    load_lake(tmp_path, found, step=4)
    assert load_lake(tmp_path, found, step=5).batches == 10
    assert {part.number for part in read_manifest(tmp_path).parts} == {0, 1}
