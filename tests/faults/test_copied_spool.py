# SPDX-License-Identifier: Apache-2.0
"""A spool restored from a snapshot, or gone with its container: no number serves twice, and it shows."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import closing

import pytest

from nadzor.journal.opening import open_reader
from nadzor.telemetry.load import load
from nadzor_wire.base64text import unb64
from nadzor_wire.batch import parse_batch_header
from tests.faults import ground
from tests.faults.scale import SCALE

pytestmark = pytest.mark.faults

CONTAINERS = 5 * SCALE
PLACE = '"nadzor-batch": '


@pytest.fixture
def standing(tmp_path, monkeypatch):
    """A gateway process behind the proxy, and impatient clients."""
    ground.hurry(monkeypatch)
    with ground.standing(tmp_path) as stage:
        yield stage


def headers(stage):
    """What each stored batch says of its place, in order."""
    bases = [unb64(record.leaf["base"]).decode().splitlines() for record, _ in stage.records()]
    found = [line.removeprefix(PLACE) for base in bases for line in base if line.startswith(PLACE)]
    return [parse_batch_header(text) for text in found]


def snapshot(stage):
    """A copy of the spool as it is at this moment."""
    shutil.copytree(stage.folder / "spool", stage.folder / "copy")


def check_streams(stage, ids):
    """All ids are there; no number of a stream is held by two batches; the lake counts each id once."""
    assert set(stage.stored()) == set(ids)
    spans = [(place.stream, range(place.first, place.last + 1)) for place in headers(stage)]
    held = Counter((stream, number) for stream, numbers in spans for number in numbers)
    assert max(held.values()) == 1
    with closing(open_reader(stage.home)) as reader:
        assert load(stage.home, reader).rows == len(ids)
    assert not [note for note in stage.ledger() if note.open]
    stage.check_log()


@pytest.mark.parametrize("seal", [4, 7, 500])
def test_a_restored_snapshot_goes_on_beside_its_original(standing, seal):
    """Both deliver what they hold; where their batches differ the copy moves to a stream of its own."""
    standing.gateway.kill()
    with standing.client(seal_events=7) as client:
        ids = ground.report(client, 30)
        snapshot(standing)
        standing.gateway.start()
        ids += ground.report(client, 20)
        assert client.flush(20)
        with standing.client(spool="copy", seal_events=seal) as copy:
            ids += ground.report(copy, 15) + ground.report(client, 5)
            assert copy.flush(20) and client.flush(20)
            assert set(copy.health().refused) <= {"batch.conflict"}
    check_streams(standing, ids)


def test_a_snapshot_of_what_was_delivered_long_ago(standing):
    """A spool put back after its events were receipted repeats them; they are recognised."""
    standing.gateway.kill()
    client = standing.client(seal_events=7)
    ids = ground.report(client, 20)
    snapshot(standing)
    standing.gateway.start()
    assert client.flush(20)
    client.close()
    shutil.rmtree(standing.folder / "spool")
    (standing.folder / "copy").rename(standing.folder / "spool")
    with standing.client(seal_events=3) as restored:
        ids += ground.report(restored, 10)
        assert restored.flush(20)
    check_streams(standing, ids)


def test_a_container_without_a_volume_says_so(standing):
    """Each start without a spool opens a stream marked restored; what was receipted is all there."""
    ids = []
    for _ in range(CONTAINERS):
        with standing.client() as client:
            ids += ground.report(client, 6)
            assert client.flush(20)
        shutil.rmtree(standing.folder / "spool")
    heads = [place for place in headers(standing) if place.first == 1]
    assert [place.restored for place in heads] == [True] * CONTAINERS
    assert [place.after for place in heads] == [None] * CONTAINERS
    check_streams(standing, ids)
