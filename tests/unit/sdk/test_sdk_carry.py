# SPDX-License-Identifier: Apache-2.0
"""Batches by hand: out of a network on a medium, and their receipts back."""

from __future__ import annotations

import json
import time

import pytest
from msgspec.structs import replace

from nadzor_sdk.__main__ import main
from nadzor_sdk.carry import carry, export, sealed_through, settle
from nadzor_sdk.parcels import ParcelError
from nadzor_sdk.spool import Spool
from nadzor_sdk.turns import Busy, Turns
from nadzor_wire.signature import CARRIED, parse_signature
from tests.stub_gateway import Fault, eventually
from tests.wire_samples import EVENT


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """Nobody waits long."""
    monkeypatch.setattr("nadzor_sdk.carry.WAIT_S", 5.0)
    monkeypatch.setattr("nadzor_sdk.carry.BATCH_EVENTS", 10)
    monkeypatch.setattr("nadzor_sdk.sender.LOOK_EVERY_S", 0.02)
    monkeypatch.setattr("nadzor_sdk.delivery.FIRST_WAIT_S", 0.01)


@pytest.fixture
def island(gateway, connect, tmp_path):
    """A credential file, a spool beside it with 25 events, and no way out."""
    (tmp_path / "i.json").write_bytes(gateway.credential.encode())
    sound = gateway.fault
    gateway.fault = lambda attempt, header: Fault(status=503)
    client = connect(spool=tmp_path / "i.spool", seal_events=10)
    ids = [client.study(**EVENT) for _ in range(25)]
    client.close(timeout=0.05)
    gateway.fault = sound
    return ids


def run(*words):
    """One command of the SDK."""
    return main([str(word) for word in words])


def out(tmp_path):
    """Exports, carries and settles; the three exit codes."""
    file, answers, key = tmp_path / "out.jsonl", tmp_path / "answers.jsonl", tmp_path / "i.json"
    return (
        run("export", "--credential", key, "--out", file),
        run("carry", file, "--out", answers),
        run("settle", "--credential", key, answers),
    )


def delivered(gateway):
    """Ids that reached the gateway, in order."""
    return [event["id"] for event in gateway.events("study")]


def test_the_whole_way(gateway, island, tmp_path, capsys):
    """Sealed to a file, posted without a key, settled with receipts: once each, and nothing stays."""
    assert out(tmp_path) == (0, 0, 0)
    assert delivered(gateway) == island and not list((tmp_path / "i.spool").glob("s-*"))
    assert "3 batches, 25 events" in (said := capsys.readouterr().out)
    assert "25 events receipted, 0 answers were settled before" in said
    leaves = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()[1:]]
    parts = [parse_signature(leaf["headers"]) for leaf in leaves]
    assert {part.tag for part in parts} == {CARRIED} and len({h.prev for h in gateway.headers}) == 3
    assert gateway.credential.private not in (tmp_path / "out.jsonl").read_text()


def test_carried_twice_is_receipted_once(gateway, island, tmp_path):
    """The same file again, or a fresh export of the same spool, gets the same receipts."""
    key, spool = gateway.credential, tmp_path / "i.spool"
    made = [export(key, spool, tmp_path / name) for name in ("one", "two")]
    assert made[0] == made[1]
    for name in ("one", "two", "one"):
        assert carry(tmp_path / name, tmp_path / f"{name}.answers").taken == 3
    assert len(gateway.log.hashes) == 3
    assert settle(key, spool, tmp_path / "two.answers").events == 25
    again = settle(key, spool, tmp_path / "one.answers")
    assert (again.events, again.known, again.waiting) == (0, 3, {})


def test_a_running_client_lets_go_and_goes_on(gateway, connect, tmp_path):
    """Export and settlement take the streams of a living client; what it records meanwhile waits its turn."""
    gateway.fault = lambda attempt, header: Fault(status=503)
    client = connect(spool=tmp_path / "i.spool", heartbeat_every_s=None)
    ids = [client.study(**EVENT) for _ in range(5)]
    made = export(gateway.credential, tmp_path / "i.spool", tmp_path / "out")
    assert (made.events, made.in_use) == (5, 0)
    ids.append(client.study(**EVENT))
    gateway.fault = lambda attempt, header: None if header.last == 5 else Fault(status=503)
    assert not client.flush(0.1)
    assert carry(tmp_path / "out", tmp_path / "answers").taken == 1
    settled = settle(gateway.credential, tmp_path / "i.spool", tmp_path / "answers")
    assert settled.waiting == {}
    gateway.fault = lambda attempt, header: None
    assert client.flush(30) and sorted(delivered(gateway)) == sorted(ids)
    assert eventually(lambda: client.health().unreceipted == 0)


