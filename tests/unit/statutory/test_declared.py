# SPDX-License-Identifier: Apache-2.0
"""A declared month, read from every format a maker's office has, and refused cell by cell."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import openpyxl
import pytest

from nadzor.base.problems import problem
from nadzor.statutory.declared import declared_columns, letters, parse_declared, read_month, sums
from nadzor.statutory.declared_compare import compare
from nadzor.statutory.declared_files import read_rows
from nadzor.statutory.declared_said import FILE_MAX, Unreadable
from nadzor.statutory.declared_template import render_template
from nadzor.statutory.declared_xlsx import read_xlsx
from tests.unit.statutory.months import DEVICE, OCTOBER, october

OID = "1.2.643.5.1.13.13.12.2.77.7973"
COLUMNS = declared_columns(DEVICE.findings)
KEYS = [column.key for column in COLUMNS]
GOOD = {"device": "ai-001", "month": "2026-10", "version": "1.0", "organisation": OID, "attempts": 100}
GOOD |= {"studies": 90, "declined": 4, "errors_network": 2, "results.effusion.decided": 90}


def parsed(rows):
    """What the rows come to."""
    return parse_declared(rows, device="ai-001", month=OCTOBER, findings=DEVICE.findings)


def as_csv(*rows, keys=KEYS, delimiter=";", coding="utf-8"):
    """Rows as a CSV file."""
    lines = [delimiter.join(keys), *(delimiter.join(str(row.get(key, "")) for key in keys) for row in rows)]
    return "\r\n".join(lines).encode(coding)


def as_json(*rows):
    """Rows as a JSON file."""
    return json.dumps({"device": "ai-001", "month": "2026-10", "rows": list(rows)}).encode()


def as_xlsx(*rows, keys=KEYS):
    """Rows as a workbook that another program writes."""
    book = openpyxl.Workbook()
    book.active.append(keys)
    for row in rows:
        book.active.append([row.get(key) for key in keys])
    page = BytesIO()
    book.save(page)
    return page.getvalue()


def faults(*rows, **how):
    """What is wrong with rows, as (line, column, code)."""
    found = parsed(read_rows(as_csv(*rows, **how), "csv"))
    assert isinstance(found, list)
    assert {problem(wrong.code).status for wrong in found} == {422}
    return [(wrong.line, wrong.column, wrong.code) for wrong in found]


@pytest.mark.parametrize("form, body", [
    ("csv", as_csv(GOOD)),
    ("csv", as_csv(GOOD, delimiter=",")),
    ("csv", as_csv(GOOD, delimiter="\t", coding="utf-8-sig")),
    ("csv", b"# remark; of ours\r\n" + as_csv(GOOD)),
    ("json", as_json({key: value for key, value in GOOD.items() if key not in ("device", "month")})),
    ("xlsx", as_xlsx(GOOD)),
], ids=["semicolon", "comma", "tab and mark", "remark", "json", "xlsx"])  # fmt: skip
def test_every_format_says_the_same(form, body):
    """The same month, whichever program wrote it."""
    (row,) = parsed(read_rows(body, form)).rows
    assert {key: row[key] for key in GOOD} == GOOD
    assert row.get("errors_processing", 0) == 0


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_a_template_filled_in_is_taken(form, language):
    """Its headings are words, not keys; what it holds already is about this device and month."""
    body = render_template(form, COLUMNS, device="ai-001", month=OCTOBER, language=language)
    rows = read_rows(body, form)
    assert isinstance(parsed(rows), list)
    filled = {"version": "1.0", "organisation": OID, "attempts": "7", "studies": "7"}
    keys = [*rows[0].cells] if form == "json" else KEYS
    cells = tuple(
        filled.get(key, cell) for key, cell in zip(keys, [*rows[1].cells, *[""] * 99], strict=False)
    )
    assert sums(parsed([rows[0], type(rows[0])(2, cells)]).rows)["studies"] == 7


def test_a_spreadsheet_in_windows_coding_is_read():
    """Russian headings in Windows-1251, numbers with spaces between thousands and a comma before zeros."""
    names = [column.heading.ru for column in COLUMNS]
    row = dict(zip(names, ["ai-001", "01.10.2026", "1.0", OID, "1 234", "1\u00a0200,0"], strict=False))
    (found,) = parsed(read_rows(as_csv(row, keys=names, coding="cp1251"), "csv")).rows
    assert (found["month"], found["attempts"], found["studies"]) == ("2026-10", 1234, 1200)


@pytest.mark.parametrize("text, month", [
    ("2026-10", "2026-10"), ("10.2026", "2026-10"), ("2026-10-31T00:00:00", "2026-10"), ("46310", "2026-10"),
    ("2026-13", None), ("октябрь", None), ("", None),
])  # fmt: skip
def test_a_month_is_read_however_a_spreadsheet_writes_it(text, month):
    """As a month, a date, a serial number; nothing is guessed."""
    assert read_month(text) == month


WRONG = {
    "count": ({"studies": "-1"}, "studies", "declared.count"),
    "fraction": ({"studies": "1.5"}, "studies", "declared.count"),
    "absent": ({"attempts": ""}, "attempts", "declared.absent"),
    "version": ({"version": "newest"}, "version", "declared.version"),
    "clinic": ({"organisation": "77"}, "organisation", "declared.oid"),
    "month": ({"month": "October"}, "month", "declared.month"),
    "other month": ({"month": "2026-09"}, "month", "declared.other-month"),
    "other device": ({"device": "ai-002"}, "device", "declared.other-device"),
    "long": ({"version": "1" * 300}, "version", "declared.long"),
    "more than received": ({"studies": 97}, "studies", "declared.more-than-received"),
    "more than decided": (
        {"results.effusion.positives": 91},
        "results.effusion.positives",
        "declared.more-than-decided",
    ),
}


@pytest.mark.parametrize("change, column, code", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_cell_is_named_by_line_and_column(change, column, code):
    """One fault, one place."""
    assert faults(GOOD | change) == [(2, column, code)]


def test_all_faults_are_told_at_once():
    """Every line is looked at, and every cell of it."""
    second = GOOD | {"version": "1.1", "studies": "x", "month": "y"}
    third = dict(GOOD)
    assert faults(GOOD, second, third) == [
        (3, "month", "declared.month"),
        (3, "studies", "declared.count"),
        (4, "organisation", "declared.row-twice"),
    ]


def test_headings_are_the_templates():
    """Unknown, repeated and missing ones; a value where no heading stands; no lines at all."""
    assert faults(GOOD, keys=[*KEYS, "mood"]) == [(1, letters(len(KEYS)), "declared.heading")]
    assert faults(GOOD, keys=[*KEYS, "studies"]) == [(1, "studies", "declared.heading-twice")]
    fewer = [key for key in KEYS if key != "version"]
    assert faults(GOOD, keys=fewer) == [(1, "version", "declared.heading-missing")]
    assert faults() == [(0, "", "declared.empty")]
    assert faults(GOOD | {"": "x"}, keys=[*KEYS, ""]) == [(2, letters(len(KEYS)), "declared.cell-beyond")]
    beyond = as_csv(GOOD) + b";x"
    assert parsed(read_rows(beyond, "csv"))[0].code == "declared.cell-beyond"


def test_a_formula_is_no_declaration():
    """Neither its text nor its remembered result is taken; a text that looks like one is no version."""
    (wrong,) = parsed(read_rows(as_xlsx(GOOD | {"studies": "=1+1"}), "xlsx"))
    assert (wrong.line, wrong.column, wrong.code) == (2, "studies", "declared.formula")
    assert faults(GOOD | {"version": "'=cmd|1"}) == [(2, "version", "declared.version")]


def refused(body, form):
    """The code with which a file is refused whole."""
    with pytest.raises(Unreadable) as error:
        read_rows(body, form)
    return error.value.code


def zipped(**parts):
    """An archive with these parts."""
    page = BytesIO()
    with ZipFile(page, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return page.getvalue()


def hostile(part, text):
    """A workbook of ours with one part replaced."""
    page = BytesIO()
    with ZipFile(BytesIO(as_xlsx(GOOD))) as good, ZipFile(page, "w", ZIP_DEFLATED) as bad:
        for name in good.namelist():
            bad.writestr(name, text if name == part else good.read(name))
    return page.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'


@pytest.mark.parametrize("body, form, code", [
    (b"\x00" * 10, "xlsx", "declared.file"),
    (b"PK\x03\x04broken", "xlsx", "declared.file"),
    (zipped(**{"a.txt": "x"}), "xlsx", "declared.file"),
    (zipped(**{f"{n}.xml": "" for n in range(300)}), "xlsx", "declared.file-size"),
    (hostile(SHEET, ENTITIES), "xlsx", "declared.file"),
    (hostile(SHEET, ENTITIES.encode("utf-16")), "xlsx", "declared.file"),
    (hostile(SHEET, " " * 9_000_000), "xlsx", "declared.file-size"),
    (hostile(SHEET, "<a/>" * 400_001), "xlsx", "declared.file-size"),
    (hostile("xl/workbook.xml", "<workbook/>"), "xlsx", "declared.file"),
    (b"x" * (FILE_MAX + 1), "csv", "declared.file-size"),
    (b"a;b\r\n" * 20_001, "csv", "declared.file-size"),
    (b'"open', "csv", "declared.file"),
    (b"\x98", "csv", "declared.file"),
    (b"[" * 100_000, "json", "declared.file"),
    (b'{"device":"a","month":"b","rows":' + b"[" + b"{}," * 20_001 + b"{}]}", "json", "declared.file-size"),
    (as_json({str(n): 1 for n in range(700)}), "json", "declared.file-size"),
    (b"x", "pdf", "declared.format"),
], ids=[
    "noise", "cut", "no workbook", "many parts", "entities", "hidden entities", "large part", "many tags",
    "no sheet", "large", "many lines", "open quote", "no letter", "deep", "many rows", "many columns", "pdf",
])  # fmt: skip
def test_a_hostile_or_broken_file_is_refused_whole(body, form, code):
    """Bombs, entities, broken archives, other formats: a code, and never more memory than allowed."""
    assert refused(body, form) == code
    assert problem(code).status in (413, 415, 422)


def test_a_sheet_is_read_as_programs_differ_in_writing_it():
    """Texts in place, runs of rich text, cells without an address, columns left out, an absolute path."""
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="3"><c t="inlineStr"><is><r><t>de</t></r><r><t>vice</t></r></is></c>'
        '<c r="C3"><v>5</v></c></row>'
        "</sheetData></worksheet>"
    )
    (row,) = read_rows(hostile(SHEET, sheet), "xlsx")
    assert (row.number, row.cells) == (3, ("device", "", "5"))
    wide = sheet.replace('"C3"', '"ZZ3"')
    assert refused(hostile(SHEET, wide), "xlsx") == "declared.file-size"


def test_declared_and_counted_stand_beside_each_other():
    """Two numbers a column and their difference; what neither speaks of is not shown."""
    rows = parsed(read_rows(as_csv(GOOD), "csv")).rows
    beside = {one.key: (one.declared, one.counted, one.difference) for one in compare(rows, october())}
    assert beside["studies"] == (90, 130, -40)
    assert beside["errors_processing"] == (0, 3, -3)
    assert beside["results.effusion.decided"] == (90, 90, 0)
    assert "results.effusion.tn" not in beside


@pytest.mark.parametrize("spoil", ["text beyond the list", "text below zero", "another compression"])
def test_a_workbook_that_points_nowhere_is_refused_and_breaks_nothing(spoil):
    """A shared text that is not there, counted from the end, a part in a coding no spreadsheet writes."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    number = {"text beyond the list": "7", "text below zero": "-1"}.get(spoil, "0")
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/'
        '2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<R><Relationship Id="r1" Target="a.xml"/></R>',
        "xl/sharedStrings.xml": f'<sst xmlns="{main}"><si><t>x</t></si></sst>',
        "xl/a.xml": f'<worksheet xmlns="{main}"><sheetData><row><c t="s"><v>{number}</v></c></row>'
        "</sheetData></worksheet>",
    }
    held = BytesIO()
    with ZipFile(held, "w", ZIP_LZMA if "compression" in spoil else ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name, text)
    with pytest.raises(Unreadable) as refused:
        read_xlsx(held.getvalue())
    assert refused.value.code == "declared.file"
