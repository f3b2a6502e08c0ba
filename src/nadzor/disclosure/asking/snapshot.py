# SPDX-License-Identifier: Apache-2.0
"""What is said of a snapshot: which rows, of which change and time, and the digest of every file of it."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.disclosure.asking.sets import Column, OpenSet, Shelf

MANIFEST: Final = "manifest.json"
#: Every file of a snapshot, with its media type; the order is that of the page.
FILES: Final = {
    "rows.csv": "text/csv; charset=utf-8",
    "rows.excel.csv": "text/csv; charset=utf-8",
    "rows.ndjson": "application/x-ndjson",
    "rows.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "rows.parquet": "application/vnd.apache.parquet",
    "schema.json": "application/json",
    "row.schema.json": "application/schema+json",
}
_NAME: Final = re.compile(r"\d{4}-\d{2}-\d{2}-(?P<change>\d{1,15})")
_TABLE_TYPES: Final = {
    "code": {"type": "string"},
    "text": {"type": "string"},
    "day": {"type": "date"},
    "moment": {"type": "datetime"},
    "count": {"type": "integer"},
    "flag": {"type": "boolean"},
    "codes": {"type": "string", "format": "default"},
}
_JSON_TYPES: Final[dict[str, dict[str, Any]]] = {
    "code": {"type": ["string", "null"]},
    "text": {"type": ["string", "null"]},
    "day": {"type": ["string", "null"], "format": "date"},
    "moment": {"type": ["string", "null"], "format": "date-time"},
    "count": {"type": ["integer", "null"]},
    "flag": {"type": ["boolean", "null"]},
    "codes": {"type": ["array", "null"], "items": {"type": "string"}},
}


class FileCard(Struct, frozen=True):
    """One file of a snapshot."""

    name: str
    media_type: str
    bytes: int
    sha256: str


class Manifest(Struct, frozen=True, kw_only=True):
    """One snapshot: the set as it stood at a change; `at` is the time of that change.

    Why: nothing here depends on when the files were made, so making them again gives the same bytes.
    """

    v: int = 1
    set: str
    edition: int
    snapshot: str
    change: int
    at: datetime
    rows: int
    license: str
    license_url: str
    files: tuple[FileCard, ...]


def snapshot_name(change: int, at: datetime) -> str:
    """The stable name of a snapshot: the Moscow day of its last change, and the change."""
    return f"{moscow_date(at).isoformat()}-{change}"


def change_of(name: str) -> int:
    """The change that a snapshot's name tells; -1 for what is no such name."""
    found = _NAME.fullmatch(name)
    return int(found["change"]) if found else -1


def file_card(name: str, content: bytes) -> FileCard:
    """A file with its length and digest."""
    return FileCard(name, FILES[name], len(content), hashlib.sha256(content).hexdigest())


def table_schema(one: OpenSet, told: Shelf) -> bytes:
    """The columns as a Frictionless Table Schema, for the readers of CSV."""
    page = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "title": one.name.en,
        "description": f"{one.says.en} {one.caveat.en}",
        "fields": [_field(name, column, one) for name, column in one.columns.items()],
        "primaryKey": [one.key],
        "missingValues": [""],
        "licenses": [{"name": told.licence, "path": told.licence_url}],
    }
    return _pretty(page)


def row_schema(one: OpenSet) -> bytes:
    """A row as a JSON Schema 2020-12, for the readers of NDJSON and of the API."""
    page = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": one.name.en,
        "type": "object",
        "properties": {
            name: {**_JSON_TYPES[column.kind], "description": column.says.en}
            for name, column in one.columns.items()
        },
        "required": list(one.columns),
        "additionalProperties": False,
    }
    return _pretty(page)


def _field(name: str, column: Column, one: OpenSet) -> dict[str, Any]:
    lists = "; values joined by '; '" if column.kind == "codes" else ""
    found = {"name": name, **_TABLE_TYPES[column.kind], "description": column.says.en + lists}
    return found | ({"constraints": {"required": True, "unique": True}} if name == one.key else {})


def _pretty(page: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(page)) + b"\n"
