# SPDX-License-Identifier: Apache-2.0
"""Leaf, receipt and answer: what the platform signs for, and how anyone checks it offline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from nadzor_wire.base64text import b64, unb64
from nadzor_wire.batch import BatchHeader
from nadzor_wire.canonical import CanonicalError, canonical
from nadzor_wire.enrolment import FormerKey
from nadzor_wire.merkle import ProofError, leaf_hash, verify_inclusion
from nadzor_wire.note import Checkpoint, NoteError, open_note, parse_vkey
from nadzor_wire.signature import component_values, content_digest, signature_base
from nadzor_wire.suites import DEFAULT, suite

LEAF_VERSION = 1
LEAF_INTEGERS = ("v", "first", "last", "directory")
LEAF_BYTES = ("salt", "stream", "prev", "body", "base", "signature", "verdicts")  # base64
LEAF_TEXTS = ("device", "installation", "site", "keyid", "received_at")
TOKEN_PREFIX = "t-"  # of a `keyid` that names a bearer token; no key is called so
LEAF_FIELDS = frozenset((*LEAF_INTEGERS, *LEAF_BYTES, *LEAF_TEXTS))

FLAGS = frozenset({"event.future-time", "narrative.held"})
"""Verdicts on events that count all the same; a leaf's digest does not tell them from the others."""

Leaf: TypeAlias = dict[str, Any]

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")


class ReceiptError(ValueError):
    """The receipt does not prove what it should; `field` says where it fails."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field


class Verdict(Struct, frozen=True, omit_defaults=True):
    """The fate of one event that was not simply accepted."""

    seq: int
    code: str
    at: str = "$"
    detail: str = ""


class Receipt(Struct, frozen=True):
    """Proof that a batch stands in the log: the leaf, its place, a signed checkpoint, the path between."""

    leaf: Leaf
    index: int
    checkpoint: str
    proof: list[str]


class Answer(Struct, frozen=True):
    """What a sender gets for a batch. `rejected` events are not counted; `flagged` ones are."""

    batch: str  # SHA-256 of the coded body, hex
    accepted: int
    rejected: list[Verdict]
    expected_seq: int
    receipt: Receipt
    flagged: list[Verdict] = []


class SentBatch(Struct, frozen=True):
    """What the sender knows of a batch it sent."""

    installation: str
    device: str
    keyid: str
    public: bytes
    header: BatchHeader
    method: str
    target_uri: str
    headers: dict[str, str]  # as sent, with Content-Digest and Nadzor-Batch
    body: bytes  # coded
    suite: str = DEFAULT
    former: tuple[FormerKey, ...] = ()

    def own_keys(self) -> dict[str, tuple[str, bytes]]:
        """Suite and public key of every key of ours, by keyid.

        Why: a batch whose answer was lost may be repeated under a new key; its leaf keeps the first one.
        """
        earlier = {key.keyid: (key.suite, unb64(key.public)) for key in self.former}
        return earlier | {self.keyid: (self.suite, self.public)}


def leaf_bytes(leaf: Leaf) -> bytes:
    """Leaf data: the canonical JSON (RFC 8785) of exactly the fields of a leaf.

    Raises: ReceiptError if a field is absent, foreign, of a wrong type or a number that JSON does not carry.
    """
    if leaf.keys() != LEAF_FIELDS:
        raise ReceiptError("leaf", "fields differ from version 1")
    for name in LEAF_INTEGERS:
        if type(leaf[name]) is not int:
            raise ReceiptError(f"leaf.{name}", "expected an integer")
    for name in (*LEAF_BYTES, *LEAF_TEXTS):
        if type(leaf[name]) is not str:
            raise ReceiptError(f"leaf.{name}", "expected a string")
    return _canonical("leaf", leaf)


def assurance(leaf: Leaf) -> str:
    """`A`: the installation's key has signed; `B`: a bearer token (`t-...`) vouches, nobody has signed."""
    return "B" if leaf["keyid"].startswith(TOKEN_PREFIX) else "A"


def verdicts_digest(verdicts: Sequence[Verdict]) -> str:
    """SHA-256, base64, over the canonical JSON of all verdicts in order of seq and code.

    Raises: ReceiptError for a number that JSON does not carry.
    """
    ordered = sorted(verdicts, key=lambda verdict: (verdict.seq, verdict.code, verdict.at, verdict.detail))
    rows = [[verdict.seq, verdict.code, verdict.at, verdict.detail] for verdict in ordered]
    return b64(sha256(_canonical("rejected", rows)).digest())


def encode_answer(answer: Answer) -> bytes:
    """The answer as JSON."""
    return msgspec.json.encode(answer)


