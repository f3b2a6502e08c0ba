# SPDX-License-Identifier: Apache-2.0
"""A client written from docs/protocol.md alone reports to a whole running house, and checks its receipts."""

from __future__ import annotations

import gzip
import json
import time
import uuid

import pytest
from cryptography.exceptions import InvalidSignature

from tests.register_samples import device
from tests.unit.cli.console import nadzor
from tests.unit.cli.test_house_commands import CLINIC
from tests.walk.stranger import Stranger, Unproved, b64, call, sha256
from tests.walk.whole_house import whole_house

BROTLI = {"content-encoding": "br"}


def event(number, **said):
    """A heartbeat as a stranger would write it."""
    stamp = int(time.time() * 1000)
    name = uuid.UUID(int=(stamp << 80) | (7 << 76) | (2 << 62) | number)
    at = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
    return {"kind": "heartbeat", "id": str(name), "at": at, "sdk": "9.9.9"} | said


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A new house with one registered device, its portal and gateway open."""
    with whole_house(tmp_path_factory.mktemp("stranger")) as (home, _):
        yield home


@pytest.fixture
def stranger(enrolled):
    """The stranger, at the start of a new stream."""
    enrolled.new_stream()
    return enrolled


@pytest.fixture(scope="module")
def enrolled(town):
    """The stranger, enrolled by a token that the registrar gave."""
    told = nadzor(
        "enrol", "--device", device()["code"], "--clinic", CLINIC, "--data", town.root, "--json"
    ).json()
    return Stranger(town.settings.portal_url, told["token"])


def test_a_stranger_reports_and_every_receipt_proves_it(stranger):
    """Three batches of one stream, coded and not; each receipt holds by the seven conditions of the page."""
    for start_at in (1, 4, 7):
        answer = stranger.report([event(start_at + step) for step in range(3)])
        assert (answer["accepted"], answer["expected_seq"]) == (3, start_at + 3)


def test_the_same_bytes_get_the_same_leaf(stranger):
    """A repetition after a lost answer is answered with the leaf and index of the first time."""
    body, place = stranger.seal([event(50)])
    headers, base = stranger.sign(body, place)
    first = json.loads(call("POST", stranger.address, body, headers)[2])
    again, _ = stranger.sign(body, place, created=int(time.time()) + 1)
    second = json.loads(call("POST", stranger.address, body, again)[2])
    assert first["receipt"]["leaf"] == second["receipt"]["leaf"]
    assert first["receipt"]["index"] == second["receipt"]["index"]
    stranger.verify(second, body, place, base)
    stranger.next, stranger.prev = place["last"] + 1, sha256(body)


def test_a_receipt_with_any_field_changed_proves_nothing(stranger):
    """Whatever of the answer is altered, the stranger's own check says no."""
    body, place = stranger.seal([event(60)])
    headers, base = stranger.sign(body, place)
    answer = json.loads(call("POST", stranger.address, body, headers)[2])
    stranger.verify(answer, body, place, base)
    for name, value in answer["receipt"]["leaf"].items():
        forged = json.loads(json.dumps(answer))
        forged["receipt"]["leaf"][name] = value + 1 if isinstance(value, int) else b64(b"x" * 24)
        with pytest.raises((Unproved, InvalidSignature)):
            stranger.verify(forged, body, place, base)
    stranger.next, stranger.prev = place["last"] + 1, sha256(body)


def test_gzip_is_signed_with_its_coding(stranger):
    """A coded body has `content-encoding` among the covered components, and is read."""
    body, place = stranger.seal([event(70), event(71)])
    coded = gzip.compress(body)
    headers, base = stranger.sign(coded, place, extra={"content-encoding": "gzip"})
    status, _, content = call("POST", stranger.address, coded, headers)
    assert status == 200, content
    stranger.verify(json.loads(content), coded, place, base)
    stranger.next, stranger.prev = place["last"] + 1, sha256(coded)


def test_what_the_error_table_says_happens(stranger):
    """Rows of section 6 that a sender can cause: status and code, and no answer repeats what it refuses."""
    stranger.report([event(79)])
    body, place = stranger.seal([event(80)])
    headers, _ = stranger.sign(body, place)
    asked = {
        "signature.time": (401, body, stranger.sign(body, place, created=int(time.time()) - 4_000)[0]),
        "signature.invalid": (401, body, headers | {"nadzor-batch": place["header"].replace("=2", "=3")}),
        "batch.content-encoding": (
            415,
            body,
            stranger.sign(body, place, extra={"content-encoding": "br"})[0],
        ),
        "batch.conflict": (409, *_signed(stranger, event(82), first=1)),
        "batch.personal-data": (422, *_signed(stranger, event(81, sdk="Ivanov 112-233-445 95"))),
        "digest.mismatch": (400, body + b"\n", headers),
    }
    for code, (status, sent, signed) in asked.items():
        found, kept, content = call("POST", stranger.address, sent, signed)
        problem = json.loads(content)
        assert (found, problem["code"]) == (status, code)
        assert kept["content-type"] == "application/problem+json"
        assert {"type", "status", "title", "do"} <= set(problem)
        assert b"Ivanov" not in content
        assert ("server_time" in problem) is (code == "signature.time")


def _signed(stranger, said, **place):
    body, at = stranger.seal([said], **place)
    return body, stranger.sign(body, at)[0]


def test_a_malformed_event_is_rejected_alone(stranger):
    """One event of two is refused with its number and place; the other counts and the receipt covers both."""
    answer = stranger.report([event(90), event(91, kind="weather")])
    assert answer["accepted"] == 1
    assert [one["code"] for one in answer["rejected"]] == ["event.unknown-kind"]
