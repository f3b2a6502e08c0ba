# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema (2020-12) of one event, generated from the structs; see docs/protocol/schema.json."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from nadzor_wire.event import Event

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FAILED = {"properties": {"outcome": {"const": "failed"}}, "required": ["outcome"]}
_FAILURE = {"properties": {"failure": {"type": "object"}}, "required": ["failure"]}
_NO_FAILURE = {"properties": {"failure": {"type": "null"}}}


def event_schema() -> dict[str, Any]:
    """The schema of one line of a batch.

    Why: rules between two fields stand here too, as far as the dialect can say them; that `lost.last` is
    not below `lost.first` it cannot.
    """
    schema = msgspec.json.schema(Event)
    schema["$defs"]["Study"] |= {"if": _FAILED, "then": _FAILURE, "else": _NO_FAILURE}
    return {"$schema": DIALECT, "title": "nadzor event", "description": "One line of a batch.", **schema}


def schema_text() -> str:
    """The schema as the text of its published file."""
    return json.dumps(event_schema(), indent=2, ensure_ascii=False) + "\n"
