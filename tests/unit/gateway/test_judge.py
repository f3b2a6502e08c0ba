# SPDX-License-Identifier: Apache-2.0
"""The judge, step by step; the numbers are those of gateway/judge.py."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256

import pytest

from nadzor.base.problems import document
from nadzor.gateway.fates import Judged, Refused, Request
from nadzor.gateway.judge import judge
from nadzor.journal.entry import Declared
from nadzor_wire import limits
from nadzor_wire.batch import deflate, encode_event
from nadzor_wire.keys import Ed25519PrivateKey
from nadzor_wire.receipt import Verdict
from nadzor_wire.signature import CARRIED
from tests.unit.gateway.house import (
    DEVICE,
    INSTALLATION,
    KEYID,
    NOW,
    SITE,
    URL,
    adverse_event,
    header,
    heartbeat,
    lost,
    request,
    request_of,
    ring,
    study,
)

RING = ring()
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))


def fate(asked, *, keys=RING, now=NOW):
    """The judge's word."""
    return judge(asked, directory=keys, now=now, public_url=URL)


def code_of(asked, **how):
    """The code with which a request is refused; its problem document can be written."""
    refused = fate(asked, **how)
    assert isinstance(refused, Refused), refused
    assert {document(refused.refusal(), lang)["status"] for lang in ("ru", "en")} <= set(range(400, 600))
    return refused.code


def entry_of(asked, **how):
    """The entry of a request that is accepted."""
    judged = fate(asked, **how)
    assert isinstance(judged, Judged), judged
    return judged.entry


def changed(asked, **headers):
    """The same request with other headers; None takes one away."""
    merged = dict(asked.headers) | {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(
        asked.method, {name: value for name, value in merged.items() if value is not None}, asked.body
    )


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_a_good_batch_becomes_an_entry(coding):
    """Whose it is, what was signed, what came: everything the leaf needs, in every coding."""
    asked = request(study(1), study(2), heartbeat(), coding=coding)
    entry = entry_of(asked)
    assert (entry.installation, entry.device, entry.site, entry.keyid) == (INSTALLATION, DEVICE, SITE, KEYID)
    assert (entry.header.first, entry.header.last, entry.accepted) == (1, 3, 3)
    assert (entry.coded, entry.coding, entry.body_sha256) == (asked.body, coding, sha256(asked.body).digest())
    assert (entry.received_at, entry.directory) == (NOW, 1)
    assert (entry.rejected, entry.flagged, entry.lost) == ((), (), ())


def test_step_1_a_stale_directory_judges_nobody():
    """Without a directory, with one out of date, or with one from the future, every batch waits."""
    asked = request(study())
    assert code_of(asked, keys=None) == "directory.stale"
    assert code_of(asked, now=NOW + timedelta(seconds=60)) == "directory.stale"
    assert code_of(asked, now=NOW - timedelta(hours=1)) == "directory.stale"


def test_step_2_the_media_type_is_one():
    """Anything but NDJSON is refused, and so is silence about it."""
    assert code_of(changed(request(study()), content_type="application/json")) == "batch.content-type"
    assert code_of(changed(request(study()), content_type=None)) == "batch.content-type"


def test_step_3_the_coding_is_one_that_we_read():
    """An unknown content coding is refused."""
    assert code_of(changed(request(study()), content_encoding="br")) == "batch.content-encoding"


@pytest.mark.parametrize("text", [None, "", "stream=1", "stream=:AAAA:, first=1, last=1, prev=:AAAA:"])
def test_step_4_the_batch_header_is_there_and_well_written(text):
    """A missing or misspelt batch header is refused."""
    assert code_of(changed(request(study()), nadzor_batch=text)) == "batch.header"


def test_step_4_a_batch_has_no_more_numbers_than_allowed():
    """More numbers than the limit of events are refused before anything is inflated."""
    many = header(1, limits.EVENTS_MAX + 1)
    assert code_of(request(study(), place=many)) == "batch.too-many-events"


def test_step_5_the_request_says_which_bytes_it_is():
    """Without a digest there is nothing that the signature could cover."""
    assert code_of(changed(request(study()), content_digest=None)) == "digest.missing"


def test_step_6_the_request_is_signed_as_the_protocol_demands():
    """No signature, an unreadable one, and one that covers too little are told apart."""
    asked = request(study())
    assert code_of(changed(asked, signature=None)) == "signature.missing"
    assert code_of(changed(asked, signature_input="x")) == "signature.malformed"
    less = asked.headers["signature-input"].replace(' "nadzor-batch"', "")
    assert code_of(changed(asked, signature_input=less)) == "signature.components"


def test_step_7_the_key_may_report_here():
    """Unknown, revoked, too early, too late, of the sandbox: each has its own code."""
    asked = request(study())
    past, future = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)
    assert code_of(request(study(), keyid="0" * 16)) == "key.unknown"
    assert code_of(asked, keys=ring(revoked_at=past)) == "key.revoked"
    assert code_of(asked, keys=ring(not_before=future)) == "key.out-of-time"
    assert code_of(asked, keys=ring(not_after=past)) == "key.out-of-time"
    assert code_of(asked, keys=ring(sandbox=True)) == "key.sandbox"
    assert judge(asked, directory=ring(), now=NOW, public_url=URL, sandbox=True).code == "key.live"
    assert entry_of(asked, keys=ring(revoked_at=future)).keyid == KEYID


