# SPDX-License-Identifier: Apache-2.0
"""Experiment 4: no room left, for the journal or for a spool; what was taken stays, with room all goes on."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing

import pytest

from nadzor.actions.publish_tiles import publish_tiles
from nadzor.base.home import Home
from nadzor.journal.bodies import BodyKeys
from nadzor.journal.opening import open_reader
from nadzor.journal.verify import verify_journal
from nadzor_sdk import Client
from nadzor_wire.receipt import decode_answer
from tests.faults import disks
from tests.faults.gateway_ground import Gateway, Maker, get, post
from tests.stub_gateway import Fault, StubGateway, eventually
from tests.unit.gateway.house import study
from tests.wire_samples import EVENT

pytestmark = pytest.mark.faults

ROOM = 8  # MiB
EVENTS = 400  # a batch
ENOUGH = 100  # batches
REPORTS = 10_000
READ = ("/health/live", "/log/checkpoint", "/log/key")


@pytest.fixture
def disk(tmp_path):
    """A disk of a few mebibytes."""
    disks.need_small_disks()
    with disks.small(tmp_path / "small", mebibytes=ROOM) as mounted:
        yield mounted


def take_room(disk, mebibytes):
    """A file that takes room until it is removed."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(mebibytes << 20))
    return ballast


def hand_in(gateway, maker):
    """Hand batches in until one is refused: the leaves of those acknowledged, and the refusal."""
    leaves = []
    for _ in range(ENOUGH):
        answer = post(gateway.port, maker.batch(gateway.url, *map(study, range(EVENTS))))
        if answer[0] != 200:
            return leaves, answer
        leaves.append(decode_answer(answer[2]).receipt.leaf)
    raise AssertionError("the disk is larger than that")


def check_stored(home, acked):
    """The log is whole and has every batch that was acknowledged, once."""
    assert verify_journal(home.log, home.log_vkey, body_keys=BodyKeys(home.body_keys)) == []
    with closing(open_reader(home)) as reader:
        stored = [record.leaf for record in reader.batches()]
    assert [leaf for leaf in acked if stored.count(leaf) != 1] == []
    return len(stored)


def test_a_full_disk_stops_intake_and_nothing_else(disk):
    """503 and a time for batches, answers for readers; with room again batches are taken by themselves."""
    home, maker = Home.create(disk / "data"), Maker("one")
    gateway = Gateway(home, [maker])
    try:
        gateway.start()
        assert post(gateway.port, maker.batch(gateway.url, study()))[0] == 200
        publish_tiles(home)
        ballast = take_room(disk, ROOM - 4)
        leaves, (status, headers, body) = hand_in(gateway, maker)
        assert (status, json.loads(body)["code"]) == (503, "journal.unavailable")
        assert leaves and int(headers["retry-after"]) >= 1
        assert [get(gateway.port, page)[0] for page in READ] == [200] * len(READ)
        check_stored(home, leaves)
        ballast.unlink()
        assert eventually(lambda: post(gateway.port, maker.batch(gateway.url, study()))[0] == 200)
        assert gateway.process.poll() is None
    finally:
        gateway.stop()
    check_stored(home, leaves)


def test_a_full_disk_keeps_the_oldest_of_a_spool_and_counts_the_rest(disk, monkeypatch):
    """What returned an id arrives once; all else is counted, and heartbeats tell how many."""
    monkeypatch.setattr("nadzor_sdk.delivery.LONGEST_WAIT_S", 0.1)
    with StubGateway() as gateway:
        gateway.fault = lambda attempt, header: Fault(status=503)
        options = {"spool": disk / "spool", "flush_every_s": 0.02, "heartbeat_every_s": 1.0}
        with Client(gateway.credential, **options) as client:
            ballast = take_room(disk, ROOM - 1)
            ids = [client.study(**EVENT) for _ in range(REPORTS)]
            taken, dropped = [event_id for event_id in ids if event_id], ids.count("")
            assert taken and dropped and ids[0] and client.health().drops["disk_full"] >= dropped
            gateway.fault = lambda attempt, header: None
            ballast.unlink()
            assert eventually(lambda: client.flush(5) and told(gateway) >= dropped)
            assert told(gateway) == sum(client.health().drops.values())
        assert Counter(event["id"] for event in gateway.events("study")) == Counter(taken)


def told(gateway):
    """How many drops all heartbeats together told of."""
    return sum(sum(beat.get("drops", {}).values()) for beat in gateway.events("heartbeat"))
