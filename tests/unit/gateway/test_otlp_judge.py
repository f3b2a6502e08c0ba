# SPDX-License-Identifier: Apache-2.0
"""The fate of an OpenTelemetry request: whose it is, what its records become, what is kept of the others."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest

from nadzor.gateway.fates import Refused, Request
from nadzor.gateway.keyring import KeyRing
from nadzor.gateway.otlp_judge import admit_bearer, judge_forwarded
from nadzor.gateway.otlp_said import RECORDS_MAX
from nadzor_wire import limits
from nadzor_wire.base64text import b64
from nadzor_wire.batch import BatchHeader, decode_lines, deflate, inflate, split_lines
from nadzor_wire.event import AdverseEvent, Study
from tests.unit.gateway.house import DEVICE, INSTALLATION, NOW, SITE
from tests.unit.gateway.otlp_samples import (
    JSON,
    NAME,
    PROTOBUF,
    RESOURCE,
    STUDY,
    encoded,
    export,
    headers_for,
    studies,
    token_entry,
    with_token,
)

URL = "http://gateway.example/v1/logs"
RING = KeyRing(with_token())
BOTH = pytest.mark.parametrize("media", [PROTOBUF, JSON], ids=["protobuf", "json"])


def admitted(headers=None, *, keys=RING, now=NOW, sandbox=False):
    """Whose request it is."""
    return admit_bearer(headers or headers_for(), directory=keys, now=now, sandbox=sandbox)


def fate(body, *, media=PROTOBUF, keys=RING, now=NOW, **more):
    """The judge's word on a body."""
    asked = Request("POST", headers_for(media, **more), body)
    return judge_forwarded(asked, admitted(keys=keys), now=now, target=URL)


def entry_of(request, *, media=PROTOBUF, **how):
    """The one batch of a request."""
    (entry,) = fate(encoded(request, media), media=media, **how).entries
    return entry


def lines_of(entry):
    """What is kept of a request."""
    return split_lines(inflate(entry.coded, coding=entry.coding))


@BOTH
def test_a_record_becomes_our_event(media):
    """Attributes, those of the resource and the clinic's zone make the same event in either encoding."""
    entry = entry_of(export(("nadzor.study", STUDY)), media=media)
    (event,) = decode_lines(inflate(entry.coded, coding=entry.coding))
    assert isinstance(event, Study)
    assert (event.version, event.build, event.modality, event.duration_ms) == ("1.2.0", "b" * 64, "DX", 1200)
    assert event.at.isoformat() == "2026-11-21T12:00:00+03:00"
    assert [(told.code, told.score, told.positive) for told in event.findings] == [
        ("effusion", 40, None),
        ("nodule", 8123, True),
    ]
    assert (entry.accepted, entry.rejected) == (1, ())


def test_both_encodings_give_the_same_lines():
    """Only the digest of what came in differs: a sender may change its encoding and is not counted twice."""
    request = export(("nadzor.study", STUDY), ("nadzor.heartbeat", {"nadzor.drops.retry": 3}))
    assert lines_of(entry_of(request)) == lines_of(entry_of(request, media=JSON))


def test_the_leaf_will_say_that_nobody_signed():
    """Level B: the name of a token, no signature, and a base that binds what came in and what is kept."""
    body = encoded(studies(2), PROTOBUF)
    (entry,) = fate(body).entries
    assert (entry.keyid, entry.signature) == (NAME, b"")
    assert (entry.installation, entry.device, entry.site) == (INSTALLATION, DEVICE, SITE)
    said = dict(line.split(": ", 1) for line in entry.base.decode().split("\n"))
    assert said['"@target-uri"'] == URL
    assert said['"nadzor-batch"'] == entry.header.render()
    assert "@signature-params" not in entry.base.decode()
    for name, raw in (('"content-digest"', entry.coded), ('"otlp-digest"', body)):
        assert said[name] == f"sha-256=:{b64(hashlib.sha256(raw).digest())}:"


