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
from nadzor_wire.batch import CONTENT_TYPE, HEADER, PATH, BatchHeader, deflate, encode_event
from nadzor_wire.event import AdverseEvent, Finding, Heartbeat, Lost, Study
from nadzor_wire.keys import Ed25519PrivateKey, key_id
from nadzor_wire.receipt import SentBatch
from nadzor_wire.signature import TAG, sign_request
from nadzor_wire.suites import DEFAULT

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


def directory(*, now=NOW, serial=1, public=PUBLIC, **more):
    """A directory that knows the one installation; `more` are fields of its entry and of its key."""
    in_key = {
        name: more.pop(name) for name in ("not_before", "not_after", "revoked_at", "suite") if name in more
    }
    key = KeyEntry(public=b64(public), **({"not_before": now - timedelta(days=1)} | in_key))
    entry = {"device": DEVICE, "site": SITE, "findings": FINDINGS, "keys": {key_id(public): key}} | more
    return issue(serial, {INSTALLATION: Entry(**entry)}, now=now)


def ring(**made):
    """The same, ready for judging."""
    return KeyRing(directory(**made))


def publish(home, *, now, **made):
    """Publish the directory into a data directory."""
    home.directory.write_bytes(seal_directory(directory(now=now, **made), home.key("directory")))


def lines_of(*events):
    """Events, or raw lines, as lines."""
    return [event if isinstance(event, bytes) else encode_event(event) for event in events]


def header(first=1, last=1, *, stream=STREAM, prev=bytes(32)):
    """The place of a batch."""
    return BatchHeader(stream, first, last, prev)


def signed(body, place, *, coding="identity", now=NOW, **how):
    """The headers of a request with this coded body."""
    headers = {"Content-Type": CONTENT_TYPE, HEADER: place.render()}
    if coding != "identity":
        headers["Content-Encoding"] = coding
    return sign_request(
        private=how.get("private", PRIVATE),
        keyid=how.get("keyid", KEYID),
        method="POST",
        target_uri=how.get("url", URL) + PATH,
        headers=headers,
        body=body,
        created=int(now.timestamp()),
        tag=how.get("tag", TAG),
        suite=how.get("suite", DEFAULT),
    )


def request(*events, first=1, place=None, coding="identity", **how):
    """A whole request with these events, at a place or simply from a first number on."""
    lines = lines_of(*events)
    at = place or header(
        first, first + len(lines) - 1, **{k: how.pop(k) for k in ("stream", "prev") if k in how}
    )
    return request_of(deflate(b"\n".join(lines) + b"\n", coding), at, coding=coding, **how)


def request_of(body, place, **how):
    """A whole request with this coded body."""
    headers = {name.lower(): value for name, value in signed(body, place, **how).items()}
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
