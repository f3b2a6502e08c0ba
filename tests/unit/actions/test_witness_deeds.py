# SPDX-License-Identifier: Apache-2.0
"""Witnesses at work: they remember before they sign, and one that is down delays nobody."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from nadzor.actions import cosign_checkpoint as cosigning
from nadzor.actions.appoint_witness import appoint_witness, dismiss_witness
from nadzor.actions.ask_witnesses import Standing, ask_witnesses, standings
from nadzor.actions.cosign_checkpoint import WitnessDesk, cosign_checkpoint, create_witness
from nadzor.actions.publish_tiles import publish_tiles
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.base.web import Site
from nadzor.journal.tiles import WITNESSED, TileFiles
from nadzor.receipts.tiles import tile_reader
from nadzor.receipts.tree import consistency_proof
from nadzor.receipts.witnessing import BODY_MAX, render_request
from nadzor.site.processes import free_address
from nadzor_wire.cosignature import cosignatures
from nadzor_wire.note import open_note
from tests.unit.actions.open_doors import witness_at
from tests.unit.actions.test_publish_tiles import grow

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path):
    """A witness with a new key."""
    return create_witness(tmp_path / "w1", "witness.example/w1", now=NOW)


def published(home, count, first=1, **how):
    """Grow and publish; gives the public note."""
    grow(home.log, count, first=first, **how)
    publish_tiles(home)
    return TileFiles(home.tiles).note()


def request(home, old):
    """An add-checkpoint request for what a home has published, proved from a size."""
    files = TileFiles(home.tiles)
    size = files.published(home.log_vkey).size
    return render_request(old, consistency_proof(old, size, tile_reader(size, files.get)), files.note())


def asked(desk, home, old, *, now=NOW):
    """The answer of a witness."""
    logs = {home.settings.origin: home.log_vkey}
    return cosign_checkpoint(desk, request(home, old), logs=logs, now=now)


def copy_of(home, tmp_path):
    """The same log with the same keys on another disk."""
    shutil.copytree(home.root, tmp_path / "other")
    return Home.open(tmp_path / "other")


def test_a_witness_signs_growth(home, desk):
    """Each tree that extends the one before, with the time of signing."""
    note = published(home, 3)
    reply = asked(desk, home, 0)
    assert (reply.status, reply.media_type) == (200, "text/plain; charset=utf-8")
    (found,) = cosignatures(note + reply.text, [desk.vkey])
    assert (found.name, found.time) == ("witness.example/w1", int(NOW.timestamp()))
    published(home, 5, first=4)
    assert asked(desk, home, 3).status == 200
    assert desk.seen(home.settings.origin).size == 8


def test_a_stale_sender_is_told_the_size(home, desk):
    """In the form that the protocol names."""
    published(home, 3)
    asked(desk, home, 0)
    published(home, 1, first=4)
    reply = asked(desk, home, 1)
    assert (reply.status, reply.media_type, reply.text) == (409, "text/x.tlog.size", "3\n")


def test_a_second_history_is_never_signed(home, desk, tmp_path):
    """Rolled back and grown otherwise: refused at the same size and beyond, after a restart too."""
    published(home, 3)
    other = copy_of(home, tmp_path)
    published(home, 4, first=4)
    asked(desk, home, 0)
    published(other, 4, first=4, stream=b"2" * 16)
    with capture_logs() as logs:
        assert asked(WitnessDesk(desk.root), other, 7).status == 409
    assert [line["event"] for line in logs] == ["witness.fork"]
    (kept,) = (desk.root / "evidence").iterdir()
    pair = json.loads(kept.read_bytes())
    roots = {open_note(note, home.log_vkey).split("\n")[2] for note in pair.values()}
    assert len(roots) == 2
    published(other, 4, first=8, stream=b"2" * 16)
    with capture_logs() as logs:
        assert asked(desk, other, 7).status == 422
    assert desk.seen(home.settings.origin).size == 7


def test_what_is_signed_is_remembered_first(home, desk, monkeypatch):
    """A witness whose disk fails gives no signature; killed after writing, it refuses another tree."""
    published(home, 3)

    def fail(*_, **__):
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(cosigning, "write_atomic", fail)
        with pytest.raises(OSError, match="disk full"):
            asked(desk, home, 0)
    assert desk.seen(home.settings.origin).size == 0
    with monkeypatch.context() as patched:
        patched.setattr(cosigning, "cosign", fail)
        with pytest.raises(OSError, match="disk full"):
            asked(desk, home, 0)
    assert desk.seen(home.settings.origin).size == 3


def test_a_record_that_rotted_is_no_fresh_start(home, desk):
    """A witness that forgot would sign anything: it stops instead."""
    published(home, 3)
    asked(desk, home, 0)
    (record,) = desk.root.glob("log-*.json")
    record.write_bytes(record.read_bytes()[:-5])
    with pytest.raises(Refusal, match=r"witness\.damaged"):
        asked(desk, home, 3)
    (desk.root / "witness.key").write_text("not a key\n")
    with pytest.raises(Refusal, match=r"witness\.damaged"):
        WitnessDesk(desk.root)


def test_a_key_is_made_once(desk, tmp_path):
    """The private half is its owner's alone; a directory without one is no witness."""
    assert (desk.root / "witness.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(Refusal, match=r"witness\.key-exists"):
        create_witness(desk.root, "witness.example/w2", now=NOW)
    with pytest.raises(Refusal, match=r"witness\.name"):
        create_witness(tmp_path / "w2", "two words", now=NOW)
    with pytest.raises(Refusal, match=r"witness\.no-key"):
        WitnessDesk(tmp_path / "w3")


def test_witnesses_are_appointed_and_dismissed(home, desk, tmp_path):
    """One a name, one address a key; what is no key and no address is refused."""
    other = create_witness(tmp_path / "w2", "witness.example/w1", now=NOW)
    appoint_witness(home, url="http://127.0.0.1:1", vkey=desk.vkey)
    moved = appoint_witness(Home.open(home.root), url="http://127.0.0.1:2/", vkey=desk.vkey)
    assert [(one.url, one.vkey) for one in moved] == [("http://127.0.0.1:2", desk.vkey)]
    for code, url, vkey in [
        ("witness.name-taken", "http://127.0.0.1:3", other.vkey),
        ("witness.key-malformed", "http://127.0.0.1:3", home.log_vkey),
        ("address.malformed", "ftp://127.0.0.1", desk.vkey),
        ("address.malformed", "http://user:word@127.0.0.1", desk.vkey),
    ]:
        with pytest.raises(Refusal) as refused:
            appoint_witness(Home.open(home.root), url=url, vkey=vkey)
        assert refused.value.code == code
    with pytest.raises(Refusal, match=r"witness\.unknown"):
        dismiss_witness(Home.open(home.root), name="witness.example/w9")
    assert dismiss_witness(Home.open(home.root), name="witness.example/w1") == ()


def test_the_house_collects_signatures(home, desk, tmp_path):
    """The witnessed note carries one line of each witness; nothing is asked twice for the same tree."""
    second = create_witness(tmp_path / "w2", "witness.example/w2", now=NOW)
    published(home, 3)
    assert ask_witnesses(home, now=clock.now()) is None
    with ExitStack() as doors:
        for one in (desk, second):
            address = doors.enter_context(witness_at(one, home.log_vkey))
            appoint_witness(Home.open(home.root), url=address, vkey=one.vkey)
        assert ask_witnesses(home, now=clock.now()) == "2 of 2 witnesses signed 3"
        assert ask_witnesses(home, now=clock.now()) is None
        published(home, 300, first=4)
        assert ask_witnesses(home, now=clock.now()) == "2 of 2 witnesses signed 303"
        later = clock.now() + timedelta(minutes=11)
        assert ask_witnesses(home, now=later) == "2 of 2 witnesses signed 303"
    note = TileFiles(home.tiles).note(WITNESSED)
    assert open_note(note, home.log_vkey).split("\n")[1] == "303"
    signed = cosignatures(note, [desk.vkey, second.vkey])
    assert [one.name for one in signed] == ["witness.example/w1", "witness.example/w2"]
    assert len(note.split("\n\u2014 ")) == 4


def test_a_witness_that_knows_more_than_our_files_is_caught_up_with(home, desk):
    """After our own notes of it were lost, its answer says where to begin."""
    published(home, 3)
    with witness_at(desk, home.log_vkey) as address:
        appoint_witness(home, url=address, vkey=desk.vkey)
        ask_witnesses(home, now=clock.now())
        shutil.rmtree(home.tiles)
        published(home, 2, first=4)
        assert ask_witnesses(home, now=clock.now()) == "1 of 1 witnesses signed 5"


def test_a_witness_that_is_down_delays_nothing(home, desk, tmp_path):
    """The checkpoint is public, the other witness's signature is there; the next attempt waits."""
    down = create_witness(tmp_path / "w2", "witness.example/w2", now=NOW)
    published(home, 3)
    now = clock.now()
    with witness_at(desk, home.log_vkey) as address:
        appoint_witness(home, url=address, vkey=desk.vkey)
        appoint_witness(Home.open(home.root), url=free_address(), vkey=down.vkey)
        with capture_logs() as logs:
            assert ask_witnesses(home, now=now) == "1 of 2 witnesses signed 3"
            assert ask_witnesses(home, now=now + timedelta(seconds=5)) is None
            ask_witnesses(home, now=now + timedelta(seconds=31))
    assert [line["event"] for line in logs] == ["witness.unreachable"]
    assert standings(home)[down.vkey].failures == 2
    assert standings(home)[desk.vkey].size == 3


def test_a_contradiction_is_told_as_an_error(home, desk, tmp_path):
    """A witness that has seen another history of ours, or a longer one, is no mere failure."""
    published(home, 3)
    other = copy_of(home, tmp_path)
    published(other, 4, first=4, stream=b"2" * 16)
    asked(desk, other, 0)
    with witness_at(desk, home.log_vkey) as address, capture_logs() as logs:
        appoint_witness(home, url=address, vkey=desk.vkey)
        assert ask_witnesses(home, now=clock.now()) is None
        published(home, 4, first=4)
        ask_witnesses(home, now=clock.now() + timedelta(minutes=1))
        published(home, 4, first=8)
        ask_witnesses(home, now=clock.now() + timedelta(minutes=5))
    told = [line["why"] for line in logs if line["event"] == "witness.contradicts"]
    assert told == ["it has signed a larger tree", *["it has signed another root"] * 2]
    assert TileFiles(home.tiles).note(WITNESSED) is None


def test_a_lying_witness_is_not_believed(home, desk, tmp_path):
    """A signature by another key than the one appointed is none."""
    published(home, 3)
    impostor = create_witness(tmp_path / "w2", "witness.example/w1", now=NOW)
    with witness_at(impostor, home.log_vkey) as address, capture_logs():
        appoint_witness(home, url=address, vkey=desk.vkey)
        assert ask_witnesses(home, now=clock.now()) is None
    assert "no valid signature" in standings(home)[desk.vkey].trouble
    assert TileFiles(home.tiles).note(WITNESSED) is None


def test_the_witness_answers_over_http_as_the_protocol_says(home, desk):
    """Its key is public; what is no request, or is too large, is refused with a status."""
    published(home, 3)
    with witness_at(desk, home.log_vkey) as address, closing(Site(address)) as site:
        assert site.get("/key").body.decode().strip() == desk.vkey
        statuses = [site.post("/add-checkpoint", body).status for body in (b"", b"x" * (BODY_MAX + 1))]
        assert statuses == [400, 413]
        reply = site.post("/add-checkpoint", request(home, 0))
        assert (reply.status, reply.body.decode()[:2]) == (200, "\u2014 ")
        (record,) = desk.root.glob("log-*.json")
        record.write_bytes(b"{}")
        record.write_bytes(b"{")
        assert site.post("/add-checkpoint", request(home, 3)).status == 500


def test_standings_that_rotted_are_made_anew(home, desk):
    """They are only a memory of who was asked when."""
    published(home, 1)
    (home.tiles / "witnesses.json").write_bytes(b"{")
    assert standings(home) == {}
    assert Standing().due(1, NOW)
