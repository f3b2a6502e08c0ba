# SPDX-License-Identifier: Apache-2.0
"""The gateway as its senders see it: answers, problem documents, start and stop."""

from __future__ import annotations

import asyncio
import json

import pytest
import structlog

from nadzor.actions.publish_tiles import publish_tiles
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.gateway import app as gateway_app
from nadzor.gateway import intake, reading
from nadzor.gateway.app import create_app
from nadzor.gateway.health import CONDITIONS
from nadzor.gateway.judge import judge
from nadzor.journal.opening import open_reader
from nadzor.journal.writer import GroupCommit
from nadzor_wire.limits import CODED_MAX
from nadzor_wire.note import Checkpoint, open_note
from nadzor_wire.receipt import decode_answer, verify_answer
from tests.unit.gateway.door import running
from tests.unit.gateway.house import (
    DEVICE,
    INSTALLATION,
    URL,
    adverse_event,
    fresh_stream,
    header,
    publish,
    request,
    ring,
    sent,
    study,
)


def serving(home, script, **how):
    """Run a script of requests against a gateway with a fresh directory."""

    async def play():
        publish(home, now=clock.now(), **how)
        async with running(create_app(home, public_url=URL)) as ask:
            return await script(ask)

    with structlog.testing.capture_logs() as logs:
        answered = asyncio.run(play())
    assert [entry["event"] for entry in logs if entry["log_level"] == "info"] == ["gateway.stopped"]
    return answered


async def post(ask, made):
    """Send a request to the intake."""
    return await ask("POST", "/v1/batches", made.headers, made.body)


def asked(*events, **how):
    """A request made now."""
    return request(*events, now=clock.now(), **how)


def problem_of(reply):
    """The problem document in a reply."""
    assert reply.headers["content-type"] == "application/problem+json"
    page = json.loads(reply.body)
    assert page["status"] == reply.status
    assert page["type"] == f"/problems/{page['code']}"
    return page


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_a_batch_is_answered_with_a_receipt_that_the_sender_verifies(home, coding):
    """Field by field, verdicts and flags included, under the key pinned at enrolment."""
    made = asked(study(1), b"{", adverse_event("тел. +7 912 345-67-89"), coding=coding)
    reply = serving(home, lambda ask: post(ask, made))
    answer = decode_answer(reply.body)
    assert reply.status == 200
    assert verify_answer(answer, sent=sent(made, header(1, 3)), vkey=home.log_vkey).size == 1
    assert (answer.accepted, answer.expected_seq) == (2, 4)
    assert [verdict.code for verdict in answer.rejected] == ["event.malformed"]
    assert [verdict.code for verdict in answer.flagged] == ["narrative.held"]
    assert (answer.receipt.leaf["device"], answer.receipt.leaf["installation"]) == (DEVICE, INSTALLATION)


def test_the_same_batch_again_gets_the_same_leaf_and_index(home):
    """Also in parallel, and signed anew."""
    stream = fresh_stream()

    async def script(ask):
        made = [asked(study(1), stream=stream) for _ in range(8)]
        return await asyncio.gather(*(post(ask, one) for one in made))

    answers = [decode_answer(reply.body) for reply in serving(home, script)]
    assert {answer.receipt.index for answer in answers} == {0}
    assert len({json.dumps(answer.receipt.leaf) for answer in answers}) == 1


def test_many_senders_at_once_are_all_answered(home):
    """Every batch of many streams has its own index and a receipt that verifies."""

    async def script(ask):
        made = [asked(study(number), stream=fresh_stream()) for number in range(60)]
        return made, await asyncio.gather(*(post(ask, one) for one in made))

    made, replies = serving(home, script)
    answers = [decode_answer(reply.body) for reply in replies]
    assert sorted(answer.receipt.index for answer in answers) == list(range(60))
    assert all(answer.batch for answer in answers) and len(made) == 60


def test_a_conflict_and_a_foreign_stream_are_told_apart(home):
    """409 says which number is expected; 403 says whose the stream is not."""

    async def script(ask):
        await post(ask, asked(study(1), study(2)))
        return await post(ask, asked(study(3), first=2))

    page = problem_of(serving(home, script))
    assert (page["code"], page["status"], page["expected_seq"]) == ("batch.conflict", 409, 3)
    outcome = intake.Foreign()
    commit = type("Commit", (), {"refuse": lambda _self, note: kept.append(note)})()
    kept = []
    judged = judge(request(study()), directory=ring(), now=ring().directory.issued_at, public_url=URL)
    desk = intake.Desk.furnished(home, None)
    status, _, body = intake.Intake(desk, commit, public_url=URL)._tell(outcome, judged, {})
    assert (status, json.loads(body)["code"]) == (403, "key.foreign")
    assert kept[0].code == "key.foreign"


