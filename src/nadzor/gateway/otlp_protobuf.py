# SPDX-License-Identifier: Apache-2.0
"""OpenTelemetry logs in protobuf, read by hand: the few fields we need of seven messages, within limits.

Method: the wire format of Protocol Buffers (tag = number << 3 | wire type) and opentelemetry-proto v1,
collector/logs/v1, logs/v1, resource/v1, common/v1. A field we do not name is skipped, as the format asks.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from .otlp_said import DEPTH_MAX, RECORDS_MAX, UNSAYABLE, VALUES_MAX, Said, Unreadable

Fields: TypeAlias = list[tuple[int, Any]]

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # wire types; groups (3, 4) are not read
_VARINT_MAX: Final = 10  # bytes of a 64-bit number
_INT64: Final = 1 << 64


def _tag(number: int, wire: int) -> int:
    return number << 3 | wire


RESOURCE_LOGS: Final = _tag(1, _BYTES)  # of ExportLogsServiceRequest
RESOURCE, SCOPE_LOGS, OUTER_SCHEMA = _tag(1, _BYTES), _tag(2, _BYTES), _tag(3, _BYTES)  # of ResourceLogs
RESOURCE_ATTRIBUTES: Final = _tag(1, _BYTES)  # of Resource
RECORD, SCHEMA = _tag(2, _BYTES), _tag(3, _BYTES)  # of ScopeLogs
TIME, OBSERVED = _tag(1, _FIXED64), _tag(11, _FIXED64)  # of LogRecord
ATTRIBUTE, EVENT_NAME = _tag(6, _BYTES), _tag(12, _BYTES)
KEY, VALUE = _tag(1, _BYTES), _tag(2, _BYTES)  # of KeyValue
ITEM: Final = _tag(1, _BYTES)  # of ArrayValue and of KeyValueList
TEXT, FLAG, INTEGER = _tag(1, _BYTES), _tag(2, _VARINT), _tag(3, _VARINT)  # of AnyValue
DOUBLE, ARRAY, MAP = _tag(4, _FIXED64), _tag(5, _BYTES), _tag(6, _BYTES)


def read_protobuf(body: bytes) -> list[Said]:
    """Every log record of an ExportLogsServiceRequest.

    Raises: Unreadable otlp.malformed, otlp.too-many-records.
    """
    walk = _Walk()
    try:
        return list(walk.request(body))
    except (IndexError, struct.error, UnicodeDecodeError):
        raise Unreadable("otlp.malformed") from None


class _Walk:
    """One pass over a request; remembers how many fields and records may still come."""

    def __init__(self) -> None:
        self._fields_left = VALUES_MAX
        self._records_left = RECORDS_MAX

    def request(self, raw: bytes) -> Iterator[Said]:
        """Records in their order."""
        for tag, value in self._fields(raw):
            if tag == RESOURCE_LOGS:
                yield from self._of_resource(value)

    def _of_resource(self, raw: bytes) -> Iterator[Said]:
        found, schema = self._fields(raw), ""
        resource: dict[str, Any] = {}
        for tag, value in found:
            if tag == RESOURCE:
                resource |= self._pairs(self._fields(value), RESOURCE_ATTRIBUTES, 0)
            elif tag == OUTER_SCHEMA:
                schema = value.decode()
        for tag, value in found:
            if tag == SCOPE_LOGS:
                yield from self._of_scope(value, resource, schema)

    def _of_scope(self, raw: bytes, resource: dict[str, Any], outer: str) -> Iterator[Said]:
        found = self._fields(raw)
        schema = next((value.decode() for tag, value in found if tag == SCHEMA), "") or outer
        for tag, value in found:
            if tag == RECORD:
                yield self._record(value, resource, schema)

    def _record(self, raw: bytes, resource: dict[str, Any], schema: str) -> Said:
        self._records_left -= 1
        if self._records_left < 0:
            raise Unreadable("otlp.too-many-records")
        found = self._fields(raw)
        plain = dict(found)
        nanos = plain.get(TIME) or plain.get(OBSERVED) or b""
        name = plain.get(EVENT_NAME, b"").decode()
        return Said(name, int.from_bytes(nanos, "little"), schema, resource, self._pairs(found, ATTRIBUTE, 0))

    def _pairs(self, found: Fields, wanted: int, depth: int) -> dict[str, Any]:
        """The KeyValue messages among some fields."""
        pairs = {}
        for tag, raw in found:
            if tag == wanted:
                pair = dict(self._fields(raw))
                pairs[pair.get(KEY, b"").decode()] = self._any(pair.get(VALUE, b""), depth)
        return pairs

    def _any(self, raw: bytes, depth: int) -> Any:
        """An AnyValue; the last one said counts."""
        found = self._fields(raw)
        if not found:
            return None
        tag, value = found[-1]
        if tag == TEXT:
            return value.decode()
        if tag == INTEGER:
            return value - _INT64 if value >> 63 else value
        if tag == FLAG:
            return bool(value)
        if tag == DOUBLE:
            return finite(struct.unpack("<d", value)[0])
        return self._nested(tag, value, depth + 1)

    def _nested(self, tag: int, raw: bytes, depth: int) -> Any:
        if depth > DEPTH_MAX or tag not in (ARRAY, MAP):
            return UNSAYABLE
        found = self._fields(raw)
        if tag == MAP:
            return self._pairs(found, ITEM, depth)
        return [self._any(value, depth) for inner, value in found if inner == ITEM]

    def _fields(self, raw: bytes) -> Fields:
        """The fields of one message, (tag, value) in order.

        Raises: Unreadable, IndexError for bytes that end too early.
        """
        found: Fields = []
        at, end = 0, len(raw)
        value: Any
        most = self._fields_left
        while at < end:
            tag, at = _varint(raw, at)
            wire = tag & 7
            if wire == _VARINT:
                value, at = _varint(raw, at)
            else:
                size, at = _varint(raw, at) if wire == _BYTES else (_sized(wire), at)
                value, at = raw[at : at + size], at + size
            found.append((tag, value))
            if len(found) > most:
                raise Unreadable("otlp.too-many-records")
        if at != end:
            raise Unreadable("otlp.malformed")
        self._fields_left = most - len(found)
        return found


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    """A number and the place after it.  Why: nearly all of them are one byte long."""
    first = raw[at]
    if first < 0x80:
        return first, at + 1
    value, shift = first & 0x7F, 7
    for place in range(at + 1, at + _VARINT_MAX):
        byte = raw[place]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value % _INT64, place + 1
        shift += 7
    raise Unreadable("otlp.malformed")


def _sized(wire: int) -> int:
    if wire == _FIXED64:
        return 8
    if wire == _FIXED32:
        return 4
    raise Unreadable("otlp.malformed")


def finite(value: float) -> Any:
    """A number; what is none cannot be said."""
    return value if math.isfinite(value) else UNSAYABLE
