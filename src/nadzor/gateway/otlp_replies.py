# SPDX-License-Identifier: Apache-2.0
"""What goes back to an OpenTelemetry sender, in the encoding it spoke: success, partial success, or a status.

Method: ExportLogsServiceResponse of opentelemetry-proto v1 and google.rpc.Status, written by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from nadzor.base.problems import Refusal, document, preferred_language
from nadzor_wire.receipt import Verdict

from .otlp_judge import JSON, media_type
from .replies import Reply, reply

RETRY_S: Final = 60  # after a fault of ours: a sender that is told anything else throws its records away
_RPC: Final = {400: 3, 401: 16, 403: 7, 409: 6, 413: 8, 415: 3, 422: 3, 500: 13, 503: 14}  # google.rpc.Code
_OURS: Final = (408, 500, 502, 504)  # answered as 503, the one status that every sender repeats


class _Partial(Struct, rename="camel"):
    rejected_log_records: str  # a 64-bit number is a string in proto3 JSON
    error_message: str


def success(rejected: Sequence[Verdict], *, places: Sequence[int], headers: Mapping[str, str]) -> Reply:
    """200: everything is durable; `partial_success` tells of records that were no events."""
    extra = {b"nadzor-index": ", ".join(map(str, places)).encode()} if places else {}
    told = _told(rejected) if rejected else ""
    if media_type(headers) == JSON:
        page = {"partialSuccess": _Partial(str(len(rejected)), told)} if rejected else {}
        return reply(200, msgspec.json.encode(page), b"application/json", extra)
    partial = b"\x08" + varint(len(rejected)) + _text(2, told) if rejected else b""
    return reply(200, message(1, partial) if rejected else b"", b"application/x-protobuf", extra)


def failure(refusal: Refusal, headers: Mapping[str, str]) -> Reply:
    """A google.rpc.Status with our code in its message; 503 for whatever is worth repeating."""
    page = document(refusal, preferred_language(headers.get("accept-language")))
    status = 503 if page["status"] in _OURS else page["status"]
    extra = (
        {b"retry-after": str(refusal.facts.get("retry_after_s", RETRY_S)).encode()} if status == 503 else {}
    )
    if status == 401:
        extra[b"www-authenticate"] = b'Bearer realm="nadzor-otlp"'
    rpc, told = _RPC.get(status, 2), f"{refusal.code}: {page['title']}. {page['do']}"
    if media_type(headers) == JSON:
        return reply(status, msgspec.json.encode({"code": rpc, "message": told}), b"application/json", extra)
    return reply(status, b"\x08" + varint(rpc) + _text(2, told), b"application/x-protobuf", extra)


def _told(rejected: Sequence[Verdict]) -> str:
    """The reasons with their counts, never a value."""
    counts: Counter[Any] = Counter(verdict.code for verdict in rejected)
    reasons = ", ".join(f"{code} {count}" for code, count in sorted(counts.items()))
    return f"{len(rejected)} records rejected and quarantined: {reasons}"


def _text(number: int, said: str) -> bytes:
    return message(number, said.encode())


def message(number: int, inner: bytes) -> bytes:
    """A length-delimited field."""
    return bytes([number << 3 | 2]) + varint(len(inner)) + inner


def varint(value: int) -> bytes:
    """A number in the wire format of Protocol Buffers."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
