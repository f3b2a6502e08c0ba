# SPDX-License-Identifier: Apache-2.0
"""A proof bundle made by hand, without a house: two installations, one of which only has a token."""

from __future__ import annotations

from hashlib import sha256

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nadzor.detect.calc.registry import calculate
from nadzor.receipts.bundle import (
    BatchTold,
    Calculation,
    Content,
    KeyTold,
    LogTold,
    Named,
    Said,
    seal_bundle,
    sign_excerpt,
)
from nadzor.receipts.checkpoint import sign_checkpoint
from nadzor.receipts.tally import SHARE, STATISTIC, figures_of, share_of
from nadzor.receipts.tree import Frontier, append, inclusion_proof
from nadzor_wire.base64text import b64
from nadzor_wire.batch import CONTENT_TYPE, HEADER, BatchHeader, deflate
from nadzor_wire.cosignature import cosign, cosigner_vkey
from nadzor_wire.keys import key_id
from nadzor_wire.merkle import leaf_hash
from nadzor_wire.note import note_text, vkey
from nadzor_wire.receipt import Verdict, leaf_bytes, verdicts_digest
from nadzor_wire.signature import component_values, parse_signature, sign_request, signature_base
from nadzor_wire.suites import DEFAULT

ORIGIN, DEVICE, TOKEN = "court.example/log", "ai-001", "t-" + "7" * 16
LOG, DIRECTORY, OWN, WITNESS = (Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (1, 2, 3, 4))
VKEY = vkey(ORIGIN, LOG.public_key())
WITNESS_KEY = cosigner_vkey("witness.example", WITNESS.public_key())
AT, LATER = "2026-11-20T09:00:00.000000Z", "2026-11-22T09:00:00.000000Z"
URL = "https://intake.example/v1/batches"


def event(number: int, kind: str = "study", **fields) -> bytes:
    """One line of a batch; nothing but what is counted matters here."""
    told = {"kind": kind, "id": f"019a4b7c-0000-7000-8000-{number:012d}", "at": "2026-11-20T12:00:00+03:00"}
    if kind == "study":
        told |= {"study": f"{number:032x}", "outcome": "processed"}
    return msgspec.json.encode(told | fields)


FAILED = {"outcome": "failed", "failure": {"stage": "network", "code": "NET001"}}
LINES = (
    (event(1), event(2, **FAILED), event(3, purpose="test"), b'{"kind":"study"}', event(5)),
    (event(5), event(6), event(7, "fault")),
    (event(8), event(9, "correct", corrects="019a4b7c-0000-7000-8000-000000000008"), event(10, **FAILED)),
    (event(11), event(12, outcome="declined")),
)
COUNTS = {
    "correct": 1, "fault": 1, "study": 7, "study.declined": 1, "study.failed": 2,
    "study.failed.network": 2, "study.processed": 4,
}  # fmt: skip
REJECTED = (Verdict(4, "event.malformed", "$.id", "Object missing required field `id`"),)
FLAGGED = (Verdict(1, "event.future-time", "$.at"),)


def batches(codings=("gzip", "identity", "gzip", "zstd")) -> list[dict]:
    """Leaves and coded bodies: three of an installation that signs, one of an installation that cannot."""
    made, prev, first = [], bytes(32), 1
    for place, lines in enumerate(LINES):
        own = place < 3
        if not own:
            prev, first = bytes(32), 1
        coded = deflate(b"\n".join(lines) + b"\n", codings[place])
        header = BatchHeader(bytes([place // 3] * 16), first, first + len(lines) - 1, prev)
        rejected, flagged = (REJECTED, FLAGGED) if place == 0 else ((), ())
        made.append(_batch(header, coded, coding=codings[place], own=own, fates=(rejected, flagged)))
        prev, first = sha256(coded).digest(), header.last + 1
    return made


def _batch(header: BatchHeader, coded: bytes, *, coding: str, own: bool, fates) -> dict:
    headers = {"Content-Type": CONTENT_TYPE, HEADER: header.render()}
    if coding != "identity":
        headers["Content-Encoding"] = coding
    keyid = key_id(OWN.public_key()) if own else TOKEN
    signed = sign_request(
        private=OWN, keyid=keyid, method="POST", target_uri=URL, headers=headers, body=coded, created=1
    )
    parts = parse_signature(signed)
    base = signature_base(component_values("POST", URL, signed), parts.params)
    leaf = {
        "v": 1, "salt": b64(bytes([header.first] * 16)), "device": DEVICE,
        "installation": "i-own" if own else "i-token", "site": "s-0001", "stream": b64(header.stream),
        "first": header.first, "last": header.last, "prev": b64(header.prev),
        "body": b64(sha256(coded).digest()), "base": b64(base), "keyid": keyid, "received_at": AT,
        "signature": b64(parts.signature) if own else "",
        "verdicts": verdicts_digest([*fates[0], *fates[1]]), "directory": 5,
    }  # fmt: skip
    return {"leaf": leaf, "coded": coded, "rejected": fates[0], "flagged": fates[1]}


def key_told(keyid: str, **fields) -> KeyTold:
    """A key of the excerpt."""
    public = b64(OWN.public_key().public_bytes_raw()) if keyid != TOKEN else ""
    told = {
        "keyid": keyid, "public": public, "suite": DEFAULT, "device": DEVICE, "revoked_at": None,
        "installation": "i-own" if keyid != TOKEN else "i-token", "since": "2026-01-01T00:00:00.000000Z",
        "until": None,
    }  # fmt: skip
    return KeyTold(**(told | fields))


def cosigned(note: str, name: str = "witness.example") -> str:
    """The note with one more line, by the witness."""
    return note + cosign(note_text(note), name, WITNESS, time=1_790_000_000)


def content(*, codings=("gzip", "identity", "gzip", "zstd"), shredded=(), keys=None, **fields) -> Content:
    """Everything but the seal; four of six leaves of a log are in it."""
    made = batches(codings)
    hashes = [leaf_hash(leaf_bytes(one["leaf"])) for one in made]
    frontier, nodes = append(Frontier(), [hashes[0], bytes(32), *hashes[1:], bytes(32)])
    indexes = (0, 2, 3, 4)
    told = tuple(
        BatchTold(
            index=index, leaf=one["leaf"], rejected=one["rejected"], flagged=one["flagged"],
            proof=tuple(map(b64, inclusion_proof(index, frontier.size, lambda places: nodes))),
            body=None if index in shredded else b64(one["coded"]),
        )
        for index, one in zip(indexes, made, strict=True)
    )  # fmt: skip
    counts = fields.pop("counts", COUNTS)
    said = Said(at=LATER, serial=9, keys=keys or (key_told(key_id(OWN.public_key())), key_told(TOKEN)))
    whole = {
        "made_at": LATER, "log": LogTold(origin=ORIGIN, vkey=VKEY), "witnesses": (WITNESS_KEY,),
        "checkpoint": cosigned(sign_checkpoint(frontier, origin=ORIGIN, key=LOG)),
        "directory": sign_excerpt(said, DIRECTORY), "batches": told, "counts": counts,
        "events": (Named(index=3, seq=10, id="019a4b7c-0000-7000-8000-000000000009"),),
        "calculation": calculation(counts),
    }  # fmt: skip
    return Content(**(whole | fields))


def calculation(counts) -> Calculation:
    """The share of failed studies, as the house computes it."""
    figures = figures_of(counts)
    result = share_of(calculate(STATISTIC, msgspec.json.encode(figures)))
    return Calculation(name=SHARE, input=figures, result=result)


def sealed(**fields) -> bytes:
    """The file."""
    return seal_bundle(content(**fields), LOG)
