# SPDX-License-Identifier: Apache-2.0
"""Streams and the folder that holds them."""

from __future__ import annotations

import os
from hashlib import sha256

import pytest

from nadzor_sdk.spool import Refusal, Spool, clear_nurseries
from nadzor_sdk.stream import Sealed, Stream, lock_folder
from nadzor_wire.batch import NO_PREVIOUS


def opened(spool: Spool, count: int = 0) -> Stream:
    """A new stream with some records."""
    stream = spool.open(spool.adopt())
    for number in range(count):
        stream.log.append(b'{"n":%d}' % number)
    stream.log.sync()
    return stream


def test_the_first_stream_of_a_new_folder_is_marked_restored(tmp_path):
    """Nobody can tell a first start from a lost volume, so it is said, neutrally."""
    stream = opened(Spool(tmp_path / "spool"))
    assert stream.origin.restored and stream.origin.after is None
    stream.release()


def test_a_stream_names_the_one_that_died(tmp_path):
    """A stream left by a dead process is adopted, and the next one continues it by name and number."""
    spool = Spool(tmp_path / "spool")
    dead = opened(spool, 7)
    dead.release()
    adopted = spool.adopt()
    heir = spool.open(adopted)
    assert [stream.origin.stream for stream in adopted] == [dead.origin.stream]
    assert (heir.origin.after, heir.origin.after_last) == (dead.origin.stream, 7)
    assert not heir.origin.restored
    for stream in (*adopted, heir):
        stream.release()


def test_a_stream_names_the_one_that_ended_cleanly(tmp_path):
    """A clean end is remembered after its folder is gone."""
    spool = Spool(tmp_path / "spool")
    ended = opened(spool, 3)
    spool.finish(ended)
    heir = opened(Spool(tmp_path / "spool"))
    assert not ended.folder.exists()
    assert (heir.origin.after, heir.origin.after_last) == (ended.origin.stream, 3)
    heir.release()


def test_an_empty_stream_passes_its_predecessor_on(tmp_path):
    """A process that reported nothing does not break the chain."""
    spool = Spool(tmp_path / "spool")
    spool.finish(opened(spool, 3))
    empty = opened(spool)
    (tmp_path / "spool" / "last.json").unlink()
    empty.release()
    heir = opened(spool)
    assert (heir.origin.after, heir.origin.after_last) == (empty.origin.after, 3)
    heir.release()


def test_a_living_stream_is_not_adopted(tmp_path):
    """The lock of a living owner is respected, by other processes and by other descriptors."""
    spool = Spool(tmp_path / "spool")
    alive = opened(spool, 1)
    assert spool.adopt() == [] and lock_folder(alive.folder) is None
    other = spool.open([])
    assert other.origin.after is None and not other.origin.restored
    for stream in (alive, other):
        stream.release()


def test_a_folder_that_is_gone_cannot_be_locked(tmp_path):
    """A stream finished by another process in the meantime is nobody's."""
    assert lock_folder(tmp_path / "gone") is None


def test_half_made_streams_are_cleared_away(tmp_path):
    """What a process left that died while making a stream is never adopted, and removed an hour later."""
    spool = Spool(tmp_path)
    (tmp_path / "new-0123").mkdir()
    assert spool.adopt() == []
    clear_nurseries(tmp_path)
    assert (tmp_path / "new-0123").exists()
    os.utime(tmp_path / "new-0123", (0, 0))
    clear_nurseries(tmp_path)
    assert not (tmp_path / "new-0123").exists()


def test_a_sealed_batch_survives_and_is_settled_once(tmp_path):
    """Sealed bytes are the same after reopening; settling removes them and moves `prev`."""
    spool = Spool(tmp_path / "spool")
    stream = opened(spool, 4)
    sealed = stream.seal(stream.log.read(1, most=3)[1], first=1, coding="gzip")
    stream.release()
    (again,) = spool.adopt()
    assert again.sealed() == sealed and again.pending == 4
    again.settle(sealed, receipted=True)
    assert (again.sealed(), again.pending, again.place.prev) == (None, 1, sha256(sealed.body).digest())
    again.release()


def test_a_batch_settled_just_before_a_crash_is_not_sent_again(tmp_path):
    """The place is written before the sealed batch is removed; what is left over is ignored."""
    spool = Spool(tmp_path / "spool")
    stream = opened(spool, 2)
    sealed = stream.seal(stream.log.read(1, most=3)[1], first=1, coding="identity")
    stream.settle(sealed, receipted=True)
    (stream.folder / "sealed.batch").write_bytes(sealed.encode())
    assert stream.sealed() is None
    stream.release()


def test_a_place_that_a_power_cut_took_is_told_by_the_sealed_batch(tmp_path):
    """The sealed batch is durable and names what came before it; an older place is corrected by it."""
    spool = Spool(tmp_path / "spool")
    stream = opened(spool, 6)
    first = stream.seal(stream.log.read(1, most=3)[1], first=1, coding="gzip")
    stream.settle(first, receipted=True)
    stream.seal(stream.log.read(4, most=2)[1], first=4, coding="gzip")
    place = stream.place
    stream.release()
    (stream.folder / "place.json").unlink()
    (again,) = spool.adopt()
    assert again.place == place and again.place.settled == 3
    again.release()


