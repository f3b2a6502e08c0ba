# SPDX-License-Identifier: Apache-2.0
"""OpenTelemetry logs in JSON: the same fields as in protobuf, foreign ones ignored.

Method: proto3 JSON as OTLP narrows it: lowerCamelCase names, 64-bit numbers as strings or numbers; ids and
enumerations are not read here, because no event needs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from .otlp_protobuf import finite
from .otlp_said import DEPTH_MAX, RECORDS_MAX, UNSAYABLE, VALUES_MAX, Said, Unreadable

_NUMBER: Final = re.compile(r"-?[0-9]{1,20}")
_INT64: Final = 1 << 63


class _Any(Struct, rename="camel", gc=False):
    string_value: str | None = None
    bool_value: bool | None = None
    int_value: int | str | None = None
    double_value: float | str | None = None
    array_value: _Array | None = None
    kvlist_value: _Map | None = None
    bytes_value: str | None = None


class _Array(Struct, gc=False):
    values: list[_Any] | None = None


class _Pair(Struct, gc=False):
    key: str = ""
    value: _Any | None = None


class _Map(Struct, gc=False):
    values: list[_Pair] | None = None


class _Record(Struct, rename="camel", gc=False):
    time_unix_nano: int | str | None = None
    observed_time_unix_nano: int | str | None = None
    event_name: str | None = None
    attributes: list[_Pair] | None = None


class _Scope(Struct, rename="camel", gc=False):
    log_records: list[_Record] | None = None
    schema_url: str | None = None


class _Resource(Struct, gc=False):
    attributes: list[_Pair] | None = None


class _ResourceLogs(Struct, rename="camel", gc=False):
    resource: _Resource | None = None
    scope_logs: list[_Scope] | None = None
    schema_url: str | None = None


class _Request(Struct, rename="camel", gc=False):
    resource_logs: list[_ResourceLogs] | None = None


_decoder: Final = msgspec.json.Decoder(_Request)


def read_json(body: bytes) -> list[Said]:
    """Every log record of an ExportLogsServiceRequest in JSON.

    Raises: Unreadable otlp.malformed, otlp.too-many-records.
    """
    if body.count(b"{") > VALUES_MAX:  # counted before anything is built of them
        raise Unreadable("otlp.too-many-records")
    try:
        found = _decoder.decode(body)
        said = list(_records(found))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreadable("otlp.malformed") from None
    if len(said) > RECORDS_MAX:
        raise Unreadable("otlp.too-many-records")
    return said


def _records(request: _Request) -> Iterator[Said]:
    for outer in request.resource_logs or ():
        resource = _pairs(outer.resource.attributes, 0) if outer.resource else {}
        for scope in outer.scope_logs or ():
            schema = scope.schema_url or outer.schema_url or ""
            for record in scope.log_records or ():
                nanos = _whole(record.time_unix_nano) or _whole(record.observed_time_unix_nano)
                attributes = _pairs(record.attributes, 0)
                yield Said(record.event_name or "", nanos, schema, resource, attributes)


def _pairs(pairs: Sequence[_Pair] | None, depth: int) -> dict[str, Any]:
    return {pair.key: _value(pair.value, depth) for pair in pairs or ()}


def _value(said: _Any | None, depth: int) -> Any:
    if said is None:
        return None
    if said.string_value is not None:
        return said.string_value
    if said.int_value is not None:
        return _integer(said.int_value)
    if said.bool_value is not None:
        return said.bool_value
    if said.double_value is not None:
        return finite(said.double_value) if isinstance(said.double_value, float) else UNSAYABLE
    return _nested(said, depth + 1)


def _nested(said: _Any, depth: int) -> Any:
    if depth > DEPTH_MAX or said.bytes_value is not None:
        return UNSAYABLE
    if said.array_value is not None:
        return [_value(item, depth) for item in said.array_value.values or ()]
    if said.kvlist_value is not None:
        return _pairs(said.kvlist_value.values, depth)
    return None


def _integer(value: int | str) -> Any:
    """A 64-bit number, in either spelling."""
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            return UNSAYABLE
        value = int(value)
    return value if abs(value) < _INT64 else UNSAYABLE


def _whole(value: int | str | None) -> int:
    """Nanoseconds since 1970; 0 for none and for what is no moment."""
    found = _integer(value) if value is not None else 0
    return found if isinstance(found, int) and found > 0 else 0
