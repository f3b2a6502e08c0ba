# SPDX-License-Identifier: Apache-2.0
"""The worked example of docs/protocol.md is computed here, so that its values are true."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from nadzor_wire import batch, receipt, signature
from nadzor_wire.base64text import b64
from nadzor_wire.canonical import canonical
from nadzor_wire.keys import Ed25519PrivateKey, key_id
from nadzor_wire.merkle import leaf_hash, node_hash
from nadzor_wire.note import Checkpoint, sign_note, vkey
from nadzor_wire.receipt import Answer, Receipt, SentBatch

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGE = (DOCS / "protocol.md").read_text("utf-8")
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")  # RFC 8032, TEST 1
KEY = Ed25519PrivateKey.from_private_bytes(SEED)
KEYID = key_id(KEY.public_key())
LOG_KEY = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")  # RFC 8032, TEST 2
)
ORIGIN = "nadzor.example/log"
VKEY = vkey(ORIGIN, LOG_KEY.public_key())
URI = "https://intake.example/v1/batches"
CREATED = 1_793_698_200
BODY = (
    b'{"kind":"study","id":"019e8d5e-8d40-7000-8000-000000000001","at":"2026-11-03T12:30:00+03:00",'
    b'"study":"0f1e2d3c4b5a69788796a5b4c3d2e1f0","version":"2.1.0",'
    b'"build":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","outcome":"processed",'
    b'"modality":"DX","findings":[{"code":"pneumothorax","score":8123,"positive":true}]}\n'
    b'{"kind":"heartbeat","id":"019e8d5e-9128-7000-8000-000000000002","at":"2026-11-03T12:30:01+03:00",'
    b'"sdk":"0.1.0"}\n'
)
HEADER = batch.BatchHeader(bytes(range(16)), 1, 2, restored=True)
HEADERS = signature.sign_request(
    private=KEY,
    keyid=KEYID,
    method="POST",
    target_uri=URI,
    headers={"Content-Type": batch.CONTENT_TYPE, batch.HEADER: HEADER.render()},
    body=BODY,
    created=CREATED,
)
PARTS = signature.parse_signature(HEADERS)
BASE = signature.verify_request(
    PARTS, public=KEY.public_key(), method="POST", target_uri=URI, headers=HEADERS
)
LEAF = {
    "v": 1,
    "salt": b64(bytes(range(16, 32))),
    "device": "ai-001",
    "installation": "i-00000000abcd",
    "site": "s-0001",
    "stream": b64(HEADER.stream),
    "first": 1,
    "last": 2,
    "prev": b64(bytes(32)),
    "body": b64(sha256(BODY).digest()),
    "base": b64(BASE),
    "signature": b64(PARTS.signature),
    "keyid": KEYID,
    "received_at": "2026-11-03T09:30:02.250Z",
    "verdicts": receipt.verdicts_digest([]),
    "directory": 7,
}
NEIGHBOUR = leaf_hash(b"")
ROOT = node_hash(NEIGHBOUR, leaf_hash(canonical(LEAF)))
CHECKPOINT = sign_note(Checkpoint(ORIGIN, 2, ROOT).text(), ORIGIN, LOG_KEY)
ANSWER = Answer(sha256(BODY).hexdigest(), 2, [], 3, Receipt(LEAF, 1, CHECKPOINT, [b64(NEIGHBOUR)]))

BLOCKS = {
    "body": BODY.decode(),
    "headers": "".join(f"{name}: {value}\n" for name, value in HEADERS.items()),
    "base": BASE.decode(),
    "leaf": canonical(LEAF).decode(),
    "leaf hash": leaf_hash(canonical(LEAF)).hex(),
    "root": ROOT.hex(),
    "checkpoint": CHECKPOINT,
    "vkey": VKEY,
    "keyid": KEYID,
    "public": KEY.public_key().public_bytes_raw().hex(),
    "seed": SEED.hex(),
    "empty verdicts": receipt.verdicts_digest([]),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_the_page_shows_what_the_code_computes(name):
    """Every value of the example stands in the page exactly as computed."""
    assert BLOCKS[name].rstrip("\n") in PAGE


def test_the_example_holds_together():
    """The example's body is good, and its answer is a receipt for what its request sent."""
    assert not any(isinstance(line, batch.Malformed) for line in batch.decode_lines(BODY))
    sent = SentBatch(
        installation="i-00000000abcd",
        device="ai-001",
        keyid=KEYID,
        public=KEY.public_key().public_bytes_raw(),
        header=HEADER,
        method="POST",
        target_uri=URI,
        headers=HEADERS,
        body=BODY,
    )
    assert receipt.verify_answer(ANSWER, sent=sent, vkey=VKEY).root == ROOT


def test_the_page_names_every_limit():
    """The limits block of the page has the numbers of the code."""
    from nadzor_wire import limits

    for number in (limits.CODED_MAX, limits.INFLATED_MAX, limits.RATIO_FREE, limits.EVENT_MAX):
        assert f"{number:,}" in PAGE
    assert f"{limits.CARRIED_WINDOW_S:,} s" in PAGE
    for number in (limits.EVENTS_MAX, limits.FINDINGS_MAX, limits.DEPTH_MAX, limits.SIGNATURE_WINDOW_S):
        assert f"{number:,}" in PAGE


def test_the_page_names_every_kind_of_event():
    """No kind is left out."""
    from nadzor_wire.event import KINDS

    assert all(f"| `{kind}` |" in PAGE for kind in KINDS)