def test_step_7_a_key_of_a_suite_that_is_not_here_makes_its_sender_wait():
    """It is for us to mend, so nothing is lost; but a revoked key is told that it is."""
    beyond = {"suite": "gost2012-256+streebog256"}
    assert code_of(request(study()), keys=ring(**beyond)) == "key.suite"
    assert fate(request(study()), keys=ring(**beyond)).facts["retry_after_s"] == 60
    assert code_of(request(study()), keys=ring(**beyond, revoked_at=NOW)) == "key.revoked"


def test_step_7_a_published_key_that_is_no_key_is_unknown():
    """A mistake of the register refuses; it does not break the gateway."""
    short = bytes(31)
    keys = ring(public=short)
    (keyid,) = keys.directory.installations[INSTALLATION].keys
    assert code_of(request(study(), keyid=keyid), keys=keys) == "key.unknown"


def test_step_8_the_signature_is_made_now():
    """Outside five minutes the request is refused, and told the server's time."""
    for shift in (-301, 301):
        refused = fate(request(study(), now=NOW + timedelta(seconds=shift)))
        assert refused.code == "signature.time"
        assert refused.facts["server_time"] == "2026-11-21T09:00:00.000Z"
    assert entry_of(request(study(), now=NOW - timedelta(seconds=300))).accepted == 1


def test_step_8_a_carried_batch_may_be_older():
    """A batch that travelled on a medium has 35 days, and a refusal names that limit."""
    days_ago = [NOW - timedelta(days=days) for days in (34, 36)]
    assert entry_of(request(study(), now=days_ago[0], tag=CARRIED)).accepted == 1
    refused = fate(request(study(), now=days_ago[1], tag=CARRIED))
    assert (refused.code, refused.facts["limit"]) == ("signature.time", 35 * 86_400)
    assert code_of(request(study(), now=NOW + timedelta(seconds=301), tag=CARRIED)) == "signature.time"


def test_step_9_the_signature_holds():
    """Another key, another address, or a changed covered header break it."""
    assert code_of(request(study(), private=STRANGER)) == "signature.invalid"
    assert code_of(request(study(), url="http://other.example")) == "signature.invalid"
    moved = header(2, 2).render()
    assert code_of(changed(request(study()), nadzor_batch=moved)) == "signature.invalid"
    assert code_of(Request("PUT", *vars_of(request(study())))) == "signature.invalid"


def test_step_10_a_body_has_bytes_but_not_too_many():
    """An empty body and one over the limit are refused, each with its own code."""
    assert code_of(request_of(b"", header())) == "batch.empty"
    assert code_of(request_of(bytes(limits.CODED_MAX + 1), header())) == "batch.too-large"


def test_step_11_the_body_is_the_one_that_was_signed_for():
    """Any other bytes under a good signature are refused."""
    asked = request(study())
    assert code_of(Request("POST", asked.headers, asked.body + b" ")) == "digest.mismatch"


def test_step_12_the_body_is_counted_while_it_inflates():
    """Bombs, bodies beyond the limit, and bytes that do not inflate are refused."""
    bomb = deflate(b"0" * (2 * limits.INFLATED_MAX), "gzip")
    assert code_of(request_of(bomb, header(), coding="gzip")) in {"batch.ratio", "batch.inflated-too-large"}
    assert code_of(request_of(deflate(b"0" * 10**6, "zstd"), header(), coding="zstd")) == "batch.ratio"
    assert code_of(request_of(b"no gzip at all", header(), coding="gzip")) == "batch.inflate"
    cut = deflate(encode_event(study()), "zstd")[:-3]
    assert code_of(request_of(cut, header(), coding="zstd")) == "batch.inflate"


def test_step_13_every_number_has_its_line():
    """Too few lines and too many are refused, also when they are empty."""
    assert code_of(request(study(), place=header(1, 2))) == "batch.count-mismatch"
    assert code_of(request(study(1), study(2), place=header(1, 1))) == "batch.count-mismatch"
    assert code_of(request(study(1), b"", b"", place=header(1, 1))) == "batch.count-mismatch"


def line(**fields):
    """A raw line: a heartbeat with other or more fields."""
    said = {"kind": "heartbeat", "id": heartbeat().id, "at": "2026-11-21T12:00:00+03:00", "sdk": "0.1.0"}
    return json.dumps(said | fields).encode()


