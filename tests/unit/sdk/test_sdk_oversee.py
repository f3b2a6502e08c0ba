# SPDX-License-Identifier: Apache-2.0
"""The maker's side of transparency: receipts of yesterday against the public log of today."""

from __future__ import annotations

import json
import logging
import shutil
from datetime import UTC, datetime

import msgspec
import pytest

from nadzor.actions.publish_tiles import publish_tiles
from nadzor.base.home import Home
from nadzor.journal.opening import open_reader
from nadzor_sdk import oversee
from nadzor_sdk.health import Counters
from nadzor_sdk.oversee import EVERY_S, Overseer, Pinned, Silent
from nadzor_wire.enrolment import Credential
from nadzor_wire.oversight import LogError
from tests.stub_gateway import eventually
from tests.unit.actions.open_doors import public_log
from tests.unit.actions.test_publish_tiles import grow

OTHER_STREAM = b"2" * 16


@pytest.fixture
def spool(tmp_path):
    """The folder of an installation."""
    (tmp_path / "spool").mkdir()
    return tmp_path / "spool"


def credential(home, gateway):
    """What an installation was given when it enrolled; only gateway and key of the log matter here."""
    return Credential(
        installation="i-1", device="ai-001", keyid="0" * 16, private="", gateway=gateway,
        log_vkey=home.log_vkey, enrolled_at=datetime.now(UTC),
    )  # fmt: skip


def receipted(home, spool, count, first=1, **how):
    """Some batches more, and the receipt of the last, as the sender keeps it."""
    grow(home.log, count, first=first, **how)
    reader = open_reader(home)
    try:
        answer = {"receipt": reader.receipt(reader.size() - 1)}
    finally:
        reader.close()
    (spool / "last-answer.json").write_bytes(msgspec.json.encode(answer))


def compare(home, spool, counters=None):
    """One comparison with the log behind its real gateway."""
    with public_log(home) as log:
        gateway = log.removesuffix("/log")
        Overseer(spool, counters or Counters()).compare(credential(home, gateway))


def pinned(spool):
    """Sizes of the checkpoints that must be extended."""
    notes = msgspec.json.decode((spool / "seen.json").read_bytes(), type=Pinned).notes
    return [int(note.split("\n")[1]) for note in notes]


def test_growth_is_no_finding(home, spool):
    """Day after day; a receipt of this minute may be ahead of the public checkpoint."""
    receipted(home, spool, 3)
    publish_tiles(home)
    compare(home, spool)
    assert pinned(spool) == [3]
    receipted(home, spool, 300, first=4)
    compare(home, spool)
    assert pinned(spool) == [3, 303]
    publish_tiles(home)
    compare(home, spool)
    assert pinned(spool) == [303]
    assert not (spool / "log-alarm.json").exists()


def copy_of(home, place):
    """The same log, as it is now, on another disk."""
    shutil.copytree(home.root, place)
    return Home.open(place)


@pytest.mark.parametrize("count, code", [(0, "log.shrunk"), (20, "log.fork"), (300, "log.rewritten")])
def test_a_log_without_our_receipts_is_a_finding(home, spool, tmp_path, count, code):
    """Rolled back, forked, rewritten: the code stays in health, the two notes stay in the spool."""
    receipted(home, spool, 20)
    other = copy_of(home, tmp_path / "other")
    receipted(home, spool, 20, first=21)
    publish_tiles(home)
    compare(home, spool)
    if count:
        grow(other.log, count, first=21, stream=OTHER_STREAM)
    publish_tiles(other)
    (spool / "last-answer.json").unlink()
    counters = Counters()
    with pytest.raises(LogError) as found:
        compare(other, spool, counters)
    assert found.value.code == counters.log_alarm == code
    kept = json.loads((spool / "log-alarm.json").read_bytes())
    assert (kept["code"], kept["seen"].split("\n")[1]) == (code, "40")
    fresh = Counters()
    Overseer(spool, fresh)
    assert fresh.log_alarm == code


def test_a_checkpoint_that_the_log_did_not_sign_is_a_finding(home, spool):
    """Whoever answers at the address."""
    grow(home.sandbox(), 1)
    receipted(home, spool, 1)
    publish_tiles(home)
    with public_log(home) as log:
        wrong = credential(home, log.removesuffix("/log") + "/sandbox")
        with pytest.raises(LogError, match=r"log\.signature"):
            Overseer(spool, Counters()).compare(wrong)
    assert (spool / "log-alarm.json").exists()


def test_a_log_that_refuses_its_proof_is_a_finding(home, spool, monkeypatch):
    """It shows a checkpoint and cannot say how it came to it."""
    receipted(home, spool, 300)
    publish_tiles(home)
    compare(home, spool)
    receipted(home, spool, 300, first=301)
    publish_tiles(home)
    (home.tiles / "tile/0/000").unlink()
    (home.tiles / "tile/0/001").unlink()
    counters = Counters()
    with pytest.raises(LogError, match=r"log\.no-proof"):
        compare(home, spool, counters)
    assert counters.log_alarm == "log.no-proof"


def test_silence_is_no_finding(home, spool):
    """Nothing published yet, nobody there: asked again later."""
    receipted(home, spool, 1)
    with pytest.raises(Silent, match="503"):
        compare(home, spool)
    with pytest.raises(Silent):
        Overseer(spool, Counters()).compare(credential(home, "http://127.0.0.1:1"))
    assert not (spool / "log-alarm.json").exists()


def test_once_a_day_and_after_restarts_too(home, spool, monkeypatch, caplog):
    """The day is counted from the spool's own note; a finding is logged and nothing is raised."""
    asked = []

    def compared(self, found):
        asked.append(found)
        raise LogError("log.fork", "two roots")

    monkeypatch.setattr(Overseer, "compare", compared)
    given = credential(home, "http://127.0.0.1:1")
    Overseer(spool, Counters()).look(given, 1.0)
    assert not (spool / "seen.json").exists()
    receipted(home, spool, 1)
    Overseer(spool, Counters()).look(given, 1.0)
    Overseer(spool, Counters()).look(given, 1.0)
    assert (pinned(spool), asked) == ([1], [])
    later = oversee.clock.now_s() + EVERY_S
    monkeypatch.setattr(oversee.clock, "now_s", lambda: later)
    with caplog.at_level(logging.ERROR, "nadzor_sdk"):
        overseer = Overseer(spool, Counters())
        overseer.look(given, 1.0)
        overseer.look(given, 2.0)
        assert eventually(lambda: not overseer._asking.is_alive())
    assert asked == [given]
    assert "contradicts its receipts (log.fork" in caplog.text


def test_a_client_shows_the_finding(gateway, connect, tmp_path):
    """`health().log_alarm` holds its code, also after a restart, and reporting goes on."""
    (tmp_path / "spool").mkdir()
    alarm = oversee.LogAlarm(0.0, "log.shrunk", "", "")
    (tmp_path / "spool" / "log-alarm.json").write_bytes(msgspec.json.encode(alarm))
    client = connect()
    assert client.fault(stage="network", code="NET001")
    assert client.flush(10)
    assert client.health().log_alarm == "log.shrunk"
