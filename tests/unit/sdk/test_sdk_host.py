# SPDX-License-Identifier: Apache-2.0
"""The SDK inside a host: starting, threads, forks, closing, leaving."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import threading

import pytest

from nadzor_sdk import Client
from nadzor_sdk.segments import Retired
from nadzor_wire.enrolment import CredentialError
from tests.stub_gateway import Fault
from tests.wire_samples import EVENT


def test_after_close_events_are_refused_politely(gateway, connect):
    """Closing twice is closing; reporting afterwards is counted."""
    client = connect()
    client.study(**EVENT)
    client.close()
    client.close()
    assert client.study(**EVENT) == "" and client.health().closed
    assert client.health().drops == {"closed": 1} and len(gateway.events()) == 1


def test_close_is_bounded_and_loses_nothing(gateway, connect):
    """With the gateway away, closing takes its time limit and no more; the next client delivers."""
    gateway.fault = lambda attempt, header: Fault(status=503)
    client = connect()
    event_id = client.study(**EVENT)
    client.close(timeout=0.1)
    gateway.fault = lambda attempt, header: None
    assert connect().flush(30) and [event["id"] for event in gateway.events()] == [event_id]


def test_a_client_is_a_context(gateway, connect):
    """Leaving the block closes the client, with everything sent."""
    with connect() as client:
        client.study(**EVENT)
    assert client.health().closed and len(gateway.events()) == 1


def test_many_threads_share_one_client(gateway, connect):
    """Eight threads report at once: every event arrives once."""
    client = connect(seal_events=50)
    ids: list[str] = []

    def work():
        ids.extend([client.study(**EVENT) for _ in range(100)])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.flush(30)
    assert sorted(event["id"] for event in gateway.events()) == sorted(ids) and len(ids) == 800


def _child(client, queue):
    ids = [client.study(**EVENT) for _ in range(20)]
    queue.put((ids, client.flush(30), client.health().captured))
    client.close()


def test_a_forked_child_has_a_stream_of_its_own(gateway, connect):
    """Parent and children report after a fork: nothing is lost, nothing is doubled, no number is shared."""
    client = connect()
    ids = [client.study(**EVENT) for _ in range(20)]
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    children = [context.Process(target=_child, args=(client, queue)) for _ in range(2)]
    for child in children:
        child.start()
    found = [queue.get(timeout=60) for _ in children]
    for child in children:
        child.join(60)
    ids += [client.study(**EVENT)] + [event_id for made, _, _ in found for event_id in made]
    assert client.flush(30) and all(done and count == 20 for _, done, count in found)
    assert sorted(event["id"] for event in gateway.events()) == sorted(ids)
    assert len({header.stream for header in gateway.headers}) == 3


def test_a_fork_after_close_touches_no_foreign_descriptor(gateway, connect):
    """Descriptor numbers of a closed client may be somebody else's by now; a child leaves them alone."""
    client = connect()
    client.study(**EVENT)
    client.close()
    mine = [os.open(os.devnull, os.O_RDONLY) for _ in range(8)]
    pid = os.fork()
    if not pid:
        try:
            for fd in mine:
                os.fstat(fd)
        except OSError:
            os._exit(1)
        os._exit(0)
    status = os.waitpid(pid, 0)[1]
    for fd in mine:
        os.close(fd)
    assert os.waitstatus_to_exitcode(status) == 0


def test_leaving_without_close_still_delivers(gateway, tmp_path):
    """A script that simply ends waits a moment for its receipts."""
    (tmp_path / "i.json").write_bytes(gateway.credential.encode())
    code = f"""
from nadzor_sdk import Client
Client({str(tmp_path / "i.json")!r}, heartbeat_every_s=None).study(**{EVENT!r})
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert len(gateway.events()) == 1


def test_a_close_that_goes_wrong_does_not_reach_the_host(gateway, connect, monkeypatch, caplog):
    """Even a bug at the very end is only logged."""
    client = connect()
    monkeypatch.setattr(client._sender, "flush", lambda timeout: 1 / 0)
    client.close()
    assert "did not close cleanly" in caplog.text
    client._sender.stop(5)


def test_a_close_during_a_request_does_not_wait_for_it(gateway, connect, monkeypatch):
    """A server that never answers cannot hold the host's exit."""
    hanging, go = threading.Event(), threading.Event()

    def hang(attempt, header):
        hanging.set()
        go.wait(30)

    gateway.fault = hang
    client = connect()
    client.study(**EVENT)
    assert hanging.wait(30)
    client.close(timeout=0.05)
    client._sender._thread.join(10)
    assert not client._sender._thread.is_alive() and client.health().closed
    go.set()
    gateway.fault = lambda attempt, header: None
    assert connect().flush(30) and len(gateway.events()) == 1


def test_a_call_that_meets_a_moving_stream_follows_it(gateway, connect, monkeypatch):
    """Between reading the current log and writing to it, the stream may have moved."""
    client = connect()
    sender = client._sender
    sound, told = sender.current.log.append, []

    def moved(line):
        if not told:
            told.append(line)
            raise Retired
        return sound(line)

    monkeypatch.setattr(sender.current.log, "append", moved)
    assert client.study(**EVENT) and client.flush(30) and len(gateway.events()) == 1


def test_the_log_of_the_host_is_not_flooded(gateway, connect, caplog):
    """A thousand drops are a few lines, and all are counted."""
    client = connect()
    client.close()
    for _ in range(1000):
        client.study(**EVENT)
    assert client.health().drops == {"closed": 1000} and caplog.text.count("dropped") == 4


def test_a_child_that_reports_nothing_makes_no_stream(gateway, connect, tmp_path):
    """Forking alone leaves no trace, and the parent's lock is not held by the child."""
    client = connect()
    pid = os.fork()
    if not pid:
        os._exit(0 if client.health().captured == 0 and client.flush(0.1) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert len(list((tmp_path / "spool").glob("s-*"))) == 1


def test_a_client_starts_from_a_file_or_a_mapping(gateway, tmp_path):
    """The credential may be a path, a mapping or the struct; the spool lies beside the file."""
    path = tmp_path / "installation.json"
    path.write_bytes(gateway.credential.encode())
    for source in (path, str(path), json.loads(path.read_text()), gateway.credential):
        spool = None if isinstance(source, str) else tmp_path / "elsewhere"
        with Client(source, spool=spool, heartbeat_every_s=None) as client:
            assert client.study(**EVENT)
    assert len(gateway.events()) == 4 and (tmp_path / "installation.spool").is_dir()


def test_the_spool_falls_back_to_the_home_directory(gateway, tmp_path, monkeypatch):
    """Without a file and without a word, the spool lies in the home directory."""
    monkeypatch.setenv("HOME", str(tmp_path))
    with Client(gateway.credential, heartbeat_every_s=None):
        assert (tmp_path / ".nadzor" / "spool" / gateway.credential.installation).is_dir()


def test_a_client_that_cannot_start_says_so(gateway, tmp_path):
    """Only the constructor may raise: no credential, a wrong setting."""
    with pytest.raises(FileNotFoundError):
        Client(tmp_path / "absent.json")
    with pytest.raises(CredentialError):
        Client({"installation": "i-1"}, spool=tmp_path)
    with pytest.raises(ValueError, match="seal_events"):
        Client(gateway.credential, spool=tmp_path, seal_events=0)


def test_importing_the_sdk_loads_neither_cryptography_nor_http():
    """What costs time to import is imported when a client starts."""
    heavy = "('cryptography', 'http.client', 'zstandard')"
    code = f"import sys, nadzor_sdk; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
