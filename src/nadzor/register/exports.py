# SPDX-License-Identifier: Apache-2.0
"""The public register as a file: JSON, CSV or XLSX with the same columns and the same rows, part by part."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import StringIO
from typing import IO, Any, Final, Literal, cast

import msgspec
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.register import revisions
from nadzor.register.export_columns import CHANGE_COLUMNS, DEVICE_COLUMNS, Column, Value
from nadzor.register.revision_cards import Change
from nadzor.statutory.table import inert

Format = Literal["json", "csv", "xlsx"]
FORMATS: Final = ("json", "csv", "xlsx")
MEDIA_TYPES: Final = {
    "json": "application/json; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_PART: Final = 64 * 1024
_CELL_MAX: Final = 32_767  # what a cell of a workbook can hold
_INERT_TEXT: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class Asked(Struct, frozen=True):
    """What of the register: as it stood on a day and was known at a moment, or its changes after a cursor."""

    valid_on: date
    known_at: datetime | None = None
    changes_after: int | None = None

    @property
    def columns(self) -> Sequence[Column]:
        """The columns of the answer."""
        return DEVICE_COLUMNS if self.changes_after is None else CHANGE_COLUMNS

    def rows(self) -> Iterator[Change]:
        """The rows of the answer, read a few at a time."""
        if self.changes_after is None:
            return revisions.standing(valid_on=self.valid_on, known_at=self.known_at)
        return revisions.walk_changes(self.changes_after)


def export(kind: str, asked: Asked, *, now: datetime) -> Iterator[bytes]:
    """The file in a format, part by part.

    Raises: Refusal register.export-format.
    """
    if kind not in FORMATS:
        raise Refusal("register.export-format", formats=", ".join(FORMATS))
    if kind == "xlsx":
        return _xlsx(asked, now)
    return _csv(asked) if kind == "csv" else _json(asked, now)


def etag(kind: str, asked: Asked) -> str:
    """A tag that changes with every edition, with the day asked for, and with nothing else."""
    told = msgspec.structs.astuple(asked)
    return f'"{revisions.last_change()}-{kind}-{"-".join(str(part) for part in told)}"'.replace(" ", "T")


def _csv(asked: Asked) -> Iterator[bytes]:
    """RFC 4180, UTF-8 without a byte order mark; a cell that begins like a formula gets an apostrophe."""
    yield _csv_line(column.key for column in asked.columns)
    for row in asked.rows():
        yield _csv_line(_text(column.take(row)) for column in asked.columns)


def _csv_line(cells: Iterable[str]) -> bytes:
    page = StringIO()
    csv.writer(page).writerow(inert(cell) for cell in cells)
    return page.getvalue().encode()


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json(asked: Asked, now: datetime) -> Iterator[bytes]:
    about: dict[str, Any] = {
        "v": 1,
        "as_of": now,
        "valid_on": asked.valid_on,
        "known_at": asked.known_at,
        "cursor": revisions.last_change(),
        "columns": [column.key for column in asked.columns],
    }
    yield msgspec.json.encode(about)[:-1] + b',"rows":['
    sign = b"\n"
    for row in asked.rows():
        yield sign + msgspec.json.encode({column.key: column.take(row) for column in asked.columns})
        sign = b",\n"
    yield b"\n]}\n"


def _xlsx(asked: Asked, now: datetime) -> Iterator[bytes]:
    """A workbook of two sheets: the rows, and what the columns say.

    Why: built row by row in a file of its own, so that a large register does not fill the memory.
    """
    with tempfile.TemporaryFile() as page:
        _book(cast("IO[bytes]", page), asked, now)
        page.seek(0)
        while part := page.read(_PART):
            yield part


def _book(page: IO[bytes], asked: Asked, now: datetime) -> None:
    from xlsxwriter import Workbook

    book = Workbook(page, {"constant_memory": True, **_INERT_TEXT})
    book.set_properties({"created": now.replace(tzinfo=None), "title": "register"})
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet("register")
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, len(asked.columns) - 1, 22)
    for place, column in enumerate(asked.columns):
        sheet.write_string(0, place, column.key, bold)
    for line, row in enumerate(asked.rows(), start=1):
        for place, column in enumerate(asked.columns):
            _cell(sheet, line, place, column.take(row))
    _explain(book.add_worksheet("columns"), asked.columns)
    book.close()


def _cell(sheet: Any, line: int, place: int, value: Value) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value)
    elif isinstance(value, int):
        sheet.write_number(line, place, value)
    else:
        sheet.write_string(line, place, value[:_CELL_MAX])


def _explain(sheet: Any, columns: Sequence[Column]) -> None:
    sheet.set_column(0, 2, 50)
    for line, column in enumerate(columns):
        for place, text in enumerate((column.key, column.says.ru, column.says.en)):
            sheet.write_string(line, place, text)


def columns_page() -> str:
    """The columns as a Markdown table, for docs/reference."""
    rows = [f"| `{column.key}` | {column.says.ru} | {column.says.en} |" for column in CHANGE_COLUMNS]
    return "\n".join(["| column | по-русски | in English |", "|---|---|---|", *rows]) + "\n"