def test_refusals_are_counted_and_nothing_of_them_is_stored(home):
    """Personal data leave a digest, a number, a place and a code in the journal, and no value anywhere."""
    secret = b'{"kind":"study","contact":"ivanov@example.org"}'
    page = problem_of(serving(home, lambda ask: post(ask, asked(study(), secret))))
    assert (page["code"], page["seq"], page["at"], page["kind"]) == ("batch.personal-data", 2, "$", "email")
    reader = open_reader(home)
    assert reader.size() == 0
    (kept,) = reader.refusals()
    assert (kept.code, kept.seq, kept.place, len(kept.digest)) == ("batch.personal-data", 2, "$", 64)
    assert list(reader.refused().values()) == [1]
    everything = b"".join(path.read_bytes() for path in home.journal.parent.iterdir())
    assert b"ivanov" not in everything


@pytest.mark.parametrize(
    "language, title",
    [("en-GB", "not signed"), ("ru", "не подписан"), ("", "не подписан"), ("en;q=0.1, ru", "не")],
)
def test_a_problem_speaks_the_senders_language(home, language, title):
    """Russian unless English is asked for; 401 says how to authenticate."""
    made = asked(study())
    headers = {name: value for name, value in made.headers.items() if name != "signature"}

    async def script(ask):
        return await ask("POST", "/v1/batches", headers | {"Accept-Language": language}, made.body)

    reply = serving(home, script)
    assert title in problem_of(reply)["title"]
    assert reply.headers["www-authenticate"].startswith("Signature")
    assert reply.headers["content-language"] == ("en" if language.startswith("en-") else "ru")


def test_an_unread_coding_is_told_what_is_read(home):
    """415 names the codings."""
    made = asked(study())
    headers = dict(made.headers) | {"content-encoding": "br"}
    reply = serving(home, lambda ask: ask("POST", "/v1/batches", headers, made.body))
    assert (problem_of(reply)["code"], reply.headers["accept-encoding"]) == (
        "batch.content-encoding",
        "zstd, gzip",
    )