def test_the_same_request_is_the_same_stream():
    """Repeated later, even packed anew, it has the same place and the same bytes; another one has its own."""
    body = encoded(studies(3), PROTOBUF)
    first, again = fate(body).entries[0], fate(body, now=NOW + timedelta(hours=5)).entries[0]
    assert (first.header, first.coded) == (again.header, again.coded)
    packed = fate(deflate(body, "gzip"), **{"content-encoding": "gzip"}).entries[0]
    assert (packed.header, packed.coded) == (first.header, first.coded)
    assert fate(encoded(studies(4), PROTOBUF)).entries[0].header.stream != first.header.stream


def test_a_record_keeps_its_id_in_whatever_company():
    """Sent again among others, it is the same event and counts once; a stated id stands."""
    alone, among = entry_of(studies(1)), entry_of(studies(5))
    assert lines_of(alone)[0] == lines_of(among)[0]
    stated = STUDY | {"nadzor.id": "019e8d5e-8d40-7000-8000-000000000001"}
    assert json.loads(lines_of(entry_of(export(("nadzor.study", stated))))[0])["id"] == stated["nadzor.id"]


REJECTED = {
    "foreign": ("exception", {}, "event.unknown-kind", "$.kind"),
    "nameless": ("", {}, "event.unknown-kind", "$.kind"),
    "of streams": ("nadzor.lost", {"nadzor.first": 1, "nadzor.last": 2}, "event.unknown-kind", "$.kind"),
    "unknown field": ("nadzor.study", STUDY | {"nadzor.mood": "good"}, "event.unknown-field", "$"),
    "a kind inside": ("nadzor.study", STUDY | {"nadzor.kind": "study"}, "event.unknown-field", "$"),
    "too deep a name": ("nadzor.study", STUDY | {"nadzor.a.b.c.d": 1}, "event.unknown-field", "$"),
    "wrong type": ("nadzor.study", STUDY | {"nadzor.duration_ms": "1"}, "event.malformed", "$.duration_ms"),
    "bytes": ("nadzor.study", STUDY | {"nadzor.sex": b"f"}, "event.malformed", "$.sex"),
    "no number": (
        "nadzor.study",
        STUDY | {"nadzor.duration_ms": float("nan")},
        "event.malformed",
        "$.duration_ms",
    ),
    "two meanings": (
        "nadzor.study",
        STUDY | {"nadzor.failure": "x", "nadzor.failure.stage": "input"},
        "event.malformed",
        "$.failure",
    ),
    "foreign finding": (
        "nadzor.study",
        STUDY | {"nadzor.findings.unheard_of.score": 1},
        "event.unknown-finding",
        "$.findings[2].code",
    ),
    "huge": ("nadzor.study", STUDY | {"nadzor.version": "1" * 70_000}, "event.too-large", "$"),
    "personal": ("nadzor.study", STUDY | {"nadzor.mood": "ivanov@example.org"}, "event.personal-data", "$"),
}


@BOTH
@pytest.mark.parametrize("name, attributes, code, at", REJECTED.values(), ids=REJECTED.keys())
def test_a_record_that_is_no_event_is_rejected_alone(media, name, attributes, code, at):
    """The records around it are accepted; its number is kept, its value nowhere."""
    request = export(("nadzor.study", STUDY), (name, attributes), ("nadzor.heartbeat", {}))
    entry = entry_of(request, media=media)
    assert [(verdict.seq, verdict.code, verdict.at) for verdict in entry.rejected] == [(2, code, at)]
    assert (entry.accepted, len(entry.shapes), len(lines_of(entry))) == (2, 1, 3)
    kept = lines_of(entry)[1]
    assert kept == b"{}" or code == "event.unknown-finding"
    assert b"ivanov" not in kept and "ivanov" not in repr(entry.rejected) + repr(entry.shapes)


def test_time_without_a_zone_is_refused_unless_the_resource_knows_it():
    """OpenTelemetry's time has no zone, so the day is not known: the resource says it, or the record does."""
    nowhere = {name: value for name, value in RESOURCE.items() if name != "nadzor.utc_offset"}
    (verdict,) = entry_of(export(("nadzor.study", STUDY), resource=nowhere)).rejected
    assert (verdict.code, verdict.at) == ("event.time-zone", "$.at")
    wrong = RESOURCE | {"nadzor.utc_offset": "Moscow"}
    assert entry_of(export(("nadzor.study", STUDY), resource=wrong)).rejected[0].code == "event.time-zone"
    own = STUDY | {"nadzor.at": "2026-11-21T12:00:00+05:00"}
    assert entry_of(export(("nadzor.study", own), resource=nowhere)).accepted == 1


