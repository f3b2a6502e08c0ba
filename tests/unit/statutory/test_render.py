# SPDX-License-Identifier: Apache-2.0
"""The report as files: complete, repeatable, in both languages, and without formulas."""

from __future__ import annotations

import csv
import json
from hashlib import sha256
from io import BytesIO, StringIO

import msgspec
import pytest
from openpyxl import load_workbook

from nadzor.base.problems import Text
from nadzor.law.form import edition_named
from nadzor.statutory.body import digest
from nadzor.statutory.month import FORM, MonthReport, month_report
from nadzor.statutory.render_csv import render_csv
from nadzor.statutory.render_json import render_json
from nadzor.statutory.render_xlsx import render_xlsx
from nadzor.statutory.table import columns, inert
from nadzor_wire.canonical import canonical
from tests.unit.statutory.months import DEVICE, KNOWN, OCTOBER, ROWS, october


def _csv(report: MonthReport, language: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(render_csv(report, language).decode(), newline="")))


def test_the_json_carries_its_own_proof() -> None:
    """Without its hash the JSON file hashes to that hash: no tool of ours is needed."""
    told = json.loads(render_json(october()))
    stated = told.pop("hash")
    assert sha256(canonical(told)).hexdigest() == stated == digest(october())


def test_the_json_says_it_is_not_official() -> None:
    """The file names its layout, its edition and how far that edition is verified."""
    told = json.loads(render_json(october()))
    assert "not the regulator's official format" in told["layout"]
    assert (told["edition"], told["edition_status"]) == ("extended-2026", "unverified")
    assert told["facts"]["period"] == {"from": "2026-10-01", "to": "2026-10-31"}


def test_csv_rows_are_lines_in_both_languages() -> None:
    """Every line is a row; the headings are those of the order's fields in the reader's language."""
    first, second = _csv(october(), "ru")
    assert first["Количество обработанных исследований"] == "90"
    assert first["Отметка о версии"] == "зарегистрирована"
    assert second["Отметка о версии"] == "незарегистрированная версия"
    assert second["ИНН или OID медицинской организации"] == "s-2"
    assert first["Тип решения на основе ИИ"] == "диагностика"
    english = _csv(october(), "en")[0]
    assert english["Device name"] == "Lung helper"
    assert english["Results of the device's action: Pleural Effusion: positive"] == "30"
    assert english["Errors of other kinds: crashes and interruptions of work"] == "5"


@pytest.mark.parametrize("edition", ["draft-2025", "final-2025", "extended-2026"])
def test_every_field_of_every_edition_has_a_column(edition: str) -> None:
    """No field of an edition is lost in the table, and no two columns share a heading."""
    chosen = edition_named(FORM, edition)
    report = month_report(ROWS, DEVICE, OCTOBER, edition=chosen, known_by=KNOWN)
    for language in ("ru", "en"):
        heads = [column.heading.in_language(language) for column in columns(report, language)]
        assert len(set(heads)) == len(heads)
        for key, field in chosen.fields.items():
            assert key == "period" or any(
                head.startswith(field.label.in_language(language)) for head in heads
            )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " ="])
def test_no_cell_is_a_formula(start: str) -> None:
    """A text that begins like a formula is made inert in CSV and XLSX; numbers stay numbers."""
    name = start + "HYPERLINK(1)"
    report = october(device=msgspec.structs.replace(DEVICE, name=Text(ru=name, en=name)))
    assert _csv(report, "en")[0]["Device name"] == "'" + name
    sheet = load_workbook(BytesIO(render_xlsx(report, "en"))).worksheets[1]
    assert sheet["A2"].data_type == "s"
    assert str(sheet["A2"].value).startswith("'")
    assert inert(-1) == -1


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_workbook_is_repeatable(language: str) -> None:
    """The same report in the same language is the same bytes."""
    assert render_xlsx(october(), language) == render_xlsx(october(), language)


def test_the_workbook_holds_facts_lines_and_sources() -> None:
    """Three sheets: the facts with the hash, the lines with their total, the fields with their sources."""
    facts, lines, fields = load_workbook(BytesIO(render_xlsx(october(), "en"))).worksheets
    assert digest(october()) in [row[1] for row in facts.iter_rows(values_only=True)]
    rows = list(lines.iter_rows(values_only=True))
    at = rows[0].index("Studies processed")
    assert [row[at] for row in rows[1:]] == [90, 40, 130]
    assert rows[3][0] == "Total"
    sources = list(fields.iter_rows(values_only=True))
    assert len(sources) == 1 + len(october().edition.fields)
    assert ("6. AI solution type", "unverified") in [row[:2] for row in sources]
