# SPDX-License-Identifier: Apache-2.0
"""The yearly report as files: JSON with its hash, one flat table as CSV, a workbook."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time
from io import BytesIO, StringIO
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from nadzor.law.form import forms
from nadzor.statutory.monitoring_report import FORM, YearReport, body, digest
from nadzor.statutory.monitoring_table import COLUMNS, cells, facts
from nadzor.statutory.monitoring_words import said
from nadzor.statutory.render_xlsx import INERT_TEXT
from nadzor.statutory.table import Cell, inert
from nadzor_wire.canonical import canonical

Words = Mapping[str, str]


def render_json(report: YearReport, words: Words, language: str = "ru") -> bytes:
    """Report, hand-written parts and the hash of both, in canonical bytes; the language changes nothing.

    Method: RFC 8785 bytes, SHA-256 in hex over the members `report` and `words`.
    """
    told = body(report)
    return canonical({"report": told, "words": dict(words), "hash": digest(told, words)}) + b"\n"


def render_csv(report: YearReport, words: Words, language: str = "ru") -> bytes:
    """The figures as comma-separated values by RFC 4180, UTF-8; no cell reads as a formula."""
    page = StringIO()
    writer = csv.writer(page)
    writer.writerow(inert(said(f"column.{name}", language)) for name in COLUMNS)
    for row in cells(report, language):
        writer.writerow(inert(cell) for cell in row)
    return page.getvalue().encode()


def render_xlsx(report: YearReport, words: Words, language: str = "ru") -> bytes:
    """A workbook whose bytes depend on report, texts and language alone: it carries no clock."""
    page = BytesIO()
    book = Workbook(page, {"in_memory": True, **INERT_TEXT})
    title = f"{report.device.code} {report.year}"
    book.set_properties({"created": datetime.combine(report.known_by, time()), "title": title})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    _pairs(book.add_worksheet(said("sheet.facts", language)), facts(report, words, language), bold)
    _figures(book.add_worksheet(said("sheet.figures", language)), report, language, bold)
    written = [(said(f"word.{key}", language), text) for key, text in words.items()]
    _pairs(book.add_worksheet(said("sheet.words", language)), written, bold, wrap)
    _fields(book.add_worksheet(said("sheet.fields", language)), report, language)
    book.close()
    return page.getvalue()


FILES: Final[dict[str, tuple[Callable[[YearReport, Words, str], bytes], str]]] = {
    "json": (render_json, "application/json"),
    "csv": (render_csv, "text/csv; charset=utf-8"),
    "xlsx": (render_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def _pairs(
    sheet: Worksheet, rows: Iterable[tuple[str, Cell]], bold: Format, wrap: Format | None = None
) -> None:
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 90)
    for at, (label, told) in enumerate(rows):
        sheet.write_string(at, 0, label, bold)
        sheet.write_string(at, 1, str(inert(str(told))), wrap)


def _figures(sheet: Worksheet, report: YearReport, language: str, bold: Format) -> None:
    _row(sheet, 0, [said(f"column.{name}", language) for name in COLUMNS], bold)
    for at, row in enumerate(cells(report, language), start=1):
        _row(sheet, at, row)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(COLUMNS) - 1, 20)


def _fields(sheet: Worksheet, report: YearReport, language: str) -> None:
    form = forms()[FORM]
    for at, key in enumerate(form.editions[report.edition].fields):
        field = form.fields[key]
        note = field.note.in_language(language) if field.note else ""
        label = f"{field.number}. {field.label.in_language(language)}"
        _row(sheet, at, [label, field.status, field.cite, note])
    sheet.set_column(0, 3, 44)


def _row(sheet: Worksheet, at: int, row: Iterable[Cell], look: Format | None = None) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, int):
            sheet.write_number(at, column, cell, look)
        else:
            sheet.write_string(at, column, str(inert(cell)), look)
