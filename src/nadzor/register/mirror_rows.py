# SPDX-License-Identifier: Apache-2.0
"""A dump of the official register: bytes to rows, whole or not at all.  Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from io import StringIO
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from nadzor.base.identifiers import normalise_number
from nadzor.base.problems import Refusal

Short = Annotated[str, Meta(max_length=300)]
ROWS_MAX: Final = 1_000_000  # the official register holds well below a hundred thousand entries


class OfficialRow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry as the official register prints it; what it leaves out is not compared."""

    number: Annotated[str, Meta(min_length=1, max_length=60)]
    name: Annotated[str, Meta(max_length=4000)] = ""
    maker: Annotated[str, Meta(max_length=2000)] = ""
    maker_inn: Short = ""
    registered_on: date | None = None
    status: Short = ""
    risk_class: Short = ""
    models: Annotated[str, Meta(max_length=20_000)] = ""

    @property
    def key(self) -> str:
        """The number in one spelling; what it means is the official register's affair."""
        return normalise_number(self.number)[:60]


class Dump(Struct, frozen=True, kw_only=True):
    """A whole dump; `count` is how many entries its maker says there are."""

    entries: tuple[OfficialRow, ...]
    v: int = 1
    source: Short = ""
    as_of: datetime | None = None
    count: int | None = None


def parse_dump(content: bytes) -> Dump:
    """The rows of a JSON or CSV dump.

    Why: half a register read as a whole one would call the other half absent.
    Raises: Refusal mirror.file for what is no dump, mirror.rows naming the first malformed or repeated row,
    mirror.count when fewer or more entries came than were announced.
    """
    text = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    dump = _json(text) if text.startswith(b"{") else _csv(text)
    if not dump.entries or len(dump.entries) > ROWS_MAX:
        raise Refusal("mirror.file", detail=f"0 < entries <= {ROWS_MAX}")
    if dump.count is not None and dump.count != len(dump.entries):
        raise Refusal("mirror.count", announced=dump.count, came=len(dump.entries))
    _must_be_once(dump.entries)
    return dump


def _json(text: bytes) -> Dump:
    try:
        whole = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal("mirror.file", detail="JSON") from error
    if not isinstance(whole.get("entries"), list) or whole.get("v") != 1:
        raise Refusal("mirror.file", detail="{v: 1, entries: [...]}")
    rows = whole.pop("entries")
    try:
        about = msgspec.convert({**whole, "entries": []}, Dump)
    except msgspec.ValidationError as error:
        raise Refusal("mirror.file", detail=str(error)) from error
    return msgspec.structs.replace(about, entries=tuple(_rows(enumerate(rows))))


def _csv(text: bytes) -> Dump:
    try:
        lines = list(csv.reader(StringIO(text.decode("utf-8")), delimiter=_sign(text), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refusal("mirror.file", detail="CSV, UTF-8") from error
    head = [name.strip() for name in lines[0]] if lines else []
    if "number" not in head:
        raise Refusal("mirror.file", detail="number,name,maker,registered_on,status,…")
    for place, line in enumerate(lines[1:]):
        if len(line) != len(head):
            raise Refusal("mirror.rows", at=f"$.entries[{place}]", detail=f"{len(line)} of {len(head)} cells")
    told = (
        (place, {key: cell for key, cell in zip(head, line, strict=True) if cell})
        for place, line in enumerate(lines[1:])
    )
    return Dump(entries=tuple(_rows(told)))


def _sign(text: bytes) -> str:
    """Comma, or the semicolon that spreadsheets write in Russia."""
    head = text.split(b"\n", 1)[0]
    return ";" if head.count(b";") > head.count(b",") else ","


def _rows(told: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterable[OfficialRow]:
    for place, row in told:
        try:
            yield msgspec.convert(row, OfficialRow)
        except msgspec.ValidationError as error:
            raise Refusal("mirror.rows", at=f"$.entries[{place}]", detail=str(error)) from error


def _must_be_once(rows: Iterable[OfficialRow]) -> None:
    seen: set[str] = set()
    for place, row in enumerate(rows):
        if row.key in seen:
            raise Refusal("mirror.rows", at=f"$.entries[{place}].number", detail="repeated")
        seen.add(row.key)
