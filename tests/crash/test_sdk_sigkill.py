# SPDX-License-Identifier: Apache-2.0
"""SIGKILL at random points: what a capture call returned for is delivered exactly once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from nadzor_sdk import Client
from tests.stub_gateway import Fault, StubGateway

CHILD = """
import os, sys
from nadzor_sdk import Client
client = Client(sys.argv[1], spool=sys.argv[2], seal_events=7, flush_every_s=0.01, heartbeat_every_s=None)
event = {"study": "5" * 32, "version": "1.0", "build": "b" * 64, "outcome": "processed", "modality": "DX"}
while True:
    os.write(1, client.study(**event).encode() + b"\\n")
"""
EVENT_ID = 36


def run_and_kill(credential, spool, after_s):
    """Ids whose capture returned in a child that lived that long."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(credential), str(spool)], stdout=subprocess.PIPE
    )
    try:
        first = os.read(child.stdout.fileno(), 1 << 16)  # the child has begun
        os.set_blocking(child.stdout.fileno(), False)
        read, until = [first], time.monotonic() + after_s
        while time.monotonic() < until:
            try:
                read.append(os.read(child.stdout.fileno(), 1 << 16))
            except BlockingIOError:
                time.sleep(0.001)
    finally:
        child.send_signal(signal.SIGKILL)
        os.set_blocking(child.stdout.fileno(), True)
        read.append(child.stdout.read())
        child.stdout.close()
        child.wait(10)
    ids = b"".join(read).decode().split("\n")
    return [event_id for event_id in ids if len(event_id) == EVENT_ID]


def shaky(chance):
    """A gateway that fails, or takes the batch and loses the answer, a third of the time."""
    faults = [Fault(status=503), Fault(cut="before"), Fault(cut="after")]
    return lambda attempt, header: chance.choice(faults) if chance.random() < 0.3 else None


@pytest.mark.crash
@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_lost_or_doubled(tmp_path, seed, monkeypatch):
    """A child reports in a loop and is killed, again and again, while the gateway stumbles.

    Then one client reopens the spool and everything that was ever acknowledged to a caller is at the
    gateway once; at most the one event of each life whose call had not returned is there besides.
    """
    monkeypatch.setattr("nadzor_sdk.delivery.FIRST_WAIT_S", 0.01)
    chance, lives = random.Random(seed), 6
    with StubGateway() as gateway:
        gateway.fault = shaky(random.Random(seed))
        credential = tmp_path / "installation.json"
        credential.write_bytes(gateway.credential.encode())
        returned: list[str] = []
        for _ in range(lives):
            returned += run_and_kill(credential, tmp_path / "spool", chance.uniform(0.0, 0.25))
        gateway.fault = lambda attempt, header: None
        with Client(credential, spool=tmp_path / "spool", seal_events=500, heartbeat_every_s=None) as client:
            assert client.flush(30)
        counts = Counter(event["id"] for event in gateway.events("study"))
        assert returned and set(returned) <= set(counts)
        assert max(counts.values()) == 1 and len(counts) <= len(returned) + lives
        check_chain(gateway)


def check_chain(gateway):
    """Every stream's numbers are gapless, and every stream but the first names an earlier one."""
    streams: dict[bytes, int] = {}
    for header in gateway.headers:
        assert header.first == streams.get(header.stream, 0) + 1
        streams[header.stream] = header.last
    heads = [header for header in gateway.headers if header.first == 1]
    assert sum(header.restored for header in heads) <= 1
    assert all(header.after is not None for header in heads if not header.restored)
