# SPDX-License-Identifier: Apache-2.0
"""Dropped events: counted by reason, told by a heartbeat, and not forgotten with their process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nadzor_sdk.room import Room, folder_bytes
from nadzor_sdk.segments import SegmentLog
from nadzor_sdk.tally import SIZE, Tally
from tests.stub_gateway import Fault, eventually
from tests.wire_samples import EVENT

WRONG = EVENT | {"version": "?"}


@pytest.fixture
def tally(tmp_path):
    """A tally of its own, released at the end."""
    made = Tally(tmp_path)
    yield made
    made.release()


def test_what_is_told_is_struck(tally):
    """Counts go up with drops and down with what a heartbeat told."""
    for reason in ("invalid", "invalid", "spool_full"):
        tally.add(reason)
    told = tally.counts()
    tally.add("invalid")
    tally.told(told)
    assert told == {"invalid": 2, "spool_full": 1} and tally.counts() == {"invalid": 1}


def test_another_process_inherits(tally, tmp_path):
    """What one leaves untold the next one has, once; while the first lives nobody touches it."""
    first = Tally(tmp_path)
    first.add("disk_full")
    assert not tally.inherit() and tally.counts() == {}
    first.release()
    assert tally.inherit() and tally.counts() == {"disk_full": 1}
    assert not tally.inherit() and len(list(tmp_path.glob("drops-*"))) == 1


def test_a_process_that_drops_nothing_leaves_nothing(tmp_path):
    """Its file goes with it."""
    made = Tally(tmp_path)
    assert not made.inherit() and next(tmp_path.glob("drops-*")).stat().st_size == SIZE
    made.release()
    assert list(tmp_path.iterdir()) == []


def test_a_spoilt_file_is_forgotten(tally, tmp_path):
    """An unreadable count cannot be told; it stops nothing."""
    (tmp_path / "drops-00.json").write_bytes(b"\xff")
    assert not tally.inherit() and not (tmp_path / "drops-00.json").exists()


def test_a_disk_that_refuses_leaves_the_count_in_memory(tmp_path, monkeypatch):
    """Without a file the same process still tells."""
    monkeypatch.setattr("nadzor_sdk.tally.os.open", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    made = Tally(tmp_path / "spool")
    made.add("disk_full")
    assert made.counts() == {"disk_full": 1}


def test_drops_of_a_killed_process_are_told(gateway, connect, tmp_path, caplog):
    """SIGKILL after two drops: the next client's first heartbeat comes at once and names them."""
    (tmp_path / "i.json").write_bytes(gateway.credential.encode())
    code = f"""
import os, signal
from nadzor_sdk import Client
client = Client({str(tmp_path / "i.json")!r}, heartbeat_every_s=None)
[client.study(**{WRONG!r}) for _ in range(2)]
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], timeout=60, check=False)
    client = connect(spool=tmp_path / "i.spool", heartbeat_every_s=300)
    assert eventually(lambda: gateway.events("heartbeat"))
    assert gateway.events("heartbeat")[0]["drops"] == {"invalid": 2}
    client._beat()
    assert client.flush(30) and gateway.events("heartbeat")[1]["drops"] == {}


def test_drops_after_a_close_are_kept_too(gateway, connect):
    """What a closed client refuses, another one tells."""
    closed = connect()
    closed.close()
    assert closed.study(**EVENT) == "" and closed.study(**EVENT) == ""
    closed._tally.release()
    client = connect(heartbeat_every_s=300)
    assert eventually(lambda: gateway.events("heartbeat"))
    assert gateway.events("heartbeat")[0]["drops"] == {"closed": 2} and client.health().drops == {}


def test_every_byte_of_the_folder_counts(tmp_path):
    """Other streams, sealed and refused batches leave less room; a reserve is for what is urgent."""
    (tmp_path / "s-1").mkdir()
    (tmp_path / "refused").mkdir()
    own, foreign = SegmentLog(tmp_path / "s-1"), tmp_path / "refused" / "x.batch"
    room = Room(tmp_path, 100_000)
    assert room.admits(own) and room.taken(own) == 0
    foreign.write_bytes(bytes(97_000))
    room.look(own)
    assert not room.admits(own) and room.admits(own, urgent=True)
    foreign.write_bytes(bytes(101_000))
    room.look(own)
    assert not room.admits(own, urgent=True) and room.taken(own) == folder_bytes(tmp_path) == 101_000
    own.close()


def test_what_others_free_is_seen(tmp_path, monkeypatch):
    """A full spool is looked at again after a moment."""
    own, foreign = SegmentLog(tmp_path), tmp_path / "x"
    foreign.write_bytes(bytes(200_000))
    room = Room(tmp_path, 100_000)
    assert not room.admits(own)
    foreign.unlink()
    assert not room.admits(own)
    monkeypatch.setattr("nadzor_sdk.room.LOOK_AGAIN_S", 0.0)
    assert room.admits(own)
    own.close()


def test_two_clients_share_one_limit(gateway, connect):
    """What one process wrote, another may not write again."""
    gateway.fault = lambda attempt, header: Fault(status=503)
    first = connect(spool_max_bytes=64 * 1024, flush_every_s=3600)
    second = connect(spool_max_bytes=64 * 1024, flush_every_s=3600)
    for _ in range(400):
        first.study(**EVENT)
    taken = sum(bool(second.study(**EVENT)) for _ in range(100))
    assert taken <= 4096 // 200 and second.health().drops["spool_full"] == 100 - taken
    assert folder_bytes(second._settings.spool) <= 64 * 1024 + 2 * 4096


def test_an_adverse_event_and_a_heartbeat_find_room(gateway, connect):
    """Duty and diagnosis pass when the rest is full; a heartbeat that finds none is not counted as lost."""
    gateway.fault = lambda attempt, header: Fault(status=503)
    client = connect(spool_max_bytes=64 * 1024, flush_every_s=3600)
    while client.study(**EVENT):
        pass
    said = {"event_date": "2026-11-01", "aware_date": "2026-11-02", "event_type": "death"}
    assert client.adverse_event(**said, problem_codes=["A11"], version="1.0")
    for _ in range(100):
        client._beat()
    assert set(client.health().drops) == {"spool_full"} and client.health().drops["spool_full"] < 10