def test_another_major_version_of_the_mapping_is_not_guessed():
    """The schema URL names the version; a foreign schema says nothing about us."""
    ours, next_one = "https://example.org/nadzor/1.4.0", "https://example.org/nadzor/2.0.0"
    assert entry_of(studies(1, schema=ours)).accepted == 1
    assert entry_of(studies(1, schema="https://opentelemetry.io/schemas/1.28.0")).accepted == 1
    assert entry_of(studies(1, schema=next_one)).rejected[0].code == "event.unknown-kind"


def test_borrowed_names_serve_where_ours_are_absent():
    """`service.version` is the version, the SDK's own version that of a heartbeat; ours win."""
    plain = {"service.version": "3.1", "telemetry.sdk.version": "1.2.3", "nadzor.utc_offset": "-02:30"}
    told = [("nadzor.heartbeat", {}), ("nadzor.fault", {"nadzor.stage": "input", "nadzor.code": "INP001"})]
    beat, fault = map(json.loads, lines_of(entry_of(export(*told, resource=plain))))
    assert (beat["sdk"], fault["version"], beat["at"][-6:]) == ("1.2.3", "3.1", "-02:30")
    huge = RESOURCE | {"nadzor.version": "1" * 1_000}
    assert entry_of(studies(1, resource=huge)).rejected[0].at == "$.version"


def test_a_narrative_with_a_personal_detail_is_held():
    """As on the other door, the adverse event counts and its clock runs."""
    told = {
        "nadzor.event_date": "2026-11-20",
        "nadzor.aware_date": "2026-11-21",
        "nadzor.event_type": "malfunction",
        "nadzor.problem_codes": ["A0401"],
        "nadzor.narrative": "тел. +7 912 345-67-89",
    }
    entry = entry_of(export(("nadzor.adverse_event", told)))
    assert isinstance(decode_lines(lines_of(entry)[0])[0], AdverseEvent)
    assert [verdict.code for verdict in entry.flagged] == ["narrative.held"]


def test_more_records_than_a_batch_may_hold_become_several():
    """A sender's default batch may be larger than ours: each part names the one before."""
    beats = export(*[("nadzor.heartbeat", {})] * (limits.EVENTS_MAX + 1))
    one, two = fate(encoded(beats, PROTOBUF)).entries
    assert (one.header.count, two.header.first, two.header.last) == (5_000, 5_001, 5_001)
    assert two.header == BatchHeader(one.header.stream, 5_001, 5_001, one.body_sha256)


@BOTH
def test_an_empty_request_is_nothing(media):
    """No record, no batch; and no bytes at all are an empty request too."""
    assert fate(encoded(export(), media), media=media).entries == ()
    assert fate(b"", media=media).entries == ()


@BOTH
def test_gzip_is_read_and_bombs_are_not(media):
    """A compressed request is the same; one that inflates without end is refused while it inflates."""
    body = encoded(studies(3), media)
    assert fate(deflate(body, "gzip"), media=media, **{"content-encoding": "gzip"}).entries[0].accepted == 3
    bomb = deflate(b"0" * (2 * limits.INFLATED_MAX), "gzip")
    refused = fate(bomb, media=media, **{"content-encoding": "gzip"})
    assert refused.code in {"batch.ratio", "batch.inflated-too-large"}


@pytest.mark.parametrize(
    "media, body",
    [
        (PROTOBUF, b"\xff\xff"),
        (PROTOBUF, b"\x0a\x7f"),
        (PROTOBUF, b"\x0b"),
        (PROTOBUF, b"\x80" * 20),
        (PROTOBUF, encoded(studies(1), PROTOBUF)[:-5]),
        (PROTOBUF, encoded(studies(1), PROTOBUF).replace(b"nadzor.outcome", b"nadzor.outcom\xff")),
        (JSON, b"{"),
        (JSON, b"[]"),
        (JSON, b'{"resourceLogs": 5}'),
        (JSON, b"[" * 100_000),
        (JSON, b'{"resourceLogs": "\xff"}'),
    ],
    ids=["tag", "short", "group", "endless", "cut", "not text", "brace", "list", "type", "deep", "not utf-8"],
)
def test_what_is_no_export_request_is_refused_whole(media, body):
    """It is our word that the bytes are at fault, so the sender need not try again."""
    assert fate(body, media=media).code == "otlp.malformed"