def test_while_somebody_carries_nothing_is_sent(gateway, connect, tmp_path):
    """A sender that sees the carrier's lock holds no stream with records and posts nothing."""
    client = connect(spool=tmp_path / "i.spool")
    with Turns(tmp_path / "i.spool").take(within_s=5):
        time.sleep(0.1)
        client.study(**EVENT)
        assert not client.flush(0.2) and gateway.attempts == 0
        with pytest.raises(Busy), Turns(tmp_path / "i.spool").take(within_s=0.0):
            pass
    assert client.flush(30) and len(delivered(gateway)) == 1


def test_a_client_that_starts_meanwhile_takes_nothing(gateway, island, connect, tmp_path):
    """A process that starts during an export adopts only afterwards."""
    with Turns(tmp_path / "i.spool").take(within_s=5):
        client = connect(spool=tmp_path / "i.spool")
        assert client.health().unreceipted == 0
    assert eventually(lambda: delivered(gateway) == island)


def test_the_living_send_what_was_exported_byte_for_byte(gateway, island, connect, tmp_path):
    """If a way out opens after an export, the same bytes go, and the carried file brings nothing new."""
    export(gateway.credential, tmp_path / "i.spool", tmp_path / "out")
    assert connect(spool=tmp_path / "i.spool").flush(30) and delivered(gateway) == island
    assert carry(tmp_path / "out", tmp_path / "answers").taken == 3 and len(gateway.log.hashes) == 3


def test_behind_a_refusal_nothing_is_carried(gateway, island, tmp_path, capsys):
    """The first batch that is not taken stops its stream; only who believes the answer gives it up."""
    gateway.fault = lambda attempt, header: (
        Fault(status=400, code="batch.header") if header.first == 11 else None
    )
    assert out(tmp_path) == (0, 1, 1)
    assert "not taken: batch.header (1); 1 batches left" in (said := capsys.readouterr()).err
    assert "still waiting: batch.header (1)" in said.err and "10 events receipted" in said.out
    answers = tmp_path / "answers.jsonl"
    assert run("settle", "--credential", tmp_path / "i.json", "--believe", answers) == 0
    assert "batches given up: batch.header (1)" in capsys.readouterr().out
    gateway.fault = lambda attempt, header: None
    assert out(tmp_path) == (0, 0, 0)
    (lost,) = gateway.events("lost")
    assert (lost["first"], lost["last"]) == (11, 20)
    assert delivered(gateway) == island[:10] + island[20:]
    assert gateway.headers[1].prev == gateway.batches[gateway.headers[0].stream, 1][0]


def test_a_believed_conflict_moves_to_a_new_stream(gateway, island, tmp_path):
    """Other bytes hold the numbers: the events go out again, with their ids, elsewhere."""
    gateway.fault = lambda attempt, header: Fault(status=409, code="batch.conflict")
    key = tmp_path / "i.json"
    assert out(tmp_path) == (0, 1, 1)
    assert run("settle", "--credential", key, "--believe", tmp_path / "answers.jsonl") == 0
    gateway.fault = lambda attempt, header: None
    assert out(tmp_path) == (0, 0, 0) and delivered(gateway) == island


def test_a_gateway_that_is_busy_is_asked_again(gateway, island, tmp_path):
    """A few attempts; then the rest waits for another round."""
    gateway.fault = lambda attempt, header: Fault(status=503) if attempt < 5 else None
    assert out(tmp_path) == (0, 0, 0)


def test_a_way_around(gateway, island, tmp_path):
    """Another address leads to the gateway, the signed one stays; an address that leads nowhere is told."""
    export(gateway.credential, tmp_path / "i.spool", tmp_path / "out")
    closed = carry(tmp_path / "out", tmp_path / "answers", url="http://127.0.0.1:9")
    assert (closed.taken, closed.refused, closed.left) == (0, {"http.0": 1}, 2)
    assert carry(tmp_path / "out", tmp_path / "answers", url=gateway.url + "/").taken == 3


def test_a_false_receipt_frees_nothing(gateway, island, tmp_path, capsys):
    """Answers travel on a medium too: one that proves nothing changes nothing."""
    gateway.fault = lambda attempt, header: Fault(tamper=spoilt)
    assert out(tmp_path) == (0, 0, 1)
    assert "still waiting: receipt." in capsys.readouterr().err
    gateway.fault = lambda attempt, header: None
    assert out(tmp_path) == (0, 0, 0) and delivered(gateway) == island


