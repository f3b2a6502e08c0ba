# SPDX-License-Identifier: Apache-2.0
"""The rows of a set as files: CSV, CSV for Excel, NDJSON, XLSX, Parquet; equal rows give equal bytes."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any, Final

import msgspec

from nadzor.disclosure.asking.sets import OpenSet, Row, Shelf, Value
from nadzor.disclosure.asking.snapshot import row_schema, table_schema
from nadzor.statutory.render_xlsx import INERT_TEXT
from nadzor.statutory.table import inert

JOINED: Final = "; "
BOM: Final = "\ufeff"
CELL_MAX: Final = 32_767  # what a cell of a workbook can hold


def files_of(one: OpenSet, told: Shelf, rows: Sequence[Row], *, at: datetime) -> dict[str, bytes]:
    """Every file of a snapshot by name, but for the manifest."""
    return {
        "rows.csv": csv_file(one, rows),
        "rows.excel.csv": excel_csv_file(one, rows),
        "rows.ndjson": ndjson_file(one, rows),
        "rows.xlsx": xlsx_file(one, told, rows, at=at),
        "rows.parquet": parquet_file(one, told, rows),
        "schema.json": table_schema(one, told),
        "row.schema.json": row_schema(one),
    }


def csv_file(one: OpenSet, rows: Sequence[Row], *, delimiter: str = ",") -> bytes:
    """RFC 4180 in UTF-8; a cell that begins like a formula gets an apostrophe before it."""
    page = StringIO()
    writer = csv.writer(page, delimiter=delimiter)
    writer.writerow(one.columns)
    for row in rows:
        writer.writerow([inert(_plain(row.get(name))) for name in one.columns])
    return page.getvalue().encode()


def excel_csv_file(one: OpenSet, rows: Sequence[Row]) -> bytes:
    """The same with a byte order mark and semicolons, which a Russian Excel opens into columns."""
    return BOM.encode() + csv_file(one, rows, delimiter=";")


def ndjson_file(one: OpenSet, rows: Sequence[Row]) -> bytes:
    """A JSON object a line, its members in the order of the columns."""
    lines = [msgspec.json.encode({name: row.get(name) for name in one.columns}) for row in rows]
    return b"".join(line + b"\n" for line in lines)


def xlsx_file(one: OpenSet, told: Shelf, rows: Sequence[Row], *, at: datetime) -> bytes:
    """A workbook: the rows, and what its columns say; text is text, whatever it begins with."""
    from xlsxwriter import Workbook

    page = BytesIO()
    book = Workbook(page, {"in_memory": True, **INERT_TEXT})
    book.set_properties({"created": at.replace(tzinfo=None), "title": one.name.en, "comments": told.licence})
    bold, sheet = book.add_format({"bold": True}), book.add_worksheet("rows")
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(one.columns) - 1, 22)
    for place, name in enumerate(one.columns):
        sheet.write_string(0, place, name, bold)
    for line, row in enumerate(rows, start=1):
        for place, name in enumerate(one.columns):
            _cell(sheet, line, place, row.get(name))
    _explain(book.add_worksheet("columns"), one, told)
    book.close()
    return page.getvalue()


def parquet_file(one: OpenSet, told: Shelf, rows: Sequence[Row]) -> bytes:
    """A Parquet file with days, moments, integers and lists as such."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {
        "code": pa.string(), "text": pa.string(), "day": pa.date32(), "moment": pa.timestamp("s", tz="UTC"),
        "count": pa.int64(), "flag": pa.bool_(), "codes": pa.list_(pa.string()),
    }  # fmt: skip
    fields = [
        pa.field(name, kinds[column.kind], metadata={"says": column.says.en})
        for name, column in one.columns.items()
    ]
    schema = pa.schema(fields, metadata={"title": one.name.en, "license": told.licence})
    columns = [
        pa.array([_typed(row.get(name), column.kind) for row in rows], type=kinds[column.kind])
        for name, column in one.columns.items()
    ]
    page = BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), page, compression="zstd")
    return page.getvalue()


def _plain(value: Value) -> str | int:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return JOINED.join(value)
        case _:
            return value


def _typed(value: Value, kind: str) -> Any:
    if value is None or kind not in ("day", "moment"):
        return value
    read = date.fromisoformat if kind == "day" else datetime.fromisoformat
    return read(str(value))


def _cell(sheet: Any, line: int, place: int, value: Value) -> None:
    match value:
        case None:
            sheet.write_blank(line, place, None)
        case bool():
            sheet.write_boolean(line, place, value)
        case int():
            sheet.write_number(line, place, value)
        case _:
            sheet.write_string(line, place, str(inert(_plain(value)))[:CELL_MAX])


def _explain(sheet: Any, one: OpenSet, told: Shelf) -> None:
    sheet.set_column(0, 2, 50)
    lines = [(name, column.says.ru, column.says.en) for name, column in one.columns.items()]
    lines += [("", one.caveat.ru, one.caveat.en), ("", told.disclaimer.ru, told.disclaimer.en)]
    lines += [("licence", told.licence, told.licence_url)]
    for place, texts in enumerate(lines):
        for column, text in enumerate(texts):
            sheet.write_string(place, column, text)