def test_records_and_values_are_counted_before_they_weigh():
    """Millions of empty records or values are refused, in either encoding."""
    empty = b"\x12\x00" * (RECORDS_MAX + 1)
    scope = b"\x12" + varint(len(empty)) + empty
    many = fate(b"\x0a" + varint(len(scope)) + scope)
    assert (many.code, many.facts["limit"]) == ("otlp.too-many-records", RECORDS_MAX)
    assert fate(b"\x10\x00" * 800_000).code == "otlp.too-many-records"
    assert fate(b"{" * 800_000, media=JSON).code == "otlp.too-many-records"
    records = b",".join([b"{}"] * (RECORDS_MAX + 1))
    said = b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[' + records + b"]}]}]}"
    assert fate(said, media=JSON).code == "otlp.too-many-records"


def test_json_is_read_as_otlp_narrows_it():
    """64-bit numbers in either spelling, foreign names ignored, nulls absent, non-numbers rejected."""
    said = json.loads(encoded(export(("nadzor.study", STUDY)), JSON))
    record = said["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]
    record |= {"severityNumber": 9, "traceId": "ab" * 16, "flags": 1, "someday": {"x": [1]}, "body": None}
    record["timeUnixNano"] = int(record["timeUnixNano"])
    number = next(pair for pair in record["attributes"] if pair["key"] == "nadzor.duration_ms")
    for spelled, accepted in (("1200", 1), (1200, 1), ("12e2", 0), ("9" * 20, 0), (10**19, 0), (None, 1)):
        number["value"]["intValue"] = spelled
        assert fate(json.dumps(said).encode(), media=JSON).entries[0].accepted == accepted, spelled
    record["timeUnixNano"] = None
    record["observedTimeUnixNano"] = "1795251600000000000"
    assert fate(json.dumps(said).encode(), media=JSON).entries[0].accepted == 1
    record["observedTimeUnixNano"] = "soon"
    assert fate(json.dumps(said).encode(), media=JSON).entries[0].accepted == 0


def varint(value):
    """A number in the wire format."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def refused_code(headers=None, **how):
    """The code with which a bearer is refused."""
    refused = admitted(headers, **how)
    assert isinstance(refused, Refused)
    return refused.code


def test_a_token_counts_in_its_time_and_in_its_own_log():
    """Unknown, absent, too short, revoked, expired, of the sandbox: refused by the headers alone."""
    assert admitted().holder.installation == INSTALLATION
    assert refused_code({"content-type": PROTOBUF}) == "otlp.token"
    assert refused_code(headers_for(token="no-" + "y" * 40)) == "otlp.token"
    assert refused_code(headers_for() | {"authorization": "Basic eA=="}) == "otlp.token"
    past = NOW - timedelta(seconds=1)
    for gone in ({"revoked_at": past}, {"not_after": past}, {"not_before": NOW + timedelta(seconds=1)}):
        assert refused_code(keys=KeyRing(with_token(token=token_entry(**gone)))) == "otlp.token"
    assert refused_code(keys=KeyRing(with_token(sandbox=True))) == "key.sandbox"
    assert refused_code(sandbox=True) == "key.live"


def test_what_we_cannot_read_or_believe_is_said_first():
    """Another media type, another coding, a stale directory."""
    assert refused_code(headers_for("text/plain")) == "otlp.content-type"
    assert refused_code(headers_for(**{"content-encoding": "br"})) == "otlp.content-encoding"
    assert refused_code(now=NOW + timedelta(seconds=60)) == "directory.stale"
    assert refused_code(keys=None) == "directory.stale"
    assert admitted(headers_for("application/json; charset=utf-8")).holder.name == NAME
