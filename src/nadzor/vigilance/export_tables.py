# SPDX-License-Identifier: Apache-2.0
"""Events as a table, part by part: CSV, JSON, a workbook.  No cell of a spreadsheet reads as a formula."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from io import StringIO
from typing import IO, Any, Final, cast

import msgspec

from nadzor.statutory.table import inert
from nadzor.vigilance.export_rows import Cell, Column, ExportRow

_PART: Final = 64 * 1024
_CELL_MAX: Final = 32_767  # what a cell of a workbook can hold
_INERT_TEXT: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
Columns = Mapping[str, Column]


def as_csv(rows: Iterable[ExportRow], columns: Columns, lang: str) -> Iterator[bytes]:
    """RFC 4180, UTF-8 without a byte order mark, headings are the columns' names."""
    yield _line(columns)
    for row in rows:
        yield _line(_said(row.cell(name, lang)) for name in columns)


def as_json(rows: Iterable[ExportRow], columns: Columns, *, now: datetime) -> Iterator[bytes]:
    """An object with what it is and its rows; codes keep their editions, an unknown day is null."""
    about = {"v": 1, "what": "adverse events", "as_of": now, "columns": list(columns)}
    yield msgspec.json.encode(about)[:-1] + b',"rows":['
    sign = b"\n"
    for row in rows:
        yield sign + msgspec.json.encode({name: getattr(row, name) for name in columns})
        sign = b",\n"
    yield b"\n]}\n"


def as_xlsx(rows: Iterable[ExportRow], columns: Columns, lang: str, *, now: datetime) -> Iterator[bytes]:
    """A workbook of two sheets, the rows and what the columns say.

    Why: built row by row in a file of its own, so that many events do not fill the memory.
    """
    with tempfile.TemporaryFile() as page:
        _book(cast("IO[bytes]", page), rows, columns, lang, now=now)
        page.seek(0)
        while part := page.read(_PART):
            yield part


def _book(page: IO[bytes], rows: Iterable[ExportRow], columns: Columns, lang: str, *, now: datetime) -> None:
    from xlsxwriter import Workbook

    book = Workbook(page, {"constant_memory": True, **_INERT_TEXT})
    book.set_properties({"created": now.replace(tzinfo=None), "title": "adverse events"})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("events")
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(columns) - 1, 20)
    for place, column in enumerate(columns.values()):
        sheet.write_string(0, place, column.label.in_language(lang), bold)
    for line, row in enumerate(rows, start=1):
        for place, name in enumerate(columns):
            _cell(sheet, line, place, row.cell(name, lang))
    _explain(book.add_worksheet("columns"), columns)
    book.close()


def _cell(sheet: Any, line: int, place: int, value: Cell) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value)
    elif isinstance(value, int | float):
        sheet.write_number(line, place, value)
    else:
        sheet.write_string(line, place, str(inert(value))[:_CELL_MAX])


def _explain(sheet: Any, columns: Columns) -> None:
    sheet.set_column(0, 2, 44)
    for line, (name, column) in enumerate(columns.items()):
        for place, text in enumerate((name, column.label.ru, column.label.en)):
            sheet.write_string(line, place, text)


def _line(cells: Iterable[str]) -> bytes:
    page = StringIO()
    csv.writer(page).writerow(inert(cell) for cell in cells)
    return page.getvalue().encode()


def _said(value: Cell) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
