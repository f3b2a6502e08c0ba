# SPDX-License-Identifier: Apache-2.0
"""A batch: its header, its coded bytes, and the events inside."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from nadzor_wire import limits
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.coding import BatchError, Coding, deflate, inflate
from nadzor_wire.event import Event

CONTENT_TYPE = "application/x-ndjson"
HEADER = "Nadzor-Batch"
PATH = "/v1/batches"
__all__ = [
    "BatchError", "BatchHeader", "Coding", "Malformed", "decode_line", "decode_lines", "deflate",
    "encode_event", "inflate", "parse_batch_header", "seal", "split_lines",
]  # fmt: skip

NO_PREVIOUS = bytes(32)  # `prev` of a stream's first batch

_NUMBER = r"[1-9][0-9]{0,15}"
_HEADER = re.compile(
    rf"stream=:([A-Za-z0-9+/=]{{24}}):, first=({_NUMBER}), last=({_NUMBER}), prev=:([A-Za-z0-9+/=]{{44}}):"
    rf"(?:, after=:([A-Za-z0-9+/=]{{24}}):, after-last=(0|{_NUMBER}))?(, restored)?"
)


class BatchHeader(Struct, frozen=True):
    """Place of a batch in its stream; line k of the batch has the sequence number first + k.

    `after` and `after_last` stand in a stream's first batch only and name the stream it continues;
    `restored` says that the stream before it is not known: a restored snapshot, a lost volume.
    """

    stream: bytes
    first: int
    last: int
    prev: bytes = NO_PREVIOUS  # SHA-256 of the coded body of the last receipted batch of the stream
    after: bytes | None = None
    after_last: int = 0
    restored: bool = False

    @property
    def count(self) -> int:
        """Number of events the batch must hold."""
        return self.last - self.first + 1

    def render(self) -> str:
        """Value of the Nadzor-Batch header: an RFC 9651 dictionary in its one allowed spelling."""
        text = f"stream=:{b64(self.stream)}:, first={self.first}, last={self.last}, prev=:{b64(self.prev)}:"
        if self.after is not None:
            text += f", after=:{b64(self.after)}:, after-last={self.after_last}"
        return text + ", restored" if self.restored else text


def parse_batch_header(text: str) -> BatchHeader:
    """Header of its text. Raises: BatchError batch.header or batch.too-many-events."""
    found = _HEADER.fullmatch(text)
    if not found:
        raise BatchError("batch.header", "spelling")
    try:
        stream, prev = unb64(found[1], size=16), unb64(found[4], size=32)
        after = unb64(found[5], size=16) if found[5] else None
    except ValueError as bad:
        raise BatchError("batch.header", str(bad)) from None
    header = BatchHeader(
        stream, int(found[2]), int(found[3]), prev, after, int(found[6] or 0), bool(found[7])
    )
    _check_header(header)
    return header


def _check_header(header: BatchHeader) -> None:
    if not header.first <= header.last <= limits.INT_MAX:
        raise BatchError("batch.header", "first and last are out of order")
    if header.count > limits.EVENTS_MAX:
        raise BatchError("batch.too-many-events")


def encode_event(event: Event) -> bytes:
    """One line of a batch, without its line end."""
    return _encoder.encode(event)


def seal(events: Sequence[bytes], *, header: BatchHeader, coding: Coding = "gzip") -> bytes:
    """Coded bytes of the encoded events; the same events give the same bytes.

    Raises: BatchError if the events do not fit the header or a limit.
    """
    if len(events) != header.count:
        raise BatchError("batch.count-mismatch", f"{len(events)} lines for {header.count} numbers")
    if any(len(line) > limits.EVENT_MAX for line in events):
        raise BatchError("event.too-large")
    body = b"\n".join(events) + b"\n"
    if len(body) > limits.INFLATED_MAX:
        raise BatchError("batch.inflated-too-large")
    coded = deflate(body, coding)
    if len(coded) > limits.CODED_MAX:
        raise BatchError("batch.too-large")
    return coded


class Malformed(Struct, frozen=True):
    """A line that is no event: why, where, and what was expected there; never the value."""

    code: str
    at: str
    detail: str


def decode_lines(body: bytes) -> Sequence[Event | Malformed]:
    """Events of an inflated body in order; a line that is none becomes `Malformed` and harms no other.

    Why: the whole body is decoded in one call; only a body with a bad line is read line by line.
    """
    lines = split_lines(body)
    if max(map(len, lines), default=0) <= limits.EVENT_MAX:
        try:
            events = _decoder.decode_lines(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            events = []
        if len(events) == len(lines):
            return events
    return [decode_line(line) for line in lines]


def split_lines(body: bytes) -> list[bytes]:
    """Lines of a body; the line end after the last one may be absent."""
    lines = body.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


def decode_line(line: bytes) -> Event | Malformed:
    """The event of one line, or why it is none."""
    if len(line) > limits.EVENT_MAX:
        return Malformed("event.too-large", "$", f"Expected at most {limits.EVENT_MAX} bytes")
    try:
        return _decoder.decode(line)
    except msgspec.ValidationError as bad:
        return _explain(str(bad), line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Malformed(_too_deep(line) or "event.malformed", "$", "Expected one JSON object")


def _explain(message: str, line: bytes) -> Malformed:
    """Code, place and expectation of a decoder's message, without the value it may quote."""
    found = _PATH.search(message)
    at = found[1] if found else "$"
    said = message[: found.start()] if found else message
    code = next((code for start, code in _REASONS if said.startswith(start)), "event.malformed")
    if at == "$.kind" or said.endswith("field `kind`"):
        code, at = "event.unknown-kind", "$.kind"
    return Malformed(_too_deep(line) or code, at, said if said.startswith(_SAFE) else "")


def _too_deep(line: bytes) -> str | None:
    """Removes innermost brackets DEPTH_MAX times; what is still open is nested deeper."""
    rest = _NOT_BRACKETS.sub(b"", line)
    for _ in range(limits.DEPTH_MAX):
        rest = rest.replace(b"[]", b"").replace(b"{}", b"")
    return (
        "event.too-deep"
        if rest.count(b"[") + rest.count(b"{") > limits.DEPTH_MAX or _PAIR.search(rest)
        else None
    )


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_NOT_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[^\[\]{}"]+')
_PAIR = re.compile(rb"\[\]|\{\}")
_PATH = re.compile(r" - at `(?:key` in `)?(\$[a-z_.\[\]0-9]*)`$")
_SAFE = ("Expected ", "Object missing required field", "Invalid RFC3339", "inconsistent: ")
_REASONS = (
    ("Object contains unknown field", "event.unknown-field"),
    ("Expected `datetime` with a timezone", "event.time-zone"),
    ("inconsistent: ", "event.inconsistent"),
)
