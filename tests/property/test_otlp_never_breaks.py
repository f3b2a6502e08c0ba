# SPDX-License-Identifier: Apache-2.0
"""Whatever bytes come in, reading ends with records or with one refusal, and every record has its line."""

from __future__ import annotations

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from nadzor.gateway.fates import Refused, Request
from nadzor.gateway.keyring import KeyRing
from nadzor.gateway.otlp_judge import admit_bearer, judge_forwarded
from nadzor.gateway.otlp_records import line_of
from nadzor.gateway.otlp_said import UNSAYABLE, Said
from nadzor_wire.batch import decode_lines, inflate
from nadzor_wire.canonical import canonical
from nadzor_wire.event import Recorded
from tests.unit.gateway.house import NOW
from tests.unit.gateway.otlp_samples import JSON, PROTOBUF, encoded, headers_for, studies, with_token

BEARER = admit_bearer(headers_for(), directory=KeyRing(with_token()), now=NOW, sandbox=False)
WHOLE = {media: encoded(studies(3), media) for media in (PROTOBUF, JSON)}
NAMES = st.sampled_from(["nadzor.study", "nadzor.heartbeat", "nadzor.lost", "exception", "nadzor.", ""])
LEAVES = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=8) | st.just(UNSAYABLE)
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner)
)
KEYS = st.builds(
    "nadzor.{}".format, st.sampled_from(["id", "at", "kind", "sdk", "failure.stage", "a.b.c.d", "findings"])
)
KEYS |= st.sampled_from(
    ["nadzor.findings.x.score", "nadzor.findings.x", "nadzor.utc_offset", "service.version", ""]
)
PAIRS = st.dictionaries(KEYS | st.text(max_size=6), VALUES, max_size=5)


def judged(body, media):
    """The fate of some bytes."""
    return judge_forwarded(
        Request("POST", headers_for(media), body), BEARER, now=NOW, target="http://g/v1/logs"
    )


@given(st.binary(max_size=200), st.sampled_from([PROTOBUF, JSON]))
def test_noise_is_refused_or_read(body, media):
    """No bytes break the reader."""
    fate = judged(body, media)
    assert not isinstance(fate, Refused) or fate.code == "otlp.malformed"


@given(st.data(), st.sampled_from([PROTOBUF, JSON]))
def test_a_damaged_request_is_refused_or_read(data, media):
    """One changed byte of a good request: the sums of fates still agree."""
    body = bytearray(WHOLE[media])
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    fate = judged(bytes(body), media)
    if isinstance(fate, Refused):
        assert fate.code == "otlp.malformed"
        return
    for entry in fate.entries:
        assert entry.accepted + len(entry.rejected) == entry.header.count
        assert inflate(entry.coded, coding=entry.coding).count(b"\n") == entry.header.count


@given(NAMES, st.integers(0, 2**64 - 1), st.text(max_size=12), PAIRS, PAIRS)
def test_every_record_has_one_line_and_an_event_one_id(name, nanos, schema, resource, attributes):
    """A line is one line; what is an event is the same bytes in RFC 8785, so its id is what the page says."""
    said = Said(name, nanos, schema, resource, attributes)
    line = line_of(said)
    assert b"\n" not in line and line == line_of(said)
    (event,) = decode_lines(line)
    assert not isinstance(event, Recorded) or canonical(_plain(line)) == _sorted(line)


def _plain(line):

    return json.loads(line)


def _sorted(line):

    return msgspec.json.encode(_plain(line), order="sorted")
