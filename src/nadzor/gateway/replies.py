# SPDX-License-Identifier: Apache-2.0
"""What goes back to the sender: an answer with its receipt, or a problem document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Struct

from nadzor.base.problems import MEDIA_TYPE, Refusal, document, preferred_language
from nadzor.journal.entry import Stored
from nadzor_wire.receipt import Verdict

Reply = tuple[int, list[tuple[bytes, bytes]], bytes]
#: For whoever opens an address of the gateway in a browser: nothing is guessed, framed, run or kept.
ALWAYS: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
UNKEPT: Final = (b"cache-control", b"no-store")
SECURE: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_encode = msgspec.json.Encoder().encode


class ReceiptPage(Struct, frozen=True):
    """`nadzor_wire.receipt.Receipt` with the leaf as the canonical bytes that were hashed."""

    leaf: msgspec.Raw
    index: int
    checkpoint: str
    proof: list[str]


class AnswerPage(Struct, frozen=True):
    """`nadzor_wire.receipt.Answer`, written without reading the leaf."""

    batch: str
    accepted: int
    rejected: tuple[Verdict, ...]
    expected_seq: int
    receipt: ReceiptPage
    flagged: tuple[Verdict, ...]


def answer(stored: Stored) -> Reply:
    """200: the batch is durable, and here is the proof."""
    receipt = ReceiptPage(msgspec.Raw(stored.leaf), stored.index, stored.checkpoint, stored.proof)
    page = AnswerPage(
        stored.body_sha256.hex(),
        stored.accepted,
        stored.rejected,
        stored.expected_seq,
        receipt,
        stored.flagged,
    )
    return reply(200, _encode(page), b"application/json")


def problem(refusal: Refusal, headers: Mapping[str, str]) -> Reply:
    """The refusal as a problem document in the sender's language, with the header its status demands."""
    language = preferred_language(headers.get("accept-language"))
    page = document(refusal, language)
    extra = {b"content-language": language.encode(), b"vary": b"accept-language"}
    if "retry_after_s" in refusal.facts:
        extra[b"retry-after"] = str(refusal.facts["retry_after_s"]).encode()
    if name := _DEMANDED.get(page["status"]):
        extra[name[0]] = name[1]
    return reply(page["status"], _encode(page), MEDIA_TYPE.encode(), extra)


def reply(status: int, body: bytes, media_type: bytes, extra: Mapping[bytes, bytes] | None = None) -> Reply:
    """A whole reply."""
    headers = [(b"content-type", media_type), (b"content-length", str(len(body)).encode())]
    return status, [*headers, *(extra or {}).items()], body


def dressed(headers: list[tuple[bytes, bytes]], *, secure: bool) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, with those that every answer carries and this one lacks."""
    known = {name.lower() for name, _value in headers}
    wanted = (*ALWAYS, UNKEPT, *((SECURE,) if secure else ()))
    return [*headers, *((name, value) for name, value in wanted if name not in known)]


_DEMANDED: Final[Mapping[int, tuple[bytes, bytes]]] = {
    401: (b"www-authenticate", b'Signature realm="nadzor-intake"'),  # RFC 9110, section 11.6.1
    405: (b"allow", b"POST"),  # RFC 9110, section 15.5.6
    415: (b"accept-encoding", b"zstd, gzip"),  # RFC 7694, section 3
}