def decode_answer(body: bytes) -> Answer:
    """The answer of its JSON. Raises: ReceiptError."""
    try:
        return msgspec.json.decode(body, type=Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ReceiptError("answer", "not the JSON of an answer") from None


def decode_receipt(body: bytes) -> Receipt:
    """The receipt of its JSON, alone or inside an answer. Raises: ReceiptError."""
    try:
        found = msgspec.json.decode(body)
        inner = found.get("receipt", found) if isinstance(found, dict) else found
        return msgspec.convert(inner, type=Receipt)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ReceiptError("receipt", "not the JSON of a receipt") from None


def verify_receipt(receipt: Receipt, vkey: str) -> Checkpoint:
    """The checkpoint, once leaf, proof and note are proved under the log's key; needs no network.

    Raises: ReceiptError.
    """
    leaf = leaf_hash(leaf_bytes(receipt.leaf))  # (1) canonical leaf, hashed
    try:
        checkpoint = Checkpoint.parse(open_note(receipt.checkpoint, vkey))  # (2) note under the log's key
    except NoteError as bad:
        raise ReceiptError("checkpoint", str(bad)) from None
    if checkpoint.origin != parse_vkey(vkey).name:
        raise ReceiptError("checkpoint", "origin differs from the key's name")
    try:  # (3) the leaf is in the tree of the checkpoint
        proof = [unb64(step, size=32) for step in receipt.proof]
        verify_inclusion(leaf, receipt.index, checkpoint.size, proof, checkpoint.root)
    except (ProofError, ValueError) as bad:
        raise ReceiptError("proof", str(bad)) from None
    check_form(receipt.leaf)
    return checkpoint


def verify_answer(answer: Answer, *, sent: SentBatch, vkey: str) -> Checkpoint:
    """The checkpoint, once the answer is proved to be a receipt for exactly what was sent.

    Raises: ReceiptError naming the field that differs.
    """
    checkpoint = verify_receipt(answer.receipt, vkey)  # (1)-(3)
    leaf, body = answer.receipt.leaf, sha256(sent.body).digest()
    expected = {  # (4) every field that was sent
        "installation": sent.installation,
        "device": sent.device,
        "stream": b64(sent.header.stream),
        "first": sent.header.first,
        "last": sent.header.last,
        "prev": b64(sent.header.prev),
        "body": b64(body),
        "verdicts": verdicts_digest([*answer.rejected, *answer.flagged]),  # (5) every verdict
    }
    for name, value in expected.items():
        _require(leaf[name] == value, f"leaf.{name}", "differs from what was sent")
    _require(leaf["keyid"] in sent.own_keys(), "leaf.keyid", "is not a key of this installation")
    _check_signature(leaf, sent)  # (6) our own signature, of this attempt or an earlier one
    _check_counts(answer, sent, body.hex())  # (7) the counts add up
    return checkpoint


def check_form(leaf: Leaf) -> None:
    """Raises: ReceiptError for a leaf that says what no leaf can say."""
    _require(leaf["v"] == LEAF_VERSION, "leaf.v", "unknown version")
    _require(bool(_MOMENT.fullmatch(leaf["received_at"])), "leaf.received_at", "expected RFC 3339 in UTC")
    for name in LEAF_BYTES:
        try:
            unb64(leaf[name])
        except ValueError as bad:
            raise ReceiptError(f"leaf.{name}", str(bad)) from None
    signed = leaf["signature"] != ""
    _require(signed is (assurance(leaf) == "A"), "leaf.signature", "does not suit what keyid names")


def _check_signature(leaf: Leaf, sent: SentBatch) -> None:
    """The leaf's base must be ours but for `created` and key: a repeated batch keeps its first signature."""
    used, public = sent.own_keys()[leaf["keyid"]]
    base, signature = unb64(leaf["base"]), unb64(leaf["signature"])
    _, _, params = base.rpartition(b'\n"@signature-params": ')
    values = component_values(sent.method, sent.target_uri, sent.headers)
    if used != sent.suite:
        values["content-digest"] = content_digest(sent.body, suite_name=used)
    ours = signature_base(values, params.decode("latin-1"))
    _require(base == ours, "leaf.base", "differs from what was signed")
    _require(suite(used).verify(public, signature, base), "leaf.signature", "is not by our key")


def _check_counts(answer: Answer, sent: SentBatch, batch: str) -> None:
    numbers = {verdict.seq for verdict in answer.rejected}
    inside = all(sent.header.first <= number <= sent.header.last for number in numbers)
    _require(answer.batch == batch, "batch", "differs from what was sent")
    _require(inside and len(numbers) == len(answer.rejected), "rejected", "numbers are foreign or repeated")
    _require(answer.accepted == sent.header.count - len(numbers), "accepted", "does not add up")


def _canonical(field: str, value: object) -> bytes:
    try:
        return canonical(value)
    except CanonicalError as bad:
        raise ReceiptError(field, str(bad)) from None


def _require(holds: bool, field: str, detail: str) -> None:
    if not holds:
        raise ReceiptError(field, detail)
