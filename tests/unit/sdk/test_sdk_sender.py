# SPDX-License-Identifier: Apache-2.0
"""From disk to verified receipt, through everything that can go wrong on the way."""

from __future__ import annotations

import time
from hashlib import sha256

import pytest
from msgspec import structs

from nadzor_wire.base64text import b64
from nadzor_wire.receipt import Answer, Verdict
from tests.stub_gateway import Fault, StubLog, eventually, make_credential
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


def test_everything_is_delivered_in_order(gateway, connect):
    """Full and partial batches cross in order, chained by the digest of the one before."""
    client = connect(seal_events=10)
    ids = capture(client, 95)
    assert client.flush(30) and delivered(gateway) == ids
    prev = bytes(32)
    for header, (digest, _) in zip(gateway.headers, gateway.batches.values(), strict=True):
        assert header.prev == prev
        prev = digest
    health = client.health()
    assert (health.captured, health.receipted, health.unreceipted, health.last_error) == (95, 95, 0, None)


def test_a_partial_batch_is_sent_when_its_time_has_come(gateway, connect):
    """Without any flush a single event leaves by itself."""
    client = connect()
    (event_id,) = capture(client, 1)
    assert eventually(lambda: delivered(gateway) == [event_id])


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_every_coding_is_delivered(gateway, connect, coding):
    """The gateway reads all three codings."""
    client = connect(coding=coding)
    ids = capture(client, 3)
    assert client.flush(30) and delivered(gateway) == ids


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=503),
        Fault(status=429, headers={"Retry-After": "0"}),
        Fault(status=502, code=""),
        Fault(status=504),
        Fault(cut="before"),
        Fault(cut="after"),
    ],
)
def test_outages_lose_nothing_and_double_nothing(gateway, connect, fault):
    """Three failures in a row, whatever their kind: every event arrives once."""
    gateway.fault = once(fault, fault, fault)
    client = connect(seal_events=5)
    ids = capture(client, 12)
    assert client.flush(30) and delivered(gateway) == ids


def test_a_gateway_that_is_down_is_waited_for(gateway, connect):
    """Nothing listens at first: events stay on disk and health says so."""
    gateway.fault = lambda attempt, header: Fault(cut="before")
    client = connect()
    capture(client, 3)
    assert eventually(lambda: client.health().last_error) and not client.flush(0.05)
    health = client.health()
    assert (health.unreceipted, health.receipted, health.last_error) == (3, 0, "http.0")
    gateway.fault = once()
    assert client.flush(30) and client.health().last_error is None


def test_retry_after_is_honoured(gateway, connect):
    """A server that asks for a pause gets it."""
    gateway.fault = once(Fault(status=503, headers={"Retry-After": "1"}))
    client = connect()
    capture(client, 1)
    assert eventually(lambda: gateway.attempts == 1)
    refused = time.monotonic()
    assert client.flush(30) and gateway.attempts == 2 and time.monotonic() - refused > 0.9


def forged(name, value):
    """Spoils one field of an honest answer's leaf."""

    def tamper(answer: Answer) -> Answer:
        leaf = answer.receipt.leaf | {name: value}
        return structs.replace(answer, receipt=structs.replace(answer.receipt, leaf=leaf))

    return Fault(tamper=tamper)


@pytest.mark.parametrize(
    "fault",
    [
        forged("last", 2),
        forged("body", b64(bytes(32))),
        Fault(tamper=lambda answer: structs.replace(answer, accepted=answer.accepted - 1)),
        Fault(tamper=lambda answer: structs.replace(answer, rejected=[Verdict(1, "event.malformed")])),
        Fault(tamper=lambda answer: structs.replace(answer, receipt=StubLog().append(answer.receipt.leaf))),
    ],
)
def test_a_false_receipt_frees_nothing(gateway, connect, fault):
    """An answer that proves less than everything is no answer; the honest one later is."""
    gateway.fault = lambda attempt, header: fault
    client = connect()
    ids = capture(client, 3)
    assert eventually(lambda: client.health().last_error) and not client.flush(0.05)
    health = client.health()
    assert health.unreceipted == 3 and health.last_error.startswith("receipt.")
    gateway.fault = once()
    assert client.flush(30) and delivered(gateway) == ids


