# SPDX-License-Identifier: Apache-2.0
"""A file of a declared month as rows of text, whatever its format: JSON, CSV or XLSX."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from typing import Final

import msgspec

from nadzor.statutory.declared_said import CELLS_MAX, FILE_MAX, ROWS_MAX, Cell, RawRow, Unreadable
from nadzor.statutory.declared_xlsx import read_xlsx

DELIMITERS: Final = (";", "\t", ",")
CODINGS: Final = ("utf-8-sig", "cp1251")  # what spreadsheets in Russia write


class _Page(msgspec.Struct, frozen=True):
    """The JSON form: column keys as they stand in the template."""

    device: str
    month: str
    rows: list[dict[str, str | int | None]]


def read_rows(body: bytes, form: str) -> list[RawRow]:
    """Rows of a file, headings first; empty ones left out.

    Raises: Unreadable declared.file, declared.file-size, declared.format.
    """
    if form not in READERS:
        raise Unreadable("declared.format")
    if len(body) > FILE_MAX:
        raise Unreadable("declared.file-size")
    rows = [row for row in READERS[form](body) if any(_says(cell) for cell in row.cells)]
    if len(rows) > ROWS_MAX or any(len(row.cells) > CELLS_MAX for row in rows):
        raise Unreadable("declared.file-size")
    return rows


def read_csv(body: bytes) -> list[RawRow]:
    """Values separated by semicolon, tab or comma, in UTF-8 or Windows-1251; `#` begins a remark.

    Why: a spreadsheet's own export differs by its country; the heading line says which separator it used.
    """
    text = _decoded(body)
    head = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [RawRow(reader.line_num, tuple(cells)) for cells in reader if not cells or cells[0][:1] != "#"]
    except csv.Error as error:
        raise Unreadable("declared.file") from error


def read_json(body: bytes) -> list[RawRow]:
    """`{"device", "month", "rows": [{key: value}]}`; line k is the k-th row, the headings are line 0."""
    try:
        page = msgspec.json.decode(body, type=_Page)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("declared.file") from error
    if len(page.rows) > ROWS_MAX:
        raise Unreadable("declared.file-size")
    keys = list(dict.fromkeys(["device", "month", *(key for row in page.rows for key in row)]))
    if len(keys) > CELLS_MAX:
        raise Unreadable("declared.file-size")
    whole = {"device": page.device, "month": page.month}
    told = [[_text((whole | row).get(key)) for key in keys] for row in page.rows]
    return [RawRow(0, tuple(keys)), *(RawRow(at, tuple(cells)) for at, cells in enumerate(told, start=1))]


READERS: Final[dict[str, Callable[[bytes], list[RawRow]]]] = {
    "csv": read_csv,
    "json": read_json,
    "xlsx": read_xlsx,
}


def _decoded(body: bytes) -> str:
    for coding in CODINGS:
        try:
            return body.decode(coding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("declared.file")


def _text(value: str | int | None) -> str:
    return "" if value is None else str(value)


def _says(cell: Cell) -> bool:
    return not isinstance(cell, str) or bool(cell.strip())