def spoilt(answer):
    """An answer whose leaf speaks of another device."""
    leaf = answer.receipt.leaf | {"device": "ai-999"}
    return replace(answer, receipt=replace(answer.receipt, leaf=leaf))


def test_a_damaged_link_is_sealed_anew_with_all_behind_it(gateway, island, tmp_path):
    """A carried batch that the disk did not keep voids those that name it."""
    export(gateway.credential, tmp_path / "i.spool", tmp_path / "out")
    (folder,) = (tmp_path / "i.spool").glob("s-*")
    for damaged in sorted(folder.glob("carried-*"))[:1]:
        damaged.write_bytes(b"\0")
    assert out(tmp_path) == (0, 0, 0) and delivered(gateway) == island


def test_a_chain_survives_a_restart(island, tmp_path):
    """Reopened, a stream knows its chain, and seals nothing twice."""
    spool = Spool(tmp_path / "i.spool")
    (stream,) = spool.adopt()
    first = [sealed.body for sealed in sealed_through(stream, "gzip")]
    stream.release()
    (again,) = spool.adopt()
    assert [sealed.body for sealed in sealed_through(again, "gzip")] == first and len(first) == 3
    again.release()


@pytest.mark.parametrize(
    "words",
    [
        ("carry", "absent", "--out", "answers"),
        ("carry", "garbage", "--out", "answers"),
        ("carry", "future", "--out", "answers"),
        ("carry", "empty", "--out", "answers"),
        ("carry", "unnamed", "--out", "answers"),
        ("settle", "--credential", "i.json", "garbage"),
        ("settle", "--credential", "garbage", "garbage"),
        ("export", "--credential", "i.json", "--spool", "absent", "--out", "out"),
    ],
    ids=["absent", "garbage", "future", "empty", "unnamed", "answers", "credential", "spool"],
)
def test_wrong_files_are_told(gateway, island, tmp_path, monkeypatch, words, capsys):
    """Exit code 2 and a sentence."""
    head = '{"nadzor":"carried","v":1,"installation":"i","target":"http://127.0.0.1:9/","made_at":"x"}\n'
    monkeypatch.chdir(tmp_path)
    (tmp_path / "garbage").write_bytes(b"\xff\n")
    (tmp_path / "future").write_text(head.replace('"v":1', '"v":2'))
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "unnamed").write_text(head + '{"headers":{},"body":""}\n')
    assert run(*words) == 2 and capsys.readouterr().err


def test_an_answer_for_nothing_here_is_left(gateway, island, tmp_path):
    """A foreign or misspelt batch name is nobody's, and harms nothing."""
    lines = ['{"nadzor":"answers","v":1}', '{"batch":"x","digest":"","status":200,"body":""}']
    (tmp_path / "answers").write_text("\n".join(lines) + "\n")
    settled = settle(gateway.credential, tmp_path / "i.spool", tmp_path / "answers")
    assert (settled.events, settled.known) == (0, 1)
    with pytest.raises(ParcelError):
        settle(gateway.credential, tmp_path / "i.spool", tmp_path / "i.json")


def test_streams_that_are_held_are_told(gateway, connect, tmp_path, monkeypatch, capsys):
    """A process that does not let go in time is named by its number, and the rest is exported."""
    monkeypatch.setattr("nadzor_sdk.carry.WAIT_S", 0.2)
    (tmp_path / "i.json").write_bytes(gateway.credential.encode())
    gateway.fault = lambda attempt, header: Fault(status=503)
    client = connect(spool=tmp_path / "i.spool")
    monkeypatch.setattr(client._sender, "_give_way", lambda now: None)
    client.study(**EVENT)
    command = ["export", "--credential", str(tmp_path / "i.json"), "--out", str(tmp_path / "out")]
    assert main(command) == 1 and "1 streams are in use" in capsys.readouterr().err


def test_two_exports_at_once_are_one(gateway, island, tmp_path, monkeypatch, capsys):
    """The second is told that somebody is at work."""
    monkeypatch.setattr("nadzor_sdk.carry.WAIT_S", 0.1)
    with Turns(tmp_path / "i.spool").take(within_s=5):
        command = ["export", "--credential", str(tmp_path / "i.json"), "--out", str(tmp_path / "out")]
        assert main(command) == 1 and "is at work" in capsys.readouterr().err
