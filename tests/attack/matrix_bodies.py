# SPDX-License-Identifier: Apache-2.0
"""Plausible bodies of operations, from the OpenAPI page and the world's own names.  Pure."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

WORDS: Final = "The rows of both months show it."
PDF: Final = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
KEY: Final = base64.b64encode(bytes(range(32))).decode()
#: What a schema's format or pattern asks for.
FORMATS: Final = {"date": "2026-11-02", "date-time": "2026-11-02T07:30:00Z"}
PATTERNS: Final = {"^i-": "i-" + "0" * 12, "^[0-9a-f]{16}": "0" * 16, "[0-9a-f]{64}": "0" * 64,
                   "^[A-Za-z0-9+/": KEY}  # fmt: skip
#: Properties of every body that say what the world's own thing is called, by its name there.
API_KNOWN: Final = {
    "device": "device", "month": "old-month", "site": "site", "installation": "installation",
    "maker": "maker", "organisation": "maker", "first": "event", "second": "other-event", "period": "month",
    "until": "next-week-moment", "valid_from": "today", "valid_until": "next-month", "day": "today",
    "up_to": "now", "event_on": "today", "aware_on": "today",
}  # fmt: skip
API_WORDS: Final = {"username": "inspector", "to": "registrar"}
#: What examples call things that every world has.
SAMPLES: Final = {"ai-901": "device", "AE-2026-000001": "first", "AE-2026-000002": "second",
                  "s-aaaaaaaaaaaa": "site", "luchik": "maker"}  # fmt: skip
#: What single operations ask for besides, so that they would do it.
API_OF: Final[Mapping[str, Mapping[str, Any]]] = {
    "api:register_baseline": {"first": "2026-06-01", "after": "2026-09-01"},
}


def body_of(operation: Mapping[str, Any], schemas: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    """The example of an operation, else what its schema asks for; properties that `known` names say that."""
    told = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if told is None:
        return {}
    found = deepcopy(told["example"]) if "example" in told else value_of(told["schema"], schemas)
    if isinstance(found, dict):
        found |= {name: known[name] for name in found if name in known}
    return _named(found, known)


def _named(found: Any, known: Mapping[str, Any]) -> Any:
    """The same with the world's own names where an example names one of its own, however deep."""
    if isinstance(found, dict):
        return {name: _named(each, known) for name, each in found.items()}
    if isinstance(found, list):
        return [_named(each, known) for each in found]
    return known[SAMPLES[found]] if isinstance(found, str) and found in SAMPLES else found


def value_of(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """The least value that a schema admits: what it asks for and nothing that it leaves free."""
    if "$ref" in schema:
        return value_of(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
    if "anyOf" in schema:
        return value_of(schema["anyOf"][0], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        told = schema.get("properties", {})
        return {name: value_of(told[name], schemas) for name in schema.get("required", ()) if name in told}
    if schema.get("type") == "array":
        return [value_of(schema["items"], schemas)] * schema.get("minItems", 1)
    return _leaf(schema)


def _leaf(schema: Mapping[str, Any]) -> Any:
    kind = schema.get("type", "string")
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    if kind == "boolean":
        return True
    pattern = str(schema.get("pattern", ""))
    fits = [text for part, text in PATTERNS.items() if part in pattern]
    word = FORMATS.get(schema.get("format", "")) or (fits[0] if fits else WORDS)
    if schema.get("contentEncoding") == "base64":
        return base64.b64encode(PDF).decode()
    return word.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", len(word) + 99)]


def properties_of(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> frozenset[str]:
    """The names that an operation's body is asked for, at its outermost."""
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    return frozenset(schema.get("properties", {}))
