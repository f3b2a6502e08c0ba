# SPDX-License-Identifier: Apache-2.0
"""Disks that fail, processes that die, spools that are put back: what the next one makes of it."""

from __future__ import annotations

import errno
import shutil

from nadzor_sdk import segments, stream
from tests.stub_gateway import Fault, eventually
from tests.wire_samples import EVENT


def capture(client, count):
    """Ids of that many studies."""
    return [client.study(**EVENT) for _ in range(count)]


def delivered(gateway, kind="study"):
    """Ids that reached the gateway, in order."""
    return [event["id"] for event in gateway.events(kind)]


def once(*faults):
    """A schedule: the first attempts meet these faults, the others none."""
    return lambda attempt, header: faults[attempt - 1] if attempt <= len(faults) else None


def test_a_disk_that_fails_to_sync_is_not_believed(gateway, connect, monkeypatch):
    """After a failed sync the records are written to new files before they are sent."""
    client = connect(flush_every_s=0.5)
    sound, failures = segments.sync_bytes, [OSError(errno.EIO, "bad")]

    def failing(fd):
        if failures:
            raise failures.pop()
        sound(fd)

    monkeypatch.setattr(segments, "sync_bytes", failing)
    ids = capture(client, 3)
    stream = client._sender.current
    assert client.flush(30) and delivered(gateway) == ids
    assert client._sender.current is not stream and failures == []


def test_a_disk_that_cannot_take_a_sealed_batch_is_waited_for(gateway, connect, monkeypatch):
    """Without room to seal nothing is sent; with room again everything is."""
    client = connect()
    sound, failures = stream.write_atomic, [OSError(errno.ENOSPC, "full")] * 2

    def failing(path, content):
        if failures:
            raise failures.pop()
        sound(path, content)

    monkeypatch.setattr(stream, "write_atomic", failing)
    ids = capture(client, 3)
    assert eventually(lambda: client.health().last_error == f"disk.{errno.ENOSPC}" or not failures)
    assert client.flush(30) and delivered(gateway) == ids


def test_a_disk_that_fails_at_the_end_is_told(gateway, connect, monkeypatch):
    """What cannot be synced at the close stays for the next process."""
    gateway.fault = lambda attempt, header: Fault(status=503)
    client = connect(flush_every_s=3600)
    capture(client, 1)

    def failing(fd):
        raise OSError(errno.EIO, "bad")

    with monkeypatch.context() as patch:
        patch.setattr(segments, "sync_bytes", failing)
        client._sender.stop(5)
        assert client.health().last_error == f"disk.{errno.EIO}"


def test_the_next_process_takes_over(gateway, connect, tmp_path):
    """What a client could not send is sent by the next one, under the old stream's numbers."""
    gateway.fault = lambda attempt, header: Fault(status=503)
    first = connect()
    ids = capture(first, 5)
    first.close(timeout=0.1)
    gateway.fault = once()
    second = connect()
    more = capture(second, 2)
    assert second.flush(30) and delivered(gateway) == ids + more
    assert gateway.headers[1].after == gateway.headers[0].stream and gateway.headers[1].after_last == 5


def test_a_living_process_takes_over_from_a_dead_one(gateway, connect, monkeypatch):
    """Orphans are looked for from time to time, not only at the start."""
    monkeypatch.setattr("nadzor_sdk.sender.ADOPT_EVERY_S", 0.05)
    gateway.fault = lambda attempt, header: Fault(status=503)
    dead, _ = connect(), connect()
    ids = capture(dead, 3)
    dead.close(timeout=0.1)
    gateway.fault = once()
    assert eventually(lambda: delivered(gateway) == ids)


def restored_spool(gateway, connect, tmp_path):
    """Ids of five events that were delivered, after which the spool was put back to before that."""
    gateway.fault = lambda attempt, header: Fault(status=503)
    first = connect(seal_events=5)
    ids = capture(first, 5)
    assert eventually(lambda: list((tmp_path / "spool").glob("s-*/sealed.batch")))
    first.close(timeout=0.05)
    shutil.copytree(tmp_path / "spool", tmp_path / "backup")
    gateway.fault = once()
    second = connect()
    assert second.flush(30) and delivered(gateway) == ids
    second.close()
    shutil.rmtree(tmp_path / "spool")
    (tmp_path / "backup").rename(tmp_path / "spool")
    return ids


def test_a_restored_spool_repeats_its_batch(gateway, connect, tmp_path):
    """A backup put back sends the same sealed bytes again and gets the same receipt: nothing is doubled."""
    ids = restored_spool(gateway, connect, tmp_path)
    assert connect().flush(30) and delivered(gateway) == ids


def test_a_restored_spool_that_seals_otherwise_moves_on(gateway, connect, tmp_path):
    """Other bytes under used numbers conflict; the same events go out under the same ids elsewhere."""
    ids = restored_spool(gateway, connect, tmp_path)
    next((tmp_path / "spool").glob("s-*/sealed.batch")).unlink()
    client = connect(seal_events=3)
    assert client.flush(30) and client.flush(30)
    assert delivered(gateway) == ids + ids and client.health().refused == {"batch.conflict": 1}
    assert client.health().unreceipted == 0


def test_damage_on_disk_is_declared_not_hidden(gateway, connect, tmp_path, monkeypatch):
    """A flipped bit becomes a placeholder, a cut segment a declared range; the rest arrives."""
    monkeypatch.setattr(segments, "SEGMENT_MAX", 1000)
    gateway.fault = lambda attempt, header: Fault(status=503)
    first = connect(seal_events=100, flush_every_s=30)
    ids = capture(first, 12)
    first.close(timeout=0.05)
    for sealed in tmp_path.rglob("sealed.batch"):
        sealed.unlink()
    one, two, *_ = sorted(tmp_path.rglob("*.log"))
    held = two.read_bytes().count(b"\n")
    one.write_bytes(one.read_bytes()[:100])
    spoilt = bytearray(two.read_bytes())
    spoilt[100] ^= 1
    two.write_bytes(spoilt)
    gateway.fault = once()
    assert connect(seal_events=100).flush(30)
    (lost,) = gateway.events("lost")
    assert (lost["first"], lost["code"], len(gateway.events("withheld"))) == (1, "spool.corrupt", 1)
    assert delivered(gateway) == ids[lost["last"] + 1 :] and held > 1


def test_a_failure_of_our_own_stops_nothing(gateway, connect, monkeypatch):
    """A bug in the sender is logged and counted; the thread goes on."""
    client = connect()
    sender = client._sender
    broken = [RuntimeError("bug")]
    sound = sender._make_durable
    monkeypatch.setattr(
        sender, "_make_durable", lambda now: (_ for _ in ()).throw(broken.pop()) if broken else sound(now)
    )
    ids = capture(client, 1)
    assert client.flush(30) and delivered(gateway) == ids
