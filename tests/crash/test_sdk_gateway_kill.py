# SPDX-License-Identifier: Apache-2.0
"""The SDK and the real gateway, which is killed again and again: every event is in the journal once."""

from __future__ import annotations

import json
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from nadzor.base.directory import Entry, KeyEntry, issue, seal_directory
from nadzor.base.home import Home
from nadzor.journal.opening import open_reader
from nadzor.journal.verify import verify_journal
from nadzor_sdk import Client
from nadzor_wire.base64text import b64
from nadzor_wire.receipt import decode_receipt, verify_receipt
from tests.stub_gateway import make_credential
from tests.wire_samples import EVENT

SERVER = """
import sys
from pathlib import Path
from nadzor.base.home import Home
from nadzor.gateway.serve import run
run(Home.open(Path(sys.argv[1])), "127.0.0.1", int(sys.argv[2]))
"""
INSTALLATION = "i-000000000001"


def free_port():
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def publish(home, credential):
    """A key directory that knows the installation and is fresh for longer than the test."""
    now = datetime.now(UTC) + timedelta(seconds=30)
    key = KeyEntry(public=b64(credential.public()), not_before=now - timedelta(days=1))
    entry = Entry(device="ai-001", site="s-0001", findings=(), keys={credential.keyid: key})
    sealed = seal_directory(issue(1, {INSTALLATION: entry}, now=now), home.key("directory"))
    home.directory.write_bytes(sealed)


def serve(home, port):
    """A gateway in a process of its own."""
    return subprocess.Popen([sys.executable, "-c", SERVER, str(home.root), str(port)])


@pytest.mark.crash
def test_a_gateway_that_is_killed_loses_and_doubles_nothing(tmp_path, monkeypatch):
    """Five SIGKILLs under load: each event that was captured is stored once, and the log verifies."""
    monkeypatch.setattr("nadzor_sdk.delivery.LONGEST_WAIT_S", 0.2)
    chance, port = random.Random(1), free_port()
    home = Home.create(tmp_path / "data", public_url=f"http://127.0.0.1:{port}")
    credential = make_credential(home.settings.public_url, home.log_vkey)
    publish(home, credential)
    ids = []
    with Client(credential, spool=tmp_path / "spool", seal_events=20, flush_every_s=0.02) as client:
        for _ in range(5):
            server, until = serve(home, port), time.monotonic() + 1.5 + chance.uniform(0, 0.5)
            while time.monotonic() < until:
                ids.append(client.study(**EVENT))
                time.sleep(0.002)
            server.send_signal(signal.SIGKILL)
            server.wait()
        publish(home, credential)
        server = serve(home, port)
        try:
            assert client.flush(45) and client.health().receipted == len(ids)
        finally:
            server.terminate()
            server.wait(20)
    answer = (tmp_path / "spool" / "last-answer.json").read_bytes()
    assert verify_receipt(decode_receipt(answer), home.log_vkey).size > 0
    assert verify_journal(home.journal, home.log_vkey) == []
    assert stored_ids(home) == Counter(ids)


def stored_ids(home):
    """Ids of all events in the journal, counted."""
    reader = open_reader(home)
    try:
        records = reader.batches(0, reader.size())
        return Counter(json.loads(line)["id"] for record in records for line in record.body().splitlines())
    finally:
        reader.close()
