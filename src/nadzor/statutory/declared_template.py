# SPDX-License-Identifier: Apache-2.0
"""The empty form of a declared month, for one device and month: downloaded, filled in, sent back."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import datetime, time
from io import BytesIO, StringIO

from xlsxwriter import Workbook

from nadzor.base.interval import Month
from nadzor.statutory.declared import DeclaredColumn
from nadzor.statutory.table import inert
from nadzor.statutory.words import words


def render_template(
    form: str, columns: Sequence[DeclaredColumn], *, device: str, month: Month, language: str = "ru"
) -> bytes:
    """The template in a format, its headings in a language.

    Raises: KeyError for a format that is not read.
    """
    return {"json": _json, "csv": _csv, "xlsx": _xlsx}[form](columns, device, month, language)


def _json(columns: Sequence[DeclaredColumn], device: str, month: Month, language: str) -> bytes:
    row: dict[str, str | int] = {"version": "", "organisation": ""}
    row |= {column.key: 0 for column in columns if column.key not in ("device", "month", *row)}
    page = {"device": device, "month": str(month), "rows": [row]}
    return (json.dumps(page, ensure_ascii=False, indent=2) + "\n").encode()


def _csv(columns: Sequence[DeclaredColumn], device: str, month: Month, language: str) -> bytes:
    """With a byte order mark and semicolons, so that a spreadsheet in Russia opens it in columns."""
    page = StringIO()
    writer = csv.writer(page, delimiter=";")
    writer.writerow(inert(column.heading.in_language(language)) for column in columns)
    writer.writerow([device, str(month), *[""] * (len(columns) - 2)])
    return page.getvalue().encode("utf-8-sig")


def _xlsx(columns: Sequence[DeclaredColumn], device: str, month: Month, language: str) -> bytes:
    page = BytesIO()
    book = Workbook(page, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime.combine(month.first, time()), "title": f"{device} {month}"})
    sheet = book.add_worksheet(words()["sheet_lines"].in_language(language))
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    text = book.add_format({"num_format": "@"})  # so that 2026-10 stays a month and 2.0 a version
    for at, column in enumerate(columns):
        sheet.write_string(0, at, str(inert(column.heading.in_language(language))), bold)
    sheet.set_column(0, 3, 24, text)
    sheet.set_column(4, len(columns) - 1, 16)
    sheet.write_string(1, 0, device, text)
    sheet.write_string(1, 1, str(month), text)
    sheet.freeze_panes(1, 0)
    book.close()
    return page.getvalue()
