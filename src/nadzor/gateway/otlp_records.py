# SPDX-License-Identifier: Apache-2.0
"""One log record as one line: a pure translation that adds nothing but the id, and never raises.

The line may still be no event: that is for the judge to say. What is not ours (other attributes, the body of
the record, its trace) is not even looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, Final

import msgspec

from nadzor.base.ids import derived_uuid7
from nadzor_wire.event import KINDS

from .otlp_said import UNSAYABLE, Said

PREFIX: Final = "nadzor."
VERSION: Final = 1  # of this mapping; a schema URL that ends in another major version is not ours to read
OFFSET: Final = "nadzor.utc_offset"  # resource attribute: the clinic's zone, which no OpenTelemetry time has
OF_STREAMS: Final = frozenset(("lost", "withheld"))  # they speak of numbers, and a forwarder has none
INHERITED: Final = ("version", "build", "modality", "equipment", "purpose", "sdk")
BORROWED: Final = {"version": "service.version", "sdk": "telemetry.sdk.version"}
INHERITED_MAX: Final = 128  # characters: said once, an inherited value is written into every line
PARTS_MAX: Final = 3  # of a dotted name after the prefix: findings.<code>.<field>

_SCHEMA: Final = re.compile(r"/nadzor/([0-9]{1,4})\.[0-9]{1,4}\.[0-9]{1,4}")
_ZONE: Final = re.compile(r"([+-])(0[0-9]|1[0-4]):([0-5][0-9])")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_encode: Final = msgspec.json.Encoder().encode
_canonical: Final = msgspec.json.Encoder(order="sorted").encode  # equals RFC 8785 for all that is an event
_FIELDS: Final = {kind: frozenset(struct.__struct_fields__) for kind, struct in KINDS.items()}


def line_of(said: Said) -> bytes:
    """The record as a line of a batch, without its line end."""
    kind = _kind(said)
    event: dict[str, Any] = {"kind": kind}
    event |= _inherited(said.resource, _FIELDS.get(kind, frozenset()))
    for name, value in said.attributes.items():
        if (path := _path(name)) is not None:
            _put(event, path, value)
    if isinstance(listed := event.get("findings"), dict):
        event["findings"] = list(_findings(listed))
    moment = _moment(said, event)
    if "id" not in event and moment is not None:
        event["id"] = _id_of(event, moment)
    return _encode(event)


def _kind(said: Said) -> str:
    """The kind that an event name means; a name that is not ours stands as it is and will be unknown."""
    found = _SCHEMA.search(said.schema)
    foreign = found is not None and int(found[1]) != VERSION
    kind = said.name.removeprefix(PREFIX)
    if kind == said.name or kind in OF_STREAMS or foreign:
        return f"?{said.name}"
    return kind


def _inherited(resource: Mapping[str, Any], fields: frozenset[str]) -> dict[str, Any]:
    """What a resource says for all its records."""
    found: dict[str, Any] = {}
    for name in INHERITED:
        if name in fields:
            value = resource.get(PREFIX + name, resource.get(BORROWED.get(name, ""), None))
            if value is not None:
                found[name] = value if len(str(value)) <= INHERITED_MAX else UNSAYABLE
    return found


@lru_cache(maxsize=4_096)
def _path(name: str) -> tuple[str, ...] | None:
    """The place of an attribute in the event; None for one that is not ours."""
    if not name.startswith(PREFIX):
        return None
    parts = tuple(name.removeprefix(PREFIX).split("."))
    return parts if len(parts) <= PARTS_MAX and "kind" not in parts[:1] else (name,)


def _put(event: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Set a value under a dotted name; where the names contradict each other nothing can be said."""
    inner = event
    for name in path[:-1]:
        inner = inner.setdefault(name, {})
        if not isinstance(inner, dict):
            event[path[0]] = UNSAYABLE
            return
    inner[path[-1]] = value


def _findings(listed: Mapping[str, Any]) -> Iterator[Any]:
    """`findings.<code>.<field>` as the list that an event has, in the order of the codes."""
    for code, told in sorted(listed.items()):
        yield {"code": code, **told} if isinstance(told, dict) else UNSAYABLE


def _moment(said: Said, event: dict[str, Any]) -> datetime | None:
    """When it happened; written into the event in the clinic's zone unless the record says its own `at`."""
    if isinstance(stated := event.get("at"), str):
        return _parsed(stated)
    zone = said.resource.get(OFFSET)
    if said.nanos == 0:
        return None
    moment = _EPOCH + timedelta(microseconds=said.nanos // 1_000)
    local = _zone(zone) if isinstance(zone, str) else None
    event["at"] = (moment.astimezone(local) if local else moment.replace(tzinfo=None)).isoformat()
    return moment


@lru_cache(maxsize=64)
def _zone(text: str) -> timezone | None:
    found = _ZONE.fullmatch(text)
    if found is None:
        return None
    away = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-away if found[1] == "-" else away)


def _parsed(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and moment >= _EPOCH else None


def _id_of(event: Mapping[str, Any], moment: datetime) -> str:
    """The id that this record always has: sent again, alone or among others, it is the same event."""
    return derived_uuid7(moment, "otlp", _canonical(event).decode())
