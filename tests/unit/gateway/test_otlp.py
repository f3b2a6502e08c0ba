# SPDX-License-Identifier: Apache-2.0
"""The OpenTelemetry door as its senders see it: answers in their own encoding, receipts that do not lie."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing

import pytest
import structlog
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse

from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.gateway import otlp
from nadzor.gateway.app import create_app
from nadzor.journal.entry import Conflict, Foreign
from nadzor.journal.opening import open_reader, read_log
from nadzor.journal.verify import verify_journal
from nadzor.journal.writer import GroupCommit
from nadzor_wire.receipt import ReceiptError, assurance, check_form, verify_receipt
from tests.unit.gateway.door import running
from tests.unit.gateway.house import INSTALLATION, URL, directory, publish
from tests.unit.gateway.otlp_samples import (
    JSON,
    NAME,
    PROTOBUF,
    STUDY,
    encoded,
    export,
    headers_for,
    studies,
    token_entry,
)
from tests.unit.gateway.test_otlp_judge import entry_of

BOTH = pytest.mark.parametrize("media", [PROTOBUF, JSON], ids=["protobuf", "json"])
MIXED = [("nadzor.study", STUDY), ("exception", {}), ("nadzor.study", STUDY | {"nadzor.mood": "x"})]


def serving(home, script, **how):
    """Run a script of requests against a gateway whose directory knows the token."""

    async def play():
        now = clock.now()
        publish(home, now=now, tokens={NAME: token_entry()}, **how)
        async with running(create_app(home, public_url=URL)) as ask:
            return await script(ask)

    with structlog.testing.capture_logs():
        return asyncio.run(play())


def post(ask, body, *, media=PROTOBUF, path="/v1/logs", **more):
    """Send an export request."""
    return ask("POST", path, headers_for(media, **more), body)


def said(reply, media):
    """The answer of a success, (rejected, message)."""
    assert (reply.status, reply.headers["content-type"]) == (200, media)
    if media == JSON:
        partial = json.loads(reply.body).get("partialSuccess", {})
        return int(partial.get("rejectedLogRecords", 0)), partial.get("errorMessage", "")
    partial = ExportLogsServiceResponse.FromString(reply.body).partial_success
    return partial.rejected_log_records, partial.error_message


def failed(reply, media):
    """The message of a failure, in the encoding that was spoken."""
    assert reply.headers["content-type"] == media
    if media == JSON:
        return json.loads(reply.body)["message"]
    return Status.FromString(reply.body).message


@BOTH
def test_full_success_says_nothing_more(home, media):
    """`partial_success` is unset, the header names the place in the log."""
    reply = serving(home, lambda ask: post(ask, encoded(studies(3), media), media=media))
    assert (said(reply, media), reply.headers["nadzor-index"]) == ((0, ""), "0")


@BOTH
def test_rejected_records_are_told_and_quarantined(home, media):
    """The sender gets the number and the reasons, the maker sees each one with its shape."""
    reply = serving(home, lambda ask: post(ask, encoded(export(*MIXED), media), media=media))
    told = "2 records rejected and quarantined: event.unknown-field 1, event.unknown-kind 1"
    assert said(reply, media) == (2, told)
    with closing(open_reader(home)) as reader:
        shown = reader.quarantined()
        counts = reader.counts()
    assert [(row.seq, row.code) for row in shown] == [(2, "event.unknown-kind"), (3, "event.unknown-field")]
    assert (counts.accepted, counts.rejected) == (1, 2)


def test_the_journal_and_the_receipt_hold_without_a_signature(home):
    """Every proof holds, with and without the keys of others; the receipt names the token, not a key."""
    serving(home, lambda ask: post(ask, encoded(export(*MIXED), PROTOBUF)))
    for publics in ({}, directory().installations[INSTALLATION].keys):
        assert verify_journal(home.journal, home.log_vkey, publics=publics) == []
    with closing(open_reader(home)) as reader:
        receipt = reader.receipt(0)
    assert verify_receipt(receipt, home.log_vkey).size == 1
    assert (receipt.leaf["keyid"], receipt.leaf["signature"]) == (NAME, "")
    assert assurance(receipt.leaf) == "B"
    for altered in ({"keyid": "0" * 16}, {"signature": "AAAA"}):
        with pytest.raises(ReceiptError):
            check_form(receipt.leaf | altered)


def test_the_same_request_again_is_stored_once(home):
    """A lost answer costs nothing: the same place, no second batch."""
    body = encoded(studies(4), PROTOBUF)

    async def script(ask):
        return [await post(ask, body) for _ in range(3)]

    replies = serving(home, script)
    assert [reply.headers["nadzor-index"] for reply in replies] == ["0", "0", "0"]
    with closing(open_reader(home)) as reader:
        assert reader.counts().tree_size == 1


def test_a_large_request_is_several_batches_and_one_answer(home):
    """Beyond the limit of events the parts follow one another in one stream, without a gap."""
    body = encoded(export(*[("nadzor.heartbeat", {})] * 5_001), PROTOBUF)
    reply = serving(home, lambda ask: post(ask, body))
    assert (said(reply, PROTOBUF)[0], reply.headers["nadzor-index"]) == (0, "0, 1")
    with closing(open_reader(home)) as reader:
        assert [(one.first, one.last) for one in reader.batches()] == [(1, 5_000), (5_001, 5_001)]
        assert (reader.gaps(), reader.forks()) == ([], [])


@BOTH
def test_nothing_to_export_is_a_success(home, media):
    """An empty request is answered and leaves no trace."""
    reply = serving(home, lambda ask: post(ask, encoded(export(), media), media=media))
    assert said(reply, media) == (0, "")
    with closing(open_reader(home)) as reader:
        assert reader.size() == 0


@BOTH
def test_a_failure_is_a_status_in_the_same_encoding(home, media):
    """The code of our catalogue stands in its message; a wrong token and a broken body are not repeated."""

    async def script(ask):
        return (
            await post(ask, b"\xff", media=media),
            await post(ask, b"", media=media, authorization="Bearer no-" + "y" * 40),
            await post(ask, b"", media=media, **{"content-length": "999999999"}),
        )

    broken, stranger, huge = serving(home, script)
    assert (broken.status, failed(broken, media).split(":")[0]) == (400, "otlp.malformed")
    assert (stranger.status, failed(stranger, media).split(":")[0]) == (401, "otlp.token")
    assert stranger.headers["www-authenticate"].startswith("Bearer")
    assert (huge.status, failed(huge, media).split(":")[0]) == (413, "batch.too-large")


def test_overload_is_503_with_a_time_to_wait(home, monkeypatch):
    """Never 429, and never anything after which a sender would throw its records away."""

    def full(*_args, **_how):
        raise Refusal("journal.busy", retry_after_s=2)

    monkeypatch.setattr(GroupCommit, "submit", full)
    reply = serving(home, lambda ask: post(ask, encoded(studies(1), PROTOBUF)))
    assert (reply.status, reply.headers["retry-after"]) == (503, "2")
    assert failed(reply, PROTOBUF).startswith("journal.busy")


def test_a_fault_of_ours_is_worth_repeating(home, monkeypatch):
    """A bug, or a sender too slow for us, is no word against the records: 503."""

    def broken(*_args, **_how):
        raise ZeroDivisionError

    monkeypatch.setattr(otlp, "judge_forwarded", broken)
    reply = serving(home, lambda ask: post(ask, encoded(studies(1), PROTOBUF)))
    assert (reply.status, reply.headers["retry-after"]) == (503, "60")
    assert failed(reply, PROTOBUF).startswith("gateway.broken")


def test_a_directory_that_cannot_be_believed_is_waited_for(home):
    """503 until a fresh one is there."""

    async def play():
        async with running(create_app(home, public_url=URL)) as ask:
            return await post(ask, encoded(studies(1), PROTOBUF))

    with structlog.testing.capture_logs():
        reply = asyncio.run(play())
    assert (reply.status, failed(reply, PROTOBUF).split(":")[0]) == (503, "directory.stale")


def test_a_test_token_reaches_the_log_of_tests_only(home):
    """The sandbox has its own address and its own log; the main one refuses its token."""

    async def script(ask):
        body = encoded(studies(2), PROTOBUF)
        return await post(ask, body), await post(ask, body, path="/sandbox/v1/logs")

    main, tests = serving(home, script, sandbox=True)
    assert (main.status, tests.status) == (403, 200)
    with closing(read_log(home.sandbox())) as reader:
        assert reader.counts().accepted == 2
    with closing(open_reader(home)) as reader:
        assert reader.size() == 0


def test_only_post_and_only_our_encodings(home):
    """Another method and another media type are refused as everywhere."""

    async def script(ask):
        return await ask("GET", "/v1/logs"), await post(ask, b"x", media="text/plain")

    got, plain = serving(home, script)
    assert (got.status, plain.status) == (405, 415)


def test_a_sender_that_hangs_up_leaves_nothing(home):
    """Half a body is no request."""

    async def script(ask):
        pieces = [b"x", None]
        reply = await ask("POST", "/v1/logs", headers_for(), pieces=pieces)
        return reply, await post(ask, encoded(studies(1), PROTOBUF))

    gone, after = serving(home, script)
    assert (gone.status, after.status) == (400, 200)


def test_a_request_stored_by_another_edition_is_not_refused():
    """Other bytes under the same request's name can only be the same records: they are durable."""
    conflict = otlp._place(Conflict(expected_seq=2), entry_of(studies(1)))
    assert conflict is None
    with pytest.raises(Refusal, match=r"key\.foreign"):
        otlp._place(Foreign(), entry_of(studies(1)))
