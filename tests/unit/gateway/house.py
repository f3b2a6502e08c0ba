# SPDX-License-Identifier: Apache-2.0
"""A small house for tests: one installation, its key, a published directory, and batches it could send."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from nadzor.base.directory import Entry, KeyEntry, issue, seal_directory
from nadzor.base.ids import derived_uuid7
from nadzor.gateway.fates import Request
from nadzor.gateway.keyring import KeyRing
from nadzor_wire.base64text import b64
from nadzor_wire.batch import CONTENT_TYPE, HEADER, PATH, BatchHeader, encode_event, seal
from nadzor_wire.event import AdverseEvent, Finding, Heartbeat, Lost, Study
from nadzor_wire.keys import Ed25519PrivateKey, key_id
from nadzor_wire.receipt import SentBatch
from nadzor_wire.signature import sign_request

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
URL = "http://gateway.example"
INSTALLATION, DEVICE, SITE = "i-00000000abcd", "ai-001", "s-0001"
FINDINGS = ("nodule", "effusion", "atelectasis", "cardiomegaly", "fracture")
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
KEYID = key_id(PUBLIC)
STREAM = bytes(range(16))


def study(number=0, *, at=NOW, findings=FINDINGS):
    """One processed study with a score for every finding."""
    scored = tuple(
        Finding(code=code, score=(number * 37 + place * 11) % 10_001, positive=place == 0, threshold=5_000)
        for place, code in enumerate(findings)
    )
    return Study(
        id=derived_uuid7(at, "study", str(number)),
        at=at,
        study=hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest(),
        version="1.2.0",
        build=hashlib.sha256(b"build").hexdigest(),
        outcome="processed",
        duration_ms=1_200 + number % 700,
        modality="DX",
        equipment="ge",
        age_band="50-59",
        sex="f",
        findings=scored,
    )


def adverse_event(narrative=None, *, at=NOW):
    """One adverse event."""
    return AdverseEvent(
        id=derived_uuid7(at, "adverse"),
        at=at,
        event_date=at.date(),
        aware_date=at.date(),
        event_type="malfunction",
        problem_codes=("A0401",),
        version="1.2.0",
        narrative=narrative,
    )


def heartbeat(*, at=NOW):
    """One sign of life."""
    return Heartbeat(id=derived_uuid7(at, "alive"), at=at, sdk="0.1.0")


def lost(first, last, *, at=NOW):
    """A declaration that numbers will never arrive."""
    return Lost(
        id=derived_uuid7(at, "lost", str(first)), at=at, first=first, last=last, code="batch.personal-data"
    )


def directory(*, now=NOW, serial=1, public=PUBLIC, keyid=None, sandbox=False, findings=FINDINGS, **key):
    """A directory that knows the one installation."""
    entry = KeyEntry(public=b64(public), not_before=now - timedelta(days=1), **key)
    keys = {keyid or key_id(public): entry}
    return issue(
        serial,
        {INSTALLATION: Entry(device=DEVICE, site=SITE, sandbox=sandbox, findings=findings, keys=keys)},
        now=now,
    )


def ring(**made):
    """The same, ready for judging."""
    return KeyRing(directory(**made))


def publish(home, *, now, serial=1, **made):
    """Publish the directory into a data directory."""
    sealed = seal_directory(directory(now=now, serial=serial, **made), home.key("directory"))
    home.directory.write_bytes(sealed)


def lines_of(*events):
    """Events, or raw lines, as lines."""
    return [event if isinstance(event, bytes) else encode_event(event) for event in events]


def header(first=1, last=1, *, stream=STREAM, prev=bytes(32)):
    """The place of a batch."""
    return BatchHeader(stream, first, last, prev)


def signed(body, place, *, private=PRIVATE, keyid=KEYID, coding="identity", url=URL, now=NOW, **other):
    """The headers of a request with this coded body."""
    headers = {"Content-Type": CONTENT_TYPE, HEADER: place.render()}
    if coding != "identity":
        headers["Content-Encoding"] = coding
    return sign_request(
        private=private,
        keyid=keyid,
        method="POST",
        target_uri=url + PATH,
        headers=headers | other,
        body=body,
        created=int(now.timestamp()),
    )


def request(*events, first=1, last=None, coding="identity", stream=STREAM, prev=bytes(32), **made):
    """A whole request with these events."""
    lines = lines_of(*events)
    place = header(first, last or first + len(lines) - 1, stream=stream, prev=prev)
    body = seal(lines, header=place, coding=coding) if last is None else b"\n".join(lines) + b"\n"
    return request_of(body, place, coding=coding, **made)


def request_of(body, place, **made):
    """A whole request with this coded body."""
    headers = {name.lower(): value for name, value in signed(body, place, **made).items()}
    return Request("POST", headers, body)


def sent(made, place, *, url=URL):
    """What the sender knows of a request it made."""
    return SentBatch(
        installation=INSTALLATION,
        device=DEVICE,
        keyid=KEYID,
        public=PUBLIC,
        header=place,
        method="POST",
        target_uri=url + PATH,
        headers=dict(made.headers),
        body=made.body,
    )


def fresh_stream():
    """A new stream's id."""
    return secrets.token_bytes(16)