def test_an_answer_that_is_not_one_frees_nothing(gateway, connect, monkeypatch):
    """A captive portal's 200 is not a receipt."""
    client = connect()
    monkeypatch.setattr("tests.stub_gateway.encode_answer", lambda answer: b"<html>welcome</html>")
    capture(client, 1)
    assert eventually(lambda: client.health().last_error == "receipt.answer") and not client.flush(0.05)


def test_the_last_answer_is_kept(gateway, connect, tmp_path):
    """The newest verified checkpoint stays beside the spool."""
    client = connect()
    capture(client, 1)
    assert client.flush(30)
    assert b'"checkpoint"' in (tmp_path / "spool" / "last-answer.json").read_bytes()


def test_a_wrong_clock_is_corrected_once(gateway, connect):
    """A refusal for time carries the server's; the same bytes are signed again with it."""
    gateway.clock_offset_s = -7200.0
    client = connect()
    ids = capture(client, 2)
    assert client.flush(30) and delivered(gateway) == ids
    assert gateway.attempts == 2 and abs(client.health().clock_offset_ms + 7_200_000) < 5_000


def test_a_clock_that_cannot_be_agreed_on_is_not_hammered(gateway, connect):
    """A server that refuses its own time is treated as an outage."""
    gateway.fault = lambda attempt, header: Fault(status=401, code="signature.time")
    client = connect()
    capture(client, 1)
    assert eventually(lambda: client.health().last_error == "signature.time") and not client.flush(0.05)
    gateway.fault = once()
    assert client.flush(30)


@pytest.mark.parametrize(
    ("status", "code"), [(403, "key.revoked"), (500, ""), (404, ""), (401, "key.unknown")]
)
def test_what_only_a_person_can_mend_is_held(gateway, connect, status, code):
    """The batch stays on disk and is tried again after a long pause; nothing is given up."""
    gateway.fault = once(Fault(status=status, code=code))
    client = connect()
    ids = capture(client, 2)
    assert client.flush(30) and delivered(gateway) == ids and client.health().refused == {}


def test_rejected_events_are_counted(gateway, connect, monkeypatch):
    """An event refused alone is reported by code; the others count."""
    monkeypatch.setattr("nadzor_sdk.compose._check", lambda line: None)
    client = connect()
    capture(client, 2)
    client.study(**EVENT | {"version": "not a version"})
    assert client.flush(30)
    assert client.health().rejected == {"event.malformed": 1} and client.health().receipted == 3


