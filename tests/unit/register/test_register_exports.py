# SPDX-License-Identifier: Apache-2.0
"""The same rows in every format, and none of them dangerous to a spreadsheet."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from io import BytesIO, StringIO
from pathlib import Path

import msgspec
import openpyxl
import pytest

from nadzor.actions.import_register import DEMO_REGISTER, import_register
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE
from nadzor.register.export_columns import CHANGE_COLUMNS, DEVICE_COLUMNS
from nadzor.register.exports import Asked, columns_page, etag, export
from tests.register_samples import NOW, device, foreign_device, register

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
PAGE = Path(__file__).parents[3] / "docs/reference/register-export.md"


def whole(kind, asked):
    """The file in one piece."""
    return b"".join(export(kind, asked, now=NOW))


def rows_of(kind, asked):
    """The rows of a file as texts, however the format writes them."""
    content = whole(kind, asked)
    if kind == "json":
        rows = msgspec.json.decode(content)["rows"]
    elif kind == "csv":
        rows = list(csv.DictReader(StringIO(content.decode())))
    else:
        sheet = openpyxl.load_workbook(BytesIO(content), read_only=True)["register"]
        head, *lines = sheet.iter_rows(values_only=True)
        rows = [dict(zip(head, line, strict=True)) for line in lines]
    return [{key: _text(value) for key, value in row.items()} for row in rows]


def _text(value):
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


@pytest.mark.parametrize(
    "asked", [Asked(TODAY), Asked(TODAY, changes_after=0), Asked(TODAY, changes_after=20)]
)
def test_every_format_says_the_same(asked):
    """JSON, CSV and XLSX hold equal rows under equal columns."""
    import_register(DEMO_REGISTER, by=CONSOLE, now=NOW)
    told = rows_of("json", asked)
    assert told == rows_of("csv", asked) == rows_of("xlsx", asked)
    assert len(told) >= 28
    columns = DEVICE_COLUMNS if asked.changes_after is None else CHANGE_COLUMNS
    assert list(told[0]) == [column.key for column in columns]


def test_the_register_is_exported_as_it_stood():
    """On an earlier day, and as it was known before a correction."""
    import_register(register(device(), foreign_device(registered_on="2026-01-01")), by=CONSOLE, now=NOW)
    later = NOW + timedelta(days=2)
    import_register(register(device(transmits=False)), by=CONSOLE, now=later)
    assert [row["code"] for row in rows_of("csv", Asked(date(2025, 12, 31)))] == ["ai-901"]
    tomorrow = TODAY + timedelta(days=5)
    assert rows_of("csv", Asked(tomorrow))[0]["transmits"] == "false"
    assert rows_of("csv", Asked(tomorrow, known_at=NOW))[0]["transmits"] == "true"
    assert rows_of("csv", Asked(TODAY))[0]["transmits"] == "true"
    assert rows_of("json", Asked(date(2024, 1, 1))) == []


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(sign):
    """A name that begins like a formula is a text: with an apostrophe in CSV, by its type in XLSX."""
    name = {"ru": f"{sign}HYPERLINK(1)", "en": "x"}
    import_register(register(device(name=name)), by=CONSOLE, now=NOW)
    assert rows_of("csv", Asked(TODAY))[0]["name_ru"] == f"'{sign}HYPERLINK(1)"
    sheet = openpyxl.load_workbook(BytesIO(whole("xlsx", Asked(TODAY))))["register"]
    (cell,) = [cell for cell in sheet[2] if cell.value == f"{sign}HYPERLINK(1)"]
    assert cell.data_type == "s"


def test_only_three_formats_exist():
    """Another one is refused by name."""
    with pytest.raises(Refusal, match=r"register\.export-format"):
        export("pdf", Asked(TODAY), now=NOW)


def test_the_tag_changes_with_the_register_and_the_question():
    """So that whoever has the file already need not fetch it again."""
    import_register(register(device()), by=CONSOLE, now=NOW)
    first = etag("csv", Asked(TODAY))
    assert first == etag("csv", Asked(TODAY))
    assert first != etag("json", Asked(TODAY))
    assert first != etag("csv", Asked(date(2026, 1, 1)))
    import_register(register(device(transmits=False)), by=CONSOLE, now=NOW)
    assert first != etag("csv", Asked(TODAY))


def test_the_page_lists_the_columns():
    """docs/reference/register-export.md holds the table that the code prints."""
    assert columns_page() in PAGE.read_text("utf-8")