BAD = {
    "not json": (b"{", "event.malformed", "$"),
    "a list": (b"[1]", "event.malformed", "$"),
    "not text": (b'{"kind":"heartbeat","sdk":"\xff"}', "event.malformed", "$"),
    "empty": (b"", "event.malformed", "$"),
    "wrong type": (line(spool_events="1"), "event.malformed", "$.spool_events"),
    "wrong id": (line(id="1"), "event.malformed", "$.id"),
    "unknown field": (line(mood="good"), "event.unknown-field", "$"),
    "unknown kind": (line(kind="gossip"), "event.unknown-kind", "$.kind"),
    "no zone": (line(at="2026-11-21T12:00:00"), "event.time-zone", "$.at"),
    "large": (line(drops={"x" * 100: 1}, sdk="1" * 70_000), "event.too-large", "$"),
    "deep": (b'{"kind":' + b"[" * 40 + b"]" * 40 + b"}", "event.too-deep", "$.kind"),
    "bottomless": (b"[" * 60_000, "event.too-deep", "$"),
    "contradictory": (
        encode_event(study()).replace(b'"outcome":"processed"', b'"outcome":"failed"'),
        "event.inconsistent",
        "$",
    ),
    "foreign finding": (
        encode_event(study()).replace(b'"code":"effusion"', b'"code":"unheard_of"'),
        "event.unknown-finding",
        "$.findings[1].code",
    ),
}


@pytest.mark.parametrize("raw, code, at", BAD.values(), ids=BAD.keys())
def test_step_14_a_bad_event_is_rejected_alone(raw, code, at):
    """The events around it are accepted; it gets its number, its code and its place, and no value."""
    entry = entry_of(request(study(1), raw, heartbeat(), first=7))
    assert [(verdict.seq, verdict.code, verdict.at) for verdict in entry.rejected] == [(8, code, at)]
    assert (entry.accepted, len(entry.shapes)) == (2, 1)


def test_step_14_findings_are_free_while_none_is_registered():
    """A device without registered findings is judged by the pattern alone."""
    assert entry_of(request(study(findings=("rare_thing",))), keys=ring(findings=())).accepted == 1


def test_step_14_a_batch_of_bad_events_only_is_still_a_batch():
    """It is stored with its verdicts, so that its maker sees why."""
    entry = entry_of(request(b"{", b"[]"))
    assert (entry.accepted, [verdict.seq for verdict in entry.rejected]) == (0, [1, 2])


def test_step_14_future_time_is_accepted_and_flagged():
    """Up to five minutes ahead nothing is said; later the event counts and carries a flag."""
    soon, later = NOW + timedelta(seconds=300), NOW + timedelta(seconds=301)
    assert entry_of(request(study(at=soon))).flagged == ()
    entry = entry_of(request(b"{", study(), study(at=later)))
    assert entry.flagged == (Verdict(3, "event.future-time", "$.at"),)
    assert entry.accepted == 2


def test_step_14_a_narrative_with_a_personal_detail_is_held():
    """The adverse event is accepted: its coded core counts and its clock runs."""
    entry = entry_of(
        request(adverse_event("пациент Иванов Иван, тел. +7 912 345-67-89"), adverse_event("Сбой"))
    )
    assert [(verdict.seq, verdict.code, verdict.at) for verdict in entry.flagged] == [
        (1, "narrative.held", "$.narrative")
    ]
    assert entry.accepted == 2


def test_step_14_numbers_declared_lost_are_handed_on():
    """A declaration of loss reaches the ledger of gaps."""
    assert entry_of(request(lost(3, 9), first=10)).lost == (Declared(3, 9, "batch.personal-data"),)


@pytest.mark.parametrize(
    "raw, at",
    [
        (line(contact="ivanov@example.org"), "$"),
        (line(sdk="Иванов Иван Иванович"), "$.sdk"),
        (b'{"broken": "+7 912 345-67-89"', "$"),
        (line(drops={"+7 912 345-67-89": 1}), "$"),
        (line(more={"PatientName": "x"}), "$"),
        (line(reader="\\u0438 ivanov@example.org"), "$.reader"),
        (line(sdk="x" * 70_000, contact="ivanov@example.org"), "$"),
    ],
    ids=["unknown field", "known field", "broken", "a name", "DICOM", "escaped", "huge"],
)
def test_step_15_a_personal_detail_refuses_the_whole_batch(raw, at):
    """Only number, place and kind are told; the value is nowhere in the refusal."""
    refused = fate(request(study(1), raw, study(2)))
    assert (refused.code, refused.seq, refused.at) == ("batch.personal-data", 2, at)
    assert refused.digest == sha256(request(study(1), raw, study(2)).body).hexdigest()
    told = f"{refused.at} {refused.facts}"
    assert not any(value in told for value in ("ivanov", "Иванов", "912"))


def test_step_15_a_held_narrative_in_a_malformed_event_is_not_a_refusal():
    """The narrative is the place for free text: an adverse event malformed elsewhere is rejected alone."""
    said = encode_event(adverse_event("тел. +7 912 345-67-89")).replace(b"malfunction", b"mishap")
    entry = entry_of(request(said, study()))
    assert [(verdict.seq, verdict.code) for verdict in entry.rejected] == [(1, "event.malformed")]
    assert "912" not in entry.shapes[0]


def vars_of(asked):
    """Headers and body."""
    return asked.headers, asked.body
