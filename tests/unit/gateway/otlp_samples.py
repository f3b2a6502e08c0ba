# SPDX-License-Identifier: Apache-2.0
"""OpenTelemetry requests as the real exporter encodes them, in both encodings, and a token to send them."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from nadzor.base.directory import TokenEntry
from tests.unit.gateway.house import NOW, directory

TOKEN = "no-" + "x" * 40
DIGEST = hashlib.sha256(TOKEN.encode()).hexdigest()
NAME = f"t-{DIGEST[:16]}"
PROTOBUF, JSON = "application/x-protobuf", "application/json"
STUDY = {
    "nadzor.study": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "nadzor.outcome": "processed",
    "nadzor.duration_ms": 1200,
    "nadzor.age_band": "50-59",
    "nadzor.findings.nodule.score": 8123,
    "nadzor.findings.nodule.positive": True,
    "nadzor.findings.effusion.score": 40,
}
RESOURCE = {
    "nadzor.version": "1.2.0",
    "nadzor.build": "b" * 64,
    "nadzor.modality": "DX",
    "nadzor.equipment": "ge",
    "nadzor.utc_offset": "+03:00",
    "telemetry.sdk.version": "1.45.2",
    "service.name": "reader",
}


def token_entry(**how):
    """The token as the directory publishes it."""
    return TokenEntry(**({"digest": DIGEST, "not_before": NOW - timedelta(days=1)} | how))


def with_token(*, now=NOW, token=None, **more):
    """A directory whose installation may forward."""
    return directory(now=now, tokens={NAME: token or token_entry()}, **more)


def value_of(said):
    """An AnyValue."""
    if isinstance(said, dict):
        pairs = [KeyValue(key=key, value=value_of(inner)) for key, inner in said.items()]
        return AnyValue(kvlist_value={"values": pairs})
    if isinstance(said, list):
        return AnyValue(array_value={"values": [value_of(inner) for inner in said]})
    name = {bool: "bool_value", int: "int_value", float: "double_value", bytes: "bytes_value"}
    return AnyValue(**{name.get(type(said), "string_value"): said})


def pairs_of(said):
    """Attributes."""
    return [KeyValue(key=key, value=value_of(value)) for key, value in said.items()]


def export(*records, resource=RESOURCE, schema=""):
    """An export request of (event name, attributes) records, a second after one another."""
    request = ExportLogsServiceRequest()
    logs = request.resource_logs.add()
    logs.resource.attributes.extend(pairs_of(resource))
    scope = logs.scope_logs.add(schema_url=schema)
    for place, (name, attributes) in enumerate(records):
        nanos = int((NOW + timedelta(seconds=place)).timestamp() * 1_000_000_000)
        scope.log_records.add(event_name=name, time_unix_nano=nanos, attributes=pairs_of(attributes))
    return request


def studies(count, **how):
    """An export request of good studies."""
    told = [("nadzor.study", STUDY | {"nadzor.study": f"{place:032x}"}) for place in range(count)]
    return export(*told, **how)


def encoded(request, media):
    """The bytes of a request."""
    if media == PROTOBUF:
        return request.SerializeToString()
    return json.dumps(MessageToDict(request)).encode()


def headers_for(media=PROTOBUF, *, token=TOKEN, **more):
    """The headers an exporter sends."""
    return {"content-type": media, "authorization": f"Bearer {token}", **more}
