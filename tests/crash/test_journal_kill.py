# SPDX-License-Identifier: Apache-2.0
"""kill -9 of a real gateway in the middle of its work: what was acknowledged is there, once, and provable."""

from __future__ import annotations

import random
import statistics
import time

import pytest

from nadzor.base.home import Home
from nadzor.journal.bodies import BodyKeys
from nadzor.journal.opening import open_reader
from nadzor.journal.verify import verify_journal
from nadzor_wire.base64text import unb64
from nadzor_wire.merkle import verify_consistency
from nadzor_wire.note import Checkpoint, open_note
from nadzor_wire.receipt import verify_answer
from tests.crash.door import Gateway, Sender, free_port
from tests.faults.scale import TORTURE

pytestmark = pytest.mark.crash

KILLS = 200 if TORTURE else 6
SENDERS = 6
RECOVERY_MAX_S = 2.0  # of the gateway itself, its imports apart
ENDLESS = 1_000_000


def new_home(folder, port):
    """A data directory whose public address is the port."""
    return Home.create(folder / "data", public_url=f"http://127.0.0.1:{port}")


def senders_at(home, port, batches):
    """Senders that have begun."""
    threads = [Sender(port, home.settings.public_url, batches=batches) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    return threads


def check_everything(home, senders, batches=None):
    """Every acknowledged batch is in the journal exactly once, and all proofs hold offline.

    Every checkpoint that was ever served belongs to a tree that the final one continues.
    """
    assert verify_journal(home.log, home.log_vkey, body_keys=BodyKeys(home.body_keys)) == []
    reader = open_reader(home)
    final = Checkpoint.parse(open_note(reader.checkpoint(), home.log_vkey))
    indexes = []
    for sender in senders:
        assert batches in (None, len(sender.acked))
        for made, answer in sender.acked:
            seen = verify_answer(answer, sent=made, vkey=home.log_vkey)
            proof = reader.consistency(seen.size, final.size)
            assert verify_consistency(seen.size, final.size, proof, seen.root, final.root)
            record = reader.batch(answer.receipt.index)
            assert (record.leaf, record.coded()) == (answer.receipt.leaf, made.body)
            assert record.body_sha256 == unb64(answer.receipt.leaf["body"])
            indexes.append(answer.receipt.index)
    assert sorted(indexes) == list(range(reader.size()))
    counts = reader.counts()
    reader.close()
    assert (counts.gaps, counts.forks, counts.rejected) == (0, 0, 0)


def test_a_killed_gateway_loses_nothing_it_acknowledged(tmp_path, record_property):
    """Experiment 1: killed again and again at random moments of full load; nothing lost, nothing twice."""
    chance, port = random.Random(1), free_port()
    home = new_home(tmp_path, port)
    gateway = Gateway(home, port)
    gateway.start()
    senders = senders_at(home, port, ENDLESS)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.02, 0.6))
        gateway.kill()
        gateway.start()
    for sender in senders:
        sender.enough.set()
    for sender in senders:
        sender.join(60)
    assert gateway.stop() == 0
    check_everything(home, senders)
    acked, tries = sum(len(sender.acked) for sender in senders), sum(sender.tries for sender in senders)
    assert tries > acked > KILLS
    recoveries = gateway.recoveries[1:]
    record_property("kills, batches acknowledged, attempts", (KILLS, acked, tries))
    record_property("recovery s, p50 and max", (statistics.median(recoveries), max(recoveries)))
    assert statistics.median(recoveries) <= RECOVERY_MAX_S


def test_two_workers_share_one_journal_and_a_stop_loses_nothing(tmp_path):
    """Two processes on one socket; asked to stop in mid-load and started again."""
    port = free_port()
    home = new_home(tmp_path, port)
    gateway = Gateway(home, port, workers=2)
    gateway.start()
    senders = senders_at(home, port, 60)
    time.sleep(0.3)
    assert gateway.stop() == 0
    gateway.start()
    for sender in senders:
        sender.join(60)
    assert gateway.stop() == 0
    check_everything(home, senders, 60)


def test_workers_end_when_their_parent_is_killed(tmp_path):
    """Nobody keeps the socket, so that the next start finds it free."""
    port = free_port()
    home = new_home(tmp_path, port)
    gateway = Gateway(home, port, workers=2)
    gateway.start()
    gateway.kill()
    deadline = time.monotonic() + 20
    while gateway.listens() and time.monotonic() < deadline:
        time.sleep(0.05)
    gateway.start()
    assert gateway.stop() == 0
