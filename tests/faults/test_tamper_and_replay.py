# SPDX-License-Identifier: Apache-2.0
"""Experiment 20 against a running gateway, with the house's own deeds and its directory job."""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from contextlib import closing
from datetime import timedelta

import pytest
from msgspec import structs

from nadzor.actions.connect_installation import connect_installation
from nadzor.actions.import_register import import_register
from nadzor.actions.revoke_key import revoke_key
from nadzor.base import clock
from nadzor.base.directory import VALID_S
from nadzor.gateway.fates import Request
from nadzor.jobs.loop import TASKS, attempt
from nadzor.journal.opening import open_reader
from nadzor.people.queries import CONSOLE
from nadzor.records import audit
from nadzor_wire.batch import PATH
from tests.faults.scale import SCALE
from tests.register_samples import CLINIC_OID, device, register
from tests.unit.actions.gate import gate
from tests.unit.gateway.house import fresh_stream, heartbeat, request

pytestmark = pytest.mark.django_db(transaction=True)
(DIRECTORY,) = [task for task in TASKS if task.name == "directory"]


@pytest.fixture
def town(home, tmp_path):
    """A house with one device, two working installations and a test bench; their credentials."""
    import_register(register(device()), by=CONSOLE, now=clock.now())
    rooms = {"one": CLINIC_OID, "two": CLINIC_OID, "bench": None}
    made = {"device": "ai-901", "now": clock.now()}
    return {
        name: connect_installation(home, tmp_path / name, clinic_oid=oid, **made)
        for name, oid in rooms.items()
    }


def batch(credential, address, *, stream=None, **how):
    """One heartbeat, signed by this credential for this address."""
    signing = {"private": credential.key(), "keyid": credential.keyid, "url": address, "now": clock.now()}
    return request(heartbeat(at=clock.now()), stream=stream or fresh_stream(), **(signing | how))


def send(address, made, *, path=PATH):
    """Status, code or receipt of a request, as the gateway answers it."""
    with closing(http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)) as connection:
        connection.request(made.method, path, body=made.body, headers=dict(made.headers))
        answer = connection.getresponse()
        told = json.loads(answer.read())
    receipt = told.get("receipt")
    return (answer.status, receipt["index"] if receipt else told["code"])


def journal(home):
    """Batches in the log, and whole batches refused by code."""
    with closing(open_reader(home)) as reader:
        refused = Counter()
        for (_, code), number in reader.refused().items():
            refused[code] += number
        return reader.size(), refused


def tampered(good, other):
    """A good request, changed in every way that a man in the middle has, each with the code it gets."""
    head = dict(good.headers)
    for name in sorted(head):
        for place in range(0, len(head[name]), max(1, len(head[name]) // (8 * SCALE))):
            letter = "A" if head[name][place] != "A" else "B"
            text = head[name][:place] + letter + head[name][place + 1 :]
            yield Request("POST", head | {name: text}, good.body)
        yield Request("POST", {key: value for key, value in head.items() if key != name}, good.body)
    yield Request("POST", head, good.body[:-1] + b" ")
    yield Request("POST", head | {"content-encoding": "gzip"}, good.body)
    yield Request("POST", head | {"signature": dict(other.headers)["signature"]}, good.body)


def test_nothing_changed_gets_in_and_every_refusal_is_counted(home, town):
    """The good one is stored; no change of it is, and the journal counts as many refusals as were sent."""
    with gate(home) as address:
        good, other = batch(town["one"], address), batch(town["two"], address)
        changed = list(tampered(good, other))
        codes = Counter()
        for made in changed:
            status, code = send(address, made)
            assert 400 <= status < 500, (status, code)
            codes[code] += 1
        assert send(address, good) == (200, 0)
    size, refused = journal(home)
    assert size == 1 and sum(codes.values()) == len(changed) == sum(refused.values())
    assert refused == codes and {"signature.invalid", "digest.mismatch"} <= set(codes)


def test_a_replay_gets_the_same_receipt_and_a_stranger_nothing(home, town):
    """Outside the window nothing; nor by another key, by a test key, or into a stream that is taken."""
    stream = fresh_stream()
    with gate(home) as address:
        good = batch(town["one"], address, stream=stream)
        assert [send(address, good) for _ in range(3)] == [(200, 0)] * 3
        old = batch(town["one"], address, now=clock.now() - timedelta(seconds=330))
        assert send(address, old) == (401, "signature.time")
        assert send(address, batch(town["two"], address, stream=stream)) == (403, "key.foreign")
        forged = batch(town["one"], address, private=town["two"].key())
        assert send(address, forged) == (401, "signature.invalid")
        assert send(address, batch(town["bench"], address)) == (403, "key.sandbox")
        inside = batch(town["one"], address + "/sandbox")
        assert send(address, inside, path="/sandbox" + PATH) == (403, "key.live")
    assert journal(home)[0] == 1


def test_a_revoked_key_is_out_within_the_minute(home, town):
    """In fact within seconds; the other installation goes on; the deed is in the chain."""
    with gate(home) as address:
        assert send(address, batch(town["one"], address))[0] == 200
        begun = time.monotonic()
        revoke_key(home, keyid=town["one"].keyid, by=CONSOLE, now=clock.now(), because="stolen")
        while (said := send(address, batch(town["one"], address)))[0] == 200:
            assert time.monotonic() - begun < VALID_S
            time.sleep(0.05)
        assert said == (401, "key.revoked") and time.monotonic() - begun < VALID_S
        assert send(address, batch(town["two"], address))[0] == 200
    assert audit.entries(verb="register.key.revoke")[0].because == "stolen"


def test_without_a_publisher_nobody_gets_in_after_the_minute(home, town, monkeypatch):
    """A revocation that cannot be published counts all the same; the job's next round lets the others in."""
    with gate(home) as address:
        assert send(address, batch(town["one"], address))[0] == 200
        monkeypatch.setattr("nadzor.actions.publish_directory.write_atomic", _full)
        with pytest.raises(OSError, match="full"):
            revoke_key(home, keyid=town["one"].keyid, by=CONSOLE, now=clock.now())
        assert attempt(DIRECTORY, home) is False
        later(monkeypatch, VALID_S)
        for name in ("one", "two"):
            assert send(address, batch(town[name], address)) == (503, "directory.stale")
        monkeypatch.undo()
        later(monkeypatch, VALID_S)
        assert attempt(DIRECTORY, home) is True
        assert eventually_good(address, town["two"])
        assert send(address, batch(town["one"], address)) == (401, "key.revoked")


def eventually_good(address, credential):
    """Whether this key gets in again, at the gateway's next look."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if send(address, batch(credential, address))[0] == 200:
            return True
        time.sleep(0.1)
    return False


def _full(*_args, **_more):
    raise OSError("the disk is full")


def later(monkeypatch, seconds):
    """Every clock on the wall of this process goes on by some seconds."""
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(seconds=seconds))


def test_two_gateways_follow_one_directory(home, town):
    """Each looks for itself: a key enrolled, rotated away or revoked is so at both."""
    with gate(home) as one, gate(home) as two:
        for address in (one, two):
            moved = structs.replace(town["one"], gateway=address)
            assert send(address, batch(moved, address))[0] == 200
        revoke_key(home, keyid=town["one"].keyid, by=CONSOLE, now=clock.now())
        for address in (one, two):
            until = time.monotonic() + VALID_S
            while send(address, batch(town["one"], address))[0] == 200:
                assert time.monotonic() < until
                time.sleep(0.05)
