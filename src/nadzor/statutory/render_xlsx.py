# SPDX-License-Identifier: Apache-2.0
"""The report as a workbook: facts with the hash, lines with a total, fields with their sources."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from nadzor.law.form import FormField
from nadzor.statutory.body import digest
from nadzor.statutory.month import MonthReport
from nadzor.statutory.table import Cell, Column, columns, inert
from nadzor.statutory.words import words

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
INERT_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def render_xlsx(report: MonthReport, language: str = "ru") -> bytes:
    """A workbook whose bytes depend on the report and the language alone: it carries no clock."""
    page = BytesIO()
    book = Workbook(page, {"in_memory": True, **INERT_TEXT})
    book.set_properties({"created": datetime.combine(report.known_by, time()), "title": str(report.month)})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    _facts(book.add_worksheet(_said("sheet_facts", language)), report, language, bold)
    _lines(book.add_worksheet(_said("sheet_lines", language)), report, language, bold)
    _fields(book.add_worksheet(_said("sheet_fields", language)), report, language, bold)
    book.close()
    return page.getvalue()


def _facts(sheet: Worksheet, report: MonthReport, language: str, bold: Format) -> None:
    edition = report.edition
    facts = {
        "form": edition.title.in_language(language),
        "edition": edition.edition,
        "edition_cite": edition.cite,
        "status": _said(edition.status, language),
        "device": report.device.code,
        "period_from": report.month.first.isoformat(),
        "period_to": report.month.days.last.isoformat(),
        "known_by": report.known_by.isoformat(),
        "hash": digest(report),
    }
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 80)
    for at, (key, told) in enumerate(facts.items()):
        sheet.write_string(at, 0, _said(key, language), bold)
        sheet.write_string(at, 1, told)
    sheet.write_string(len(facts), 0, _said("layout", language))


def _lines(sheet: Worksheet, report: MonthReport, language: str, bold: Format) -> None:
    table = columns(report, language)
    _row(sheet, 0, (column.heading.in_language(language) for column in table), bold)
    for at, line in enumerate(report.lines, start=1):
        _row(sheet, at, (column.answer(line) for column in table))
    _row(sheet, len(report.lines) + 1, _total(report, table, language), bold)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(table) - 1, 18)


def _total(report: MonthReport, table: list[Column], language: str) -> Iterable[Cell]:
    whole = report.total
    for at, column in enumerate(table):
        yield column.answer(whole) if column.adds else _said("total", language) if at == 0 else ""


def _fields(sheet: Worksheet, report: MonthReport, language: str, bold: Format) -> None:
    heads = ("field", "status", "source", "note")
    _row(sheet, 0, (_said(head, language) for head in heads), bold)
    for at, field in enumerate(report.edition.fields.values(), start=1):
        _row(sheet, at, _field(field, language))
    sheet.set_column(0, len(heads) - 1, 44)


def _field(field: FormField, language: str) -> Iterable[Cell]:
    yield f"{field.number}. {field.label.in_language(language)}"
    yield _said(field.status, language)
    yield field.cite
    yield field.note.in_language(language) if field.note else ""


def _row(sheet: Worksheet, at: int, cells: Iterable[Cell], look: Format | None = None) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, int):
            sheet.write_number(at, column, cell, look)
        else:
            sheet.write_string(at, column, str(inert(cell)), look)


def _said(key: str, language: str) -> str:
    return words()[key].in_language(language)
