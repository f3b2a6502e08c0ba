# SPDX-License-Identifier: Apache-2.0
"""The first sheet of a workbook as cells: read by hand within limits, formulas refused, nothing executed.

Method: ECMA-376 part 1, SpreadsheetML: workbook.xml names the sheet, sharedStrings.xml holds texts.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final
from xml.etree.ElementTree import Element, ParseError, fromstring
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from nadzor.statutory.declared_said import CELLS_MAX, ROWS_MAX, Formula, RawRow, Unreadable

PARTS_MAX: Final = 200  # files in the archive; a workbook of ours has about ten
PART_MAX: Final = 8 * 1024 * 1024  # bytes of one part after inflation, counted while inflating
TAGS_MAX: Final = 400_000  # of one part: bounds what its tree weighs in memory
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PLACE: Final = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_FORBIDDEN: Final = (b"<!DOCTYPE", b"<!ENTITY")


def read_xlsx(body: bytes) -> list[RawRow]:
    """Rows of the first sheet, with the numbers that the spreadsheet shows.

    Raises: Unreadable declared.file, declared.file-size.
    """
    try:
        with ZipFile(BytesIO(body)) as archive:
            return list(_rows(archive))
    except (BadZipFile, ParseError, LookupError, ValueError, zlib.error, EOFError, RuntimeError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("declared.file") from error


def _rows(archive: ZipFile) -> Iterator[RawRow]:
    parts = archive.infolist()
    if len(parts) > PARTS_MAX:
        raise Unreadable("declared.file-size")
    if any(part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in parts):
        raise Unreadable(
            "declared.file"
        )  # no spreadsheet writes another, and each has ways of its own to break
    texts = _texts(archive)
    sheet = _part(archive, _first_sheet(archive))
    for place, row in enumerate(sheet.iterfind(f"{_MAIN}sheetData/{_MAIN}row"), start=1):
        if place > ROWS_MAX:
            raise Unreadable("declared.file-size")
        cells = dict(_cells(row, texts))
        width = max(cells, default=-1) + 1
        yield RawRow(int(row.get("r") or place), tuple(cells.get(at, "") for at in range(width)))


def _cells(row: Element, texts: list[str]) -> Iterator[tuple[int, str | Formula]]:
    for place, cell in enumerate(row.iterfind(f"{_MAIN}c")):
        named = _PLACE.fullmatch(cell.get("r") or "")
        column = _column(named[1]) if named else place
        if column >= CELLS_MAX:
            raise Unreadable("declared.file-size")
        yield column, _value(cell, texts)


def _value(cell: Element, texts: list[str]) -> str | Formula:
    """A cell as text; a formula is not calculated and its remembered result is not believed."""
    if cell.find(f"{_MAIN}f") is not None:
        return Formula()
    kind = cell.get("t")
    if kind == "inlineStr":
        return _text(cell.find(f"{_MAIN}is"))
    said = cell.findtext(f"{_MAIN}v") or ""
    return texts[_index(said)] if kind == "s" and said else said


def _index(said: str) -> int:
    """The number of a shared text; one below zero would be counted from the end."""
    number = int(said)
    if number < 0:
        raise Unreadable("declared.file")
    return number


def _texts(archive: ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [_text(item) for item in _part(archive, "xl/sharedStrings.xml").iterfind(f"{_MAIN}si")]


def _text(item: Element | None) -> str:
    """A text, its runs joined; phonetic hints are no part of it."""
    if item is None:
        return ""
    plain = [item.findtext(f"{_MAIN}t") or ""]
    return "".join(plain + [run.findtext(f"{_MAIN}t") or "" for run in item.iterfind(f"{_MAIN}r")])


def _first_sheet(archive: ZipFile) -> str:
    sheet = _part(archive, "xl/workbook.xml").find(f"{_MAIN}sheets/{_MAIN}sheet")
    wanted = None if sheet is None else sheet.get(_RELATION)
    for relation in _part(archive, "xl/_rels/workbook.xml.rels"):
        if wanted is not None and relation.get("Id") == wanted:
            target = relation.get("Target") or ""
            return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    raise Unreadable("declared.file")


def _part(archive: ZipFile, name: str) -> Element:
    """A part as XML; whatever the archive says of its size, no more is inflated than allowed."""
    with archive.open(name) as part:
        raw = part.read(PART_MAX + 1)
    if len(raw) > PART_MAX:
        raise Unreadable("declared.file-size")
    if raw.count(b"<") > TAGS_MAX:
        raise Unreadable("declared.file-size")
    raw.decode("utf-8")  # in another coding a forbidden word could hide
    if any(word in raw for word in _FORBIDDEN):
        raise Unreadable("declared.file")
    return fromstring(raw)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