def test_the_predecessor_is_named_until_the_first_receipt(tmp_path):
    """The first batches name where the stream comes from; once receipted they need not."""
    spool = Spool(tmp_path / "spool")
    spool.finish(opened(spool, 5))
    stream = opened(spool, 2)
    first = stream.seal([b"{}"], first=1, coding="identity")
    assert (first.header.after_last, first.header.prev) == (5, NO_PREVIOUS)
    stream.settle(first, receipted=True)
    assert stream.seal([b"{}"], first=2, coding="identity").header.after is None
    stream.release()


def test_a_place_that_a_power_cut_emptied_is_forgotten(tmp_path):
    """The place is not synced; an empty file after a power cut is no reason to fail."""
    spool = Spool(tmp_path / "spool")
    stream = opened(spool, 4)
    stream.settle(stream.seal([b"{}"], first=1, coding="gzip"), receipted=True)
    stream.release()
    (stream.folder / "place.json").write_bytes(b"")
    (again,) = spool.adopt()
    assert again.place.settled == 0 and again.sealed().header.last == 1
    again.release()


@pytest.mark.parametrize("damage", [lambda b: b"\0\0", lambda b: b[:-1] + b"\0", lambda b: b[:40]])
def test_a_damaged_sealed_batch_is_sealed_anew(tmp_path, damage):
    """The records are still in the log, so nothing is lost."""
    spool = Spool(tmp_path / "spool")
    stream = opened(spool, 4)
    path = stream.folder / "sealed.batch"
    stream.seal(stream.log.read(1, most=3)[1], first=1, coding="identity")
    stream.release()
    path.write_bytes(damage(path.read_bytes()))
    (again,) = spool.adopt()
    assert again.sealed() is None and again.pending == 4
    again.release()


def test_an_unreadable_stream_is_set_aside(tmp_path):
    """A stream that cannot be read is kept for a person and does not stop the next start."""
    spool = Spool(tmp_path / "spool")
    stream = opened(spool, 4)
    stream.release()
    (stream.folder / "origin.json").write_bytes(b"\0\0")
    assert spool.adopt() == [] and spool.adopt() == []
    assert len(list((tmp_path / "spool").glob("damaged-*"))) == 1


def test_a_batch_that_would_look_like_a_bomb_is_sealed_uncoded(tmp_path):
    """Extremely repetitive events would be refused for their ratio; they go out as they are."""
    stream = opened(Spool(tmp_path / "spool"))
    sealed = stream.seal([b"{}" + b" " * 1000] * 1000, first=1, coding="gzip")
    assert sealed.coding == "identity" and len(sealed.lines()) == 1000
    stream.release()


def test_a_refused_batch_is_kept_with_its_reason(tmp_path):
    """What was given up can still be read by a person."""
    spool = Spool(tmp_path / "spool")
    stream = opened(spool, 1)
    sealed = stream.seal([b"{}"], first=1, coding="zstd")
    spool.refuse(sealed, Refusal(400, "batch.header"))
    (kept,) = (tmp_path / "spool" / "refused").glob("*.batch")
    assert Sealed.decode(kept.read_bytes()) == sealed and sealed.lines() == [b"{}"]
    assert kept.with_suffix(".json").read_text() == '{"status":400,"code":"batch.header"}'
    stream.release()


def test_a_spoilt_memory_of_the_last_stream_is_forgotten(tmp_path):
    """An unreadable note is no reason not to start."""
    spool = Spool(tmp_path / "spool")
    (tmp_path / "spool" / "last.json").write_bytes(b"{")
    stream = opened(spool)
    assert stream.origin.after is None
    stream.release()


def test_the_names_of_a_spool_are_durable(tmp_path, monkeypatch):
    """A folder that is made, and the one that a dead process made, is synced in the folder above it."""
    synced = []
    monkeypatch.setattr("nadzor_sdk.spool.sync_folder", synced.append)
    Spool(tmp_path / "new" / "spool")
    assert synced == [tmp_path / "new", tmp_path]
    Spool(tmp_path / "new" / "spool")
    assert synced[2:] == [tmp_path / "new"]


def test_a_stream_finished_while_nurseries_are_cleared_is_no_fault(tmp_path, monkeypatch):
    """A sibling renames what it made between our looking at the names and at their age."""
    (tmp_path / "new-aa").mkdir()
    (tmp_path / "new-bb").mkdir()
    seen = sorted(tmp_path.glob("new-*"))
    monkeypatch.setattr(type(tmp_path), "glob", lambda *_: iter(seen))
    seen[0].rename(tmp_path / "s-aa")
    os.utime(seen[1], (0, 0))
    clear_nurseries(tmp_path)
    assert (tmp_path / "s-aa").is_dir() and not seen[1].exists()
