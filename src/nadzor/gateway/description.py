# SPDX-License-Identifier: Apache-2.0
"""The gateway described for programs (OpenAPI 3.1), drawn from the structs and the catalogue of problems."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from nadzor.base.home import SANDBOX, Home
from nadzor.base.problems import MEDIA_TYPE, catalogue, problem
from nadzor_wire.batch import CONTENT_TYPE, PATH
from nadzor_wire.receipt import Answer
from nadzor_wire.schema import event_schema

from .otlp import PATH as OTLP

Page = dict[str, Any]
ADDRESS: Final = "/openapi.json"
TEXT: Final = "text/plain"
JSON: Final = "application/json"
PROTOBUF: Final = "application/x-protobuf"
TILE: Final = "application/octet-stream"
_REF: Final = "#/components/schemas/{name}"
_PROBLEM: Final = {"$ref": _REF.format(name="Problem")}
_DIGEST: Final = r"^sha-256=:[A-Za-z0-9+/]{43}=:$"
_PLACE: Final = r"^(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]{1,3})?$"  # C2SP tlog-tiles
_BASE64: Final = r"^[A-Za-z0-9+/]*={0,2}$"

_FORWARDER: Final = {"type": "http", "scheme": "bearer", "description": "`nadzor forwarder issue`"}
_REPEATED: Final = ("408", "500")  # told as 503, which every OpenTelemetry sender repeats
_SUCCESS: Final = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "partialSuccess": {
            "type": "object",
            "required": ["rejectedLogRecords", "errorMessage"],
            "properties": {
                "rejectedLogRecords": {"type": "string", "pattern": "^[0-9]+$"},
                "errorMessage": {"type": "string"},
            },
        }
    },
}
_STATUS: Final = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {"code": {"type": "integer"}, "message": {"type": "string"}},
}
#: Codes by which a batch as a whole is refused, by their first word.
_OF_A_BATCH: Final = ("batch", "digest", "signature", "key", "directory")
_ALWAYS: Final = ("gateway.broken", "gateway.method", "journal.busy", "journal.unavailable")


def routes(home: Home) -> list[Route]:
    """The addresses of this file."""
    page = description_text().encode()

    async def told(_request: Request) -> Response:
        return Response(page, media_type=JSON, headers={"cache-control": "no-cache"})

    return [Route(ADDRESS, told)]


def description_text() -> str:
    """The description as the text of its published file, docs/protocol/openapi.json."""
    return json.dumps(description(), indent=2, ensure_ascii=False) + "\n"


def description() -> Page:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "nadzor gateway",
            "version": "1",
            "description": "Where devices report, and where anybody checks the log; see docs/protocol.md.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            PATH: {"post": _batches("report")},
            SANDBOX + PATH: {"post": _batches("report_in_sandbox")},
            OTLP: {"post": _logs("forward")},
            SANDBOX + OTLP: {"post": _logs("forward_in_sandbox")},
            **_log("/log", "log"),
            **_log(SANDBOX + "/log", "sandbox_log"),
            "/health/live": {"get": _get("live", "The process answers.", {TEXT: {"type": "string"}})},
            "/health/ready": {"get": _ready()},
            ADDRESS: {"get": _get("describe", "This page.", {JSON: {"type": "object"}})},
        },
        "components": {"schemas": _schemas(), "securitySchemes": {"forwarder": _FORWARDER}},
    }


def codes(*first: str) -> list[str]:
    """Every catalogued code that begins with one of these words."""
    return sorted(code for code in catalogue() if code.partition(".")[0] in first)


def _batches(name: str) -> Page:
    """Sending a batch: its headers, its lines, its receipt."""
    return {
        "operationId": name,
        "summary": "Report a signed batch of events.",
        "description": "Sections 3 to 6 of docs/protocol.md. 200 is given only after fsync, with a receipt.",
        "parameters": [
            _header(
                "Content-Digest", "RFC 9530, sha-256 of the coded body", r"^sha-256=:[A-Za-z0-9+/]{43}=:$"
            ),
            _header("Nadzor-Batch", "the place of the batch in its stream", r"^stream=:.{24}:, first="),
            _header("Signature-Input", "RFC 9421, what is covered", r"^[a-z*][a-z0-9_.*-]*=\("),
            _header("Signature", "RFC 9421", r"^[a-z*][a-z0-9_.*-]*=:"),
            _header("Content-Encoding", "absent: as it is", r"^(zstd|gzip)$", required=False),
        ],
        "requestBody": {
            "required": True,
            "content": {
                CONTENT_TYPE: {
                    "schema": {"type": "string", "description": "one event a line"},
                    "x-line-schema": {"$ref": _REF.format(name="Event")},
                }
            },
        },
        "responses": {
            "200": _answer("Durable, with its receipt.", {JSON: {"$ref": _REF.format(name="Answer")}}),
            **_refusals([*codes(*_OF_A_BATCH), *_ALWAYS]),
        },
    }


def _logs(name: str) -> Page:
    """Forwarding OpenTelemetry logs; refusals are google.rpc.Status in the encoding that was spoken."""
    good, bad = _REF.format(name="ExportLogsServiceResponse"), _REF.format(name="Status")
    refused: dict[str, Page] = {}
    for status, found in _refusals([*codes("batch", "key", "directory", "otlp"), *_ALWAYS]).items():
        repeated = "503" if status in _REPEATED else status
        refused[repeated] = _answer(found["description"], {JSON: {"$ref": bad}, PROTOBUF: {}})
    not_post = _refusals(["gateway.method"])
    return {
        "operationId": name,
        "summary": "Forward OpenTelemetry logs (OTLP/HTTP); assurance level B.",
        "security": [{"forwarder": []}],
        "requestBody": {"required": True, "content": {JSON: {"schema": {"type": "object"}}, PROTOBUF: {}}},
        "responses": {
            "200": _answer("Durable; rejected records are told.", {JSON: {"$ref": good}, PROTOBUF: {}}),
            **dict(sorted(refused.items())),
            **not_post,
        },
    }


def _log(prefix: str, name: str) -> Page:
    """What anybody reads of one log."""
    note = {TEXT: {"type": "string", "description": "C2SP signed note"}}
    whole = {"type": "integer", "minimum": 0}
    proof = {
        "type": "object",
        "required": ["from", "to", "proof"],
        "additionalProperties": False,
        "properties": {
            "from": whole,
            "to": whole,
            "proof": {"type": "array", "items": {"type": "string", "pattern": _BASE64}},
        },
    }
    return {
        f"{prefix}/key": {"get": _get(f"{name}_key", "The log's public key.", note)},
        f"{prefix}/checkpoint": {"get": _get(f"{name}_checkpoint", "The newest published checkpoint.", note)},
        f"{prefix}/witnessed": {"get": _get(f"{name}_witnessed", "The newest that a witness signed.", note)},
        f"{prefix}/consistency": {
            "get": _get(
                f"{name}_consistency", "Proof that the log only grew (RFC 9162, 2.1.4).", {JSON: proof},
                asks=[_query("from"), _query("to", required=False)],
            )
        },
        f"{prefix}/tile/{{level}}/{{place}}": {
            "get": _get(
                f"{name}_tile", "A tile of hashes (C2SP tlog-tiles); it never changes.", {TILE: {}},
                asks=[_path("level", r"^[0-9]{1,2}$"), _path("place", _PLACE)],
            )
        },
    }  # fmt: skip


def _get(name: str, told: str, content: Page, *, asks: Iterable[Page] = ()) -> Page:
    asked = list(asks)
    return {
        "operationId": name,
        "summary": told,
        **({"parameters": asked} if asked else {}),
        "responses": {
            "200": _answer(told, content),
            **_refusals([*codes("log"), "gateway.not-found", *_ALWAYS]),
        },
    }


def _ready() -> Page:
    """Ready or not, the same page tells why."""
    page = _get("ready", "Whether a batch sent now would be judged.", {JSON: {"type": "object"}})
    page["responses"]["503"] = _answer("Not now; the page says why.", {JSON: {"type": "object"}})
    return page


def _answer(told: str, content: Page) -> Page:
    return {"description": told, "content": {kind: {"schema": shape} for kind, shape in content.items()}}


def _refusals(known: Iterable[str]) -> Page:
    """The problem documents an address may give, by status, each with its codes."""
    by_status: dict[str, list[str]] = {}
    for code in sorted(set(known)):
        by_status.setdefault(str(problem(code).status), []).append(code)
    return {
        status: {
            "description": ", ".join(found),
            "content": {MEDIA_TYPE: {"schema": _PROBLEM}},
            **_headers(status),
        }
        for status, found in sorted(by_status.items())
    }


def _headers(status: str) -> Page:
    """The headers that a refusal of this status always has."""
    named: Mapping[str, str] = {"401": "WWW-Authenticate", "405": "Allow", "415": "Accept-Encoding"}
    if status not in named:
        return {}
    return {"headers": {named[status]: {"required": True, "schema": {"type": "string"}}}}


def _header(name: str, told: str, pattern: str, *, required: bool = True) -> Page:
    schema = {"type": "string", "pattern": pattern}
    return {"in": "header", "name": name, "required": required, "description": told, "schema": schema}


def _query(name: str, *, required: bool = True) -> Page:
    return {"in": "query", "name": name, "required": required, "schema": {"type": "integer", "minimum": 0}}


def _path(name: str, pattern: str) -> Page:
    return {"in": "path", "name": name, "required": True, "schema": {"type": "string", "pattern": pattern}}


def _schemas() -> Page:
    """The shapes: an event, an answer, a problem."""
    event = event_schema()
    parts = event.pop("$defs")
    event.pop("$schema")
    (_, shapes) = msgspec.json.schema_components([Answer], ref_template=_REF)
    told = {"type": "string"}
    members = {
        "type": told,
        "status": {"type": "integer"},
        "title": told,
        "code": told,
        "do": told,
        "at": told,
    }
    needed = ["type", "status", "title", "code", "do"]
    found = {"Event": event, **parts, **shapes, "ExportLogsServiceResponse": _SUCCESS, "Status": _STATUS}
    found["Problem"] = {"type": "object", "required": needed, "properties": members}
    page: Page = json.loads(json.dumps(found).replace("#/$defs/", "#/components/schemas/"))
    return page