def test_a_large_body_is_not_read_to_its_end(home):
    """Neither when it says so, nor when it does not."""

    async def script(ask):
        said = await ask("POST", "/v1/batches", {"Content-Length": str(CODED_MAX + 1)}, pieces=[])
        pieces = [bytes(CODED_MAX // 2)] * 9
        silent = await ask("POST", "/v1/batches", asked(study()).headers, pieces=pieces)
        return said, silent

    for reply in serving(home, script):
        assert (problem_of(reply)["code"], reply.status) == ("batch.too-large", 413)


def test_who_cannot_sign_is_answered_before_the_body_is_read(home):
    """No memory and no time are spent on bytes that nobody signed for."""
    made = asked(study())
    unsigned = {name: value for name, value in made.headers.items() if name != "signature"}
    reply = serving(home, lambda ask: ask("POST", "/v1/batches", unsigned, pieces=[]))
    assert (problem_of(reply)["code"], reply.status) == ("signature.missing", 401)


def test_a_body_too_large_to_read_is_refused_in_the_language_asked_for(home):
    """Headers are read before the body, and so is the language."""
    headers = {"Content-Length": str(CODED_MAX + 1), "Accept-Language": "en"}
    reply = serving(home, lambda ask: ask("POST", "/v1/batches", headers, pieces=[]))
    assert "larger" in problem_of(reply)["title"]


def test_a_slow_sender_is_not_waited_for(home, monkeypatch):
    """After the limit the connection gets an answer instead of a seat."""
    monkeypatch.setattr(reading, "BODY_S", 0.05)

    async def script(ask):
        return await ask("POST", "/v1/batches", asked(study()).headers, pieces=[])

    page = problem_of(serving(home, script))
    assert (page["code"], page["status"]) == ("batch.too-slow", 408)


def test_a_sender_that_hangs_up_is_not_answered(home):
    """Nobody is there; nothing is stored, nothing breaks."""

    async def script(ask):
        return await ask("POST", "/v1/batches", asked(study()).headers, pieces=[b"half", None])

    assert serving(home, script) is None


def test_a_body_in_pieces_is_one_body(home):
    """Whatever the network cut it into."""
    made = asked(study(1), study(2))
    pieces = [made.body[start : start + 100] for start in range(0, len(made.body), 100)]
    reply = serving(home, lambda ask: ask("POST", "/v1/batches", made.headers, pieces=pieces))
    assert reply.status == 200


def test_without_a_fresh_directory_every_batch_waits(home):
    """503 with a time to come back; readiness says so too, liveness does not."""

    async def play():
        async with running(create_app(home, public_url=URL)) as ask:
            return (
                await post(ask, asked(study())),
                await ask("GET", "/health/ready"),
                await ask("GET", "/health/live"),
            )

    with structlog.testing.capture_logs():
        refused, ready, live = asyncio.run(play())
    assert problem_of(refused)["code"] == "directory.stale"
    assert (refused.status, refused.headers["retry-after"]) == (503, "5")
    assert (ready.status, json.loads(ready.body)["fresh"], live.status) == (503, False, 200)


def test_a_full_queue_is_503_with_a_time(home, monkeypatch):
    """Overload delays; it does not drop."""

    def submit(*_args, **_kw):
        raise Refusal("journal.busy", retry_after_s=1)

    monkeypatch.setattr(GroupCommit, "submit", submit)
    reply = serving(home, lambda ask: post(ask, asked(study())))
    assert (reply.status, reply.headers["retry-after"], problem_of(reply)["code"]) == (
        503,
        "1",
        "journal.busy",
    )


def test_a_journal_that_fails_is_503_with_a_time(home, monkeypatch):
    """What is not durable is not acknowledged."""

    def append(*_args, **_kw):
        raise Refusal("journal.unavailable", retry_after_s=2)

    monkeypatch.setattr("nadzor.journal.log.Journal.append", append)

    async def play():
        publish(home, now=clock.now())
        async with running(create_app(home, public_url=URL)) as ask:
            return await post(ask, asked(study()))

    with structlog.testing.capture_logs() as logs:
        reply = asyncio.run(play())
    assert (reply.status, reply.headers["retry-after"]) == (503, "2")
    assert "journal.append.failed" in {entry["event"] for entry in logs}


def test_a_bug_of_ours_has_a_number_and_no_values(home, monkeypatch):
    """The sender gets a number to quote; the log has the same number and where it broke, no values."""

    def broken(*_args, **_kw):
        raise RuntimeError("the value that broke it")

    monkeypatch.setattr(intake, "admit", broken)

    async def play():
        async with running(create_app(home, public_url=URL)) as ask:
            return await post(ask, asked(study()))

    with structlog.testing.capture_logs() as logs:
        page = problem_of(asyncio.run(play()))
    (logged,) = [entry for entry in logs if entry["event"] == "gateway.request.broke"]
    assert (page["code"], page["status"], page["incident"]) == ("gateway.broken", 500, logged["incident"])
    assert "value that broke" not in json.dumps(logged) + json.dumps(page)


def test_the_log_is_public(home):
    """Anyone reads the checkpoint and the key, and the one verifies under the other."""

    async def script(ask):
        publish_tiles(home)
        empty = await ask("GET", "/log/checkpoint")
        await post(ask, asked(study()))
        publish_tiles(home)
        return (
            empty,
            await ask("GET", "/log/checkpoint"),
            await ask("GET", "/log/key"),
            await ask("GET", "/health/ready"),
        )

    empty, after, key, ready = serving(home, script)
    vkey = key.body.decode().strip()
    sizes = [Checkpoint.parse(open_note(reply.body.decode(), vkey)).size for reply in (empty, after)]
    assert (sizes, vkey) == ([0, 1], home.log_vkey)
    assert json.loads(ready.body) == dict.fromkeys(CONDITIONS, True) | {"directory": 1, "waiting": 0}


@pytest.mark.parametrize(
    "method, path, code", [("GET", "/v1/batches", "gateway.method"), ("GET", "/nothing", "gateway.not-found")]
)
def test_wrong_addresses_have_problem_documents_too(home, method, path, code):
    """Nothing that the gateway says is a page without a code."""
    reply = serving(home, lambda ask: ask(method, path))
    assert problem_of(reply)["code"] == code
    assert ("allow" in reply.headers) is (reply.status == 405)


def test_stopping_answers_whoever_waits(home):
    """Batches on their way when the stop comes are durable and answered."""

    async def play():
        publish(home, now=clock.now())
        async with running(create_app(home, public_url=URL)) as ask:
            return [
                asyncio.create_task(post(ask, asked(study(n), stream=fresh_stream()))) for n in range(40)
            ], await asyncio.sleep(0)

    async def whole():
        tasks, _ = await play()
        return [reply.status for reply in await asyncio.gather(*tasks)]

    with structlog.testing.capture_logs():
        statuses = asyncio.run(whole())
    assert statuses.count(200) == open_reader(home).size()
    assert set(statuses) <= {200, 503}


def test_the_address_that_senders_sign_is_the_configured_one(home):
    """Behind a proxy the gateway believes its configuration, not the request."""
    made = asked(study(), url=home.settings.public_url)

    async def play():
        publish(home, now=clock.now())
        async with running(gateway_app.create_app(home)) as ask:
            return await post(ask, made)

    with structlog.testing.capture_logs():
        assert asyncio.run(play()).status == 200
