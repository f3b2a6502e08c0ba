# SPDX-License-Identifier: Apache-2.0
"""The log of one stream on disk."""

from __future__ import annotations

import errno
import os

import pytest

from nadzor_sdk import segments
from nadzor_sdk.segments import Retired, SegmentLog


@pytest.fixture
def small(monkeypatch):
    """Segments of a hundred bytes: three records of the tests here."""
    monkeypatch.setattr(segments, "SEGMENT_MAX", 100)


def line(number):
    """A line of 22 bytes."""
    return b"event number %09d" % number


def filled(folder, count):
    """A log with lines 1..count."""
    log = SegmentLog(folder)
    assert [log.append(line(number)) for number in range(1, count + 1)] == list(range(1, count + 1))
    return log


def read_all(log, first=1, most=1000):
    """All lines from a number on, read piece by piece."""
    found = []
    while True:
        first, lines = log.read(first, most=most)
        if not lines:
            return found
        found += zip(range(first, first + len(lines)), lines, strict=True)
        first += len(lines)


def test_only_synced_records_are_read(tmp_path):
    """A record that power loss could still take is not shown to the sender."""
    log = filled(tmp_path, 3)
    assert log.read(1, most=10) == (1, [])
    assert log.sync() == 3 == log.durable
    assert log.read(1, most=10) == (1, [line(1), line(2), line(3)])
    log.append(line(4))
    assert log.read(4, most=10) == (4, [])
    log.close()


@pytest.mark.parametrize("most", [1, 2, 3, 7, 100])
def test_reading_crosses_segments(tmp_path, small, most):
    """Any batch size reads all records in order across segment files."""
    log = filled(tmp_path, 20)
    log.sync()
    assert len(list(tmp_path.glob("*.log"))) > 4
    assert read_all(log, most=most) == [(number, line(number)) for number in range(1, 21)]
    log.close()


def test_reading_may_start_anywhere(tmp_path, small):
    """A reader that starts in the middle, or goes back, finds its place."""
    log = filled(tmp_path, 20)
    log.sync()
    for first in (7, 20, 1, 13):
        assert read_all(log, first)[0] == (first, line(first))
    log.close()


def test_settled_segments_are_removed_and_reading_goes_on(tmp_path, small):
    """Receipts free whole segments; the open one stays; the byte count follows."""
    log = filled(tmp_path, 20)
    log.sync()
    log.read(1, most=20)
    log.drop(18)
    sizes = sum(path.stat().st_size for path in tmp_path.glob("*.log"))
    assert log.bytes == sizes and read_all(log, 19) == [(19, line(19)), (20, line(20))]
    log.drop(20)
    log.append(line(21))
    log.sync()
    assert read_all(log, 21) == [(21, line(21))]
    log.close()


def test_a_reopened_log_goes_on_where_it_ended(tmp_path, small):
    """Numbers continue after the last whole record; the torn tail is cut."""
    filled(tmp_path, 8).close()
    last = max(tmp_path.glob("*.log"))
    last.write_bytes(last.read_bytes() + b"00000016 0000")
    log = SegmentLog(tmp_path)
    assert log.last == 8 and log.append(line(9)) == 9
    log.sync()
    assert read_all(log) == [(number, line(number)) for number in range(1, 10)]
    log.close()


def test_a_damaged_record_keeps_its_number(tmp_path):
    """A flipped bit in the middle is read as None; all others keep their numbers."""
    filled(tmp_path, 3).close()
    path = next(tmp_path.glob("*.log"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    log = SegmentLog(tmp_path)
    log.sync()
    assert log.read(1, most=9) == (1, [line(1), None, line(3)])
    log.close()


def test_numbers_that_damage_took_are_declared(tmp_path, small):
    """A segment cut short leaves a gap that is named, and reading goes on after it."""
    filled(tmp_path, 9).close()
    first = min(tmp_path.glob("*.log"))
    first.write_bytes(first.read_bytes()[:50])
    log = SegmentLog(tmp_path)
    log.sync()
    assert log.gaps == [(2, 3)]
    assert [number for number, _ in read_all(log)] == [1, 4, 5, 6, 7, 8, 9]
    log.close()


@pytest.mark.parametrize("short", [0, 5])
def test_a_full_disk_leaves_no_half_record(tmp_path, monkeypatch, short):
    """A write that fails or is cut short is undone; the next one has the same number."""
    log = filled(tmp_path, 1)
    whole = os.write

    def failing(fd, content):
        if short:
            return whole(fd, content[:short])
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(segments.os, "write", failing)
    with pytest.raises(OSError, match="full|space"):
        log.append(line(2))
    monkeypatch.setattr(segments.os, "write", whole)
    assert log.append(line(2)) == 2
    log.sync()
    assert log.read(1, most=9) == (1, [line(1), line(2)])
    log.close()


def test_a_new_segment_that_cannot_be_opened_leaves_the_old_one(tmp_path, small, monkeypatch):
    """Without a new file the record is refused and the log stays usable."""
    log = filled(tmp_path, 3)
    whole = os.open
    monkeypatch.setattr(segments.os, "open", lambda *_: (_ for _ in ()).throw(OSError(errno.EMFILE, "many")))
    with pytest.raises(OSError, match="many"):
        log.append(line(4))
    monkeypatch.setattr(segments.os, "open", whole)
    assert log.append(line(4)) == 4
    log.close()


def test_a_failed_sync_is_never_forgotten(tmp_path, monkeypatch):
    """After one failure the descriptor is not trusted again, even if the system says it is well."""
    log = filled(tmp_path, 2)
    monkeypatch.setattr(segments, "sync_bytes", lambda fd: (_ for _ in ()).throw(OSError(errno.EIO, "bad")))
    with pytest.raises(OSError, match="bad"):
        log.sync()
    monkeypatch.undo()
    with pytest.raises(OSError, match="error"):
        log.sync()
    assert log.durable == 0
    log.salvage()
    assert len(read_all(log)) == 2
    log.close()


def test_a_retired_log_takes_no_more(tmp_path):
    """After retiring, appending raises and syncing a closed log does nothing."""
    log = filled(tmp_path, 1)
    assert log.retire() == 1
    with pytest.raises(Retired):
        log.append(line(2))
    log.close()
    assert log.sync() == 0