def test_an_event_with_personal_details_is_withheld(gateway, connect, tmp_path):
    """The refused event is replaced in place; its number stays, its content is kept nowhere."""
    client = connect()
    ids = [client.study(**EVENT | {"version": version}) for version in ("1.0", "6.6.6", "1.0", "6.6.6")]
    gateway.personal = lambda event: "$.version" if event.get("version") == "6.6.6" else None
    assert client.flush(30)
    assert [event["kind"] for event in gateway.events()] == ["study", "withheld", "study", "withheld"]
    assert delivered(gateway) == [ids[0], ids[2]]
    placeholder = gateway.events("withheld")[0]
    assert (placeholder["code"], placeholder["field"]) == ("batch.personal-data", "$.version")
    assert client.health().withheld == 2
    client.close()
    assert not any(b"6.6.6" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize("facts", [b"", b',"seq":99', b',"seq":"1"'])
def test_a_refusal_for_personal_details_that_names_no_event(gateway, connect, tmp_path, monkeypatch, facts):
    """If the event cannot be found, the whole batch is given up, declared lost, and kept nowhere."""
    client = connect()
    capture(client, 2)
    problem = b'{"code":"batch.personal-data"%b}' % facts
    monkeypatch.setattr("tests.stub_gateway._problem", lambda status, code, **_: problem)
    gateway.fault = once(Fault(status=422))
    assert client.flush(30) and client.flush(30)
    assert [(e["first"], e["last"], e["code"]) for e in gateway.events("lost")] == [
        (1, 2, "batch.personal-data")
    ]
    assert not (tmp_path / "spool" / "refused").exists()


def test_a_refused_batch_is_set_aside_and_declared_lost(gateway, connect, tmp_path):
    """The batch moves to refused/, its numbers are declared in the same stream, the rest goes on."""
    gateway.fault = once(Fault(status=413, code="batch.too-large"))
    client = connect(seal_events=5)
    ids = capture(client, 7)
    assert client.flush(30)
    (lost,) = gateway.events("lost")
    assert (lost["first"], lost["last"], lost["code"]) == (1, 5, "batch.too-large")
    assert delivered(gateway) == ids[5:] and client.health().refused == {"batch.too-large": 1}
    assert len(list((tmp_path / "spool" / "refused").glob("*.batch"))) == 1
    assert gateway.headers[0].first == 6 and gateway.headers[0].prev == bytes(32)


def test_a_gateway_that_reads_fewer_codings_gets_plainer_ones(gateway, connect):
    """zstd, then gzip, then none: the same events and numbers; only then is a batch given up."""
    fault = Fault(status=415, code="batch.content-encoding")
    gateway.fault = once(fault, fault)
    client = connect(coding="zstd")
    ids = capture(client, 2)
    assert client.flush(30) and delivered(gateway) == ids and client._sender.coding == "identity"
    gateway.fault = lambda attempt, header: fault if attempt == 4 else None
    capture(client, 1)
    assert client.flush(30) and client.health().refused == {"batch.content-encoding": 1}


def test_a_declaration_of_loss_is_not_declared_lost(gateway, connect):
    """A gateway that refuses everything does not make the SDK report for ever."""
    gateway.fault = lambda attempt, header: Fault(status=400, code="batch.BROKEN")
    client = connect()
    capture(client, 3)
    assert client.flush(30) and client.flush(30)
    assert client.health().refused == {"batch.BROKEN": 2} and gateway.attempts == 2


def test_a_conflict_moves_events_to_a_new_stream(gateway, connect):
    """Where other bytes hold the numbers, nothing is lost: the same events go out in a fresh stream."""
    client = connect(seal_events=4)
    first = capture(client, 4)
    assert client.flush(30)
    gateway.fault = lambda attempt, header: Fault(status=409, code="batch.conflict") if attempt == 2 else None
    second = capture(client, 6)
    assert client.flush(30) and delivered(gateway) == first + second
    assert gateway.headers[1].stream != gateway.headers[0].stream
    assert gateway.headers[1].after == gateway.headers[0].stream
    assert client.health().refused == {"batch.conflict": 1} and client.health().unreceipted == 0


def test_heartbeats_tell_the_depth_and_the_drops(gateway, connect):
    """A heartbeat carries what was dropped and why."""
    client = connect(heartbeat_every_s=1.0)
    client.study(**EVENT | {"sex": "x"})
    client._sender._beat_at = 0.0
    assert eventually(lambda: gateway.events("heartbeat"))
    assert gateway.events("heartbeat")[0]["drops"] == {"invalid": 1}


def test_a_foreign_log_is_never_believed(gateway, connect):
    """With another log key pinned, no receipt is good enough and nothing is dropped."""
    other = structs.replace(gateway.credential, log_vkey=make_credential("", StubLog().vkey).log_vkey)
    client = connect(credential=other)
    capture(client, 1)
    assert eventually(lambda: client.health().last_error == "receipt.checkpoint") and not client.flush(0.05)


def test_a_repeat_after_a_lost_answer_shows_the_same_leaf(gateway, connect):
    """The answer that was lost and the one that arrived name the same leaf index."""
    gateway.fault = once(Fault(cut="after"))
    client = connect()
    capture(client, 2)
    assert client.flush(30) and gateway.attempts >= 2
    assert len(gateway.log.hashes) == 1 and len(gateway.batches) == 1
    digest, answer = next(iter(gateway.batches.values()))
    assert answer.batch == digest.hex() and len(sha256(digest).digest()) == 32
