# SPDX-License-Identifier: Apache-2.0
"""The judge answers anything and raises nothing; what it lets through is what was signed."""

from __future__ import annotations

import json
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from nadzor.base.problems import document
from nadzor.gateway.fates import Judged, Refused, Request
from nadzor.gateway.judge import judge
from nadzor_wire.batch import deflate, encode_event
from tests.unit.gateway.house import (
    NOW,
    URL,
    adverse_event,
    header,
    heartbeat,
    request,
    request_of,
    ring,
    study,
)

RING = ring()
GOOD = request(study(1), heartbeat(), adverse_event("text"), coding="gzip")
NAMES = [*GOOD.headers, "content-encoding", "accept-language", "x-other"]
TEXTS = st.text(st.characters(codec="latin-1"), max_size=300)
HEADERS = st.dictionaries(st.sampled_from(NAMES), TEXTS | st.sampled_from(list(GOOD.headers.values())))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner)
)


def fate(asked):
    """The judge's word, which is always a word, and always has a problem document when it is no."""
    said = judge(asked, directory=RING, now=NOW, public_url=URL)
    assert isinstance(said, Judged | Refused)
    if isinstance(said, Refused):
        assert 400 <= document(said.refusal(), "ru")["status"] < 600
    return said


@given(st.text(max_size=8), HEADERS, st.binary(max_size=2_000))
def test_any_request_gets_a_word(method, headers, body):
    """Arbitrary methods, headers and bytes are refused in good order."""
    assert isinstance(fate(Request(method, headers, body)), Refused)


@given(HEADERS)
def test_a_good_request_with_any_header_changed_gets_a_word(changes):
    """Whatever is done to the headers of a signed request, the judge stays calm."""
    assert isinstance(fate(Request("POST", dict(GOOD.headers) | changes, GOOD.body)), Judged | Refused)


@given(st.integers(0, len(GOOD.body) - 1), st.integers(1, 255))
def test_no_flipped_byte_of_the_body_gets_through(place, flip):
    """Every change of the coded body is refused."""
    body = bytearray(GOOD.body)
    body[place] ^= flip
    assert fate(Request("POST", GOOD.headers, bytes(body))).code == "digest.mismatch"


@settings(max_examples=60)
@given(st.sampled_from(["identity", "gzip", "zstd"]), st.binary(min_size=1, max_size=3_000), st.booleans())
def test_any_signed_bytes_get_a_word(coding, raw, honest):
    """A maker may sign anything: lines that are no events, or bytes that are no coding at all."""
    coded = deflate(raw, coding) if honest else raw
    count = max(1, raw.count(b"\n") + (not raw.endswith(b"\n")))
    assert isinstance(fate(request_of(coded, header(1, min(count, 5_000)), coding=coding)), Judged | Refused)


@given(st.lists(JSON, min_size=1, max_size=4))
def test_any_signed_json_has_a_fate_for_every_line(values):
    """Every line is accepted or rejected, none vanishes, unless a personal detail refuses them all."""
    lines = [json.dumps(value, ensure_ascii=True).encode() for value in values]
    said = fate(request(*lines))
    if isinstance(said, Judged):
        assert said.entry.accepted + len(said.entry.rejected) == len(values)
        assert len(said.entry.shapes) == len(said.entry.rejected)
    else:
        assert said.code == "batch.personal-data"


EVENT = json.loads(encode_event(study(5)))


@given(st.sampled_from([*EVENT, "mood", "narrative"]), JSON)
def test_an_event_with_any_field_replaced_has_a_fate(name, value):
    """No value of any field breaks the judge, and a rejection never quotes it."""
    said = fate(request(json.dumps(EVENT | {name: value}).encode()))
    if isinstance(said, Judged) and said.entry.rejected and isinstance(value, str) and len(value) > 12:
        assert value not in said.entry.rejected[0].detail + said.entry.shapes[0]


@given(st.datetimes(), st.integers(-1439, 1439))
def test_an_event_of_any_time_has_a_fate(moment, minutes):
    """The first and the last moments of the calendar, in any zone, are no trouble."""
    sign, ahead = "-" if minutes < 0 else "+", abs(minutes)
    at = f"{moment.isoformat()}{sign}{ahead // 60:02}:{ahead % 60:02}"
    said = fate(request(json.dumps(EVENT | {"at": at}).encode(), study(1)))
    assert isinstance(said, Judged)
    assert said.entry.received_at + timedelta(0) == NOW
