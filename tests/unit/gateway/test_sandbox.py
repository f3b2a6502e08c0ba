# SPDX-License-Identifier: Apache-2.0
"""The sandbox: test streams get receipts of their own log, and nothing crosses over."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import closing

import pytest
import structlog

from nadzor.actions.publish_tiles import publish_tiles
from nadzor.base import clock
from nadzor.base.home import SANDBOX
from nadzor.gateway.app import create_app
from nadzor.gateway.sandbox import SANDBOX_PATH
from nadzor.journal.opening import open_reader, read_log
from nadzor.journal.verify import verify_journal
from nadzor_wire.note import Checkpoint, open_note
from nadzor_wire.receipt import ReceiptError, decode_answer, verify_answer
from tests.unit.gateway.door import running
from tests.unit.gateway.house import URL, header, publish, request, sent, study

TEST_URL = URL + SANDBOX


def serving(home, script, **how):
    """Run a script of requests against a gateway with a fresh directory; what it warned of beside."""

    async def play():
        publish(home, now=clock.now(), **how)
        async with running(create_app(home, public_url=URL)) as ask:
            return await script(ask)

    with structlog.testing.capture_logs() as logs:
        answered = asyncio.run(play())
    return answered, [entry["event"] for entry in logs if entry["log_level"] == "warning"]


async def post(ask, made, path=SANDBOX_PATH):
    """Send a request to the test intake."""
    return await ask("POST", path, made.headers, made.body)


def asked(*events, url=TEST_URL, **how):
    """A request made now, signed for the sandbox's address."""
    return request(*events, now=clock.now(), url=url, **how)


def refused(place):
    """Codes of the refusals that a log has counted."""
    with closing(read_log(place)) as reader:
        return Counter({code: n for (_, code), n in reader.refused().items()})


def test_a_test_batch_gets_a_receipt_of_the_sandbox_and_of_no_other_log(home):
    """Under its own key, at index 0; the log of real events stays empty."""
    made = asked(study(1), study(2))
    reply, _ = serving(home, lambda ask: post(ask, made), sandbox=True)
    answer, batch = decode_answer(reply.body), sent(made, header(1, 2), url=TEST_URL)
    sandbox = home.sandbox()
    assert reply.status == 200
    assert verify_answer(answer, sent=batch, vkey=sandbox.vkey).origin == sandbox.origin
    with pytest.raises(ReceiptError):
        verify_answer(answer, sent=batch, vkey=home.log_vkey)
    with closing(open_reader(home)) as live, closing(read_log(sandbox)) as test:
        assert (live.size(), test.size()) == (0, 1)
    assert verify_journal(sandbox.journal, sandbox.vkey) == []


def test_a_working_key_is_refused_in_the_sandbox_and_counted_there(home):
    """With its own code, and nothing of the batch is kept."""
    reply, _ = serving(home, lambda ask: post(ask, asked(study())))
    assert (reply.status, json.loads(reply.body)["code"]) == (403, "key.live")
    assert refused(home.sandbox()) == {"key.live": 1}
    assert refused(home.log) == {}


def test_a_test_key_is_refused_by_the_log_and_counted_there(home):
    """With its own code; the sandbox is not even made."""
    made = asked(study(), url=URL)
    reply, _ = serving(home, lambda ask: post(ask, made, "/v1/batches"), sandbox=True)
    assert (reply.status, json.loads(reply.body)["code"]) == (403, "key.sandbox")
    assert refused(home.log) == {"key.sandbox": 1}
    assert not (home.root / "sandbox").exists()


def test_a_signature_for_one_log_does_not_hold_for_the_other(home):
    """The address is signed, so a batch cannot be carried over."""
    reply, _ = serving(home, lambda ask: post(ask, asked(study(), url=URL)), sandbox=True)
    assert (reply.status, json.loads(reply.body)["code"]) == (401, "signature.invalid")


def test_a_repeated_test_batch_has_the_same_receipt_and_is_noted(home):
    """The conformance test asks whether a sender survives a lost answer."""
    made = asked(study())

    async def twice(ask):
        return [await post(ask, made), await post(ask, made)]

    replies, _ = serving(home, twice, sandbox=True)
    first, again = (decode_answer(reply.body).receipt for reply in replies)
    assert (first.leaf, first.index) == (again.leaf, again.index)
    with closing(read_log(home.sandbox())) as reader:
        (note,) = reader.refusals()
    assert (note.code, note.digest) == ("batch.repeated", decode_answer(replies[0].body).batch)


def test_the_log_of_real_events_notes_no_repeats(home):
    """There a repeat is nobody's business."""
    made = asked(study(), url=URL)

    async def twice(ask):
        return [await post(ask, made, "/v1/batches"), await post(ask, made, "/v1/batches")]

    replies, _ = serving(home, twice)
    assert [reply.status for reply in replies] == [200, 200]
    assert refused(home.log) == {}


def test_a_sandbox_that_cannot_be_opened_stops_no_real_event(home):
    """Its senders are told to try again; the others notice nothing."""
    home.sandbox().journal.parent.mkdir(parents=True)
    home.sandbox().journal.write_bytes(b"no database at all, and longer than a header of one" * 8)

    async def script(ask):
        live = asked(study(), url=URL)
        return [await post(ask, live, "/v1/batches"), await post(ask, asked(study())),
                await ask("GET", SANDBOX + "/log/key")]  # fmt: skip

    replies, warned = serving(home, script)
    assert [reply.status for reply in replies] == [200, 503, 503]
    assert json.loads(replies[1].body)["code"] == "journal.unavailable"
    assert "retry-after" in replies[1].headers
    assert warned == ["gateway.sandbox.closed"] * 2


def test_the_sandbox_is_public_too(home):
    """Its key and its checkpoint, which verifies under that key; other methods are refused."""

    async def script(ask):
        await asyncio.gather(*(post(ask, asked(study(n), stream=bytes([n] * 16))) for n in range(3)))
        publish_tiles(home)
        return [await ask("GET", SANDBOX + path) for path in ("/log/key", "/log/checkpoint", "/v1/batches")]

    (key, note, wrong), _ = serving(home, script, sandbox=True)
    vkey = key.body.decode().strip()
    assert vkey == home.sandbox().vkey
    assert Checkpoint.parse(open_note(note.body.decode(), vkey)).size == 3
    assert (wrong.status, json.loads(wrong.body)["code"]) == (405, "gateway.method")
