# SPDX-License-Identifier: Apache-2.0
"""The files of a yearly report: one hash, inert cells, words for everything, bytes without a clock."""

from __future__ import annotations

import csv
import json
from datetime import date
from io import BytesIO, StringIO

from openpyxl import load_workbook

from nadzor.base.problems import Text
from nadzor.law.form import forms
from nadzor.statutory.monitoring_files import render_csv, render_json, render_xlsx
from nadzor.statutory.monitoring_progress import progress
from nadzor.statutory.monitoring_report import (
    FORM,
    Declared,
    Estimate,
    Figure,
    Origin,
    PlanFacts,
    Subject,
    YearReport,
    body,
    digest,
    from_body,
)
from nadzor.statutory.monitoring_table import COLUMNS
from nadzor.statutory.monitoring_words import words as labels
from tests.monitoring_samples import WORDS

SHARE = Estimate(value="0.9000", low="0.8238", high="0.9510")
DECLARED = Declared(value="0.9100", lower_bound="0.8700", outcome="untestable", reason="interval")


def sample() -> YearReport:
    """A report with one line of every kind and a part that begins like a formula."""
    subject = Subject(
        code="ai-901", name=Text("Лучик", "Luchik"), number="РЗН 2025/90901", registered_on=date(2025, 3, 3),
        findings={"nodule": Text("Узел", "Nodule")},
    )  # fmt: skip
    figures = (
        Figure(section="use", key="failed", part="network", n=3, origins=(Origin(measure="failed"),)),
        Figure(section="efficacy", key="claim", part="sensitivity", finding="nodule", n=100, estimate=SHARE,
               declared=DECLARED),
        Figure(section="safety", key="code", part="=A01 e1", n=1, of=390, refs=("AE-1",)),
    )  # fmt: skip
    so_far = progress(
        [], device="ai-901", target=4, since=date(2025, 3, 3), today=date(2026, 1, 1), ends=None
    )
    return YearReport(
        device=subject, year=2025, first=date(2025, 1, 1), after=date(2026, 1, 1),
        known_by=date(2026, 1, 11), edition="annex-5-2020", in_force=True, figures=figures,
        plan=PlanFacts(edition=1, since=date(2025, 3, 3), sample_size=4), progress=so_far,
    )  # fmt: skip


def test_json_carries_the_hash_of_report_and_words() -> None:
    """Whoever takes the hash out can compute it from the rest; a changed word is another hash."""
    told = json.loads(render_json(sample(), WORDS))
    assert told["hash"] == digest(told["report"], told["words"]) == digest(body(sample()), WORDS)
    assert digest(body(sample()), {**WORDS, "sales": "13"}) != told["hash"]


def test_a_kept_report_reads_back_whole() -> None:
    """The body of a report is the report."""
    assert from_body(json.loads(json.dumps(body(sample())))) == sample()


def test_csv_has_a_row_a_figure_and_no_formula() -> None:
    """Every figure has its row under named columns; a part that begins like a formula is disarmed."""
    lines = list(csv.reader(StringIO(render_csv(sample(), WORDS, "en").decode())))
    assert len(lines) == 4 and len(lines[0]) == len(COLUMNS)
    assert lines[3][2] == "'=A01 e1"
    assert lines[2][12] == "not testable by these data: the interval is still wide"
    assert lines[1][2] == "network" and lines[2][4] == "Nodule"


def test_the_workbook_has_no_clock_and_every_sheet() -> None:
    """Two renderings are the same bytes; facts, figures, words and fields each have a sheet."""
    page = render_xlsx(sample(), WORDS, "ru")
    assert page == render_xlsx(sample(), WORDS, "ru")
    book = load_workbook(BytesIO(page))
    assert book.sheetnames == ["Сведения", "Показатели", "Разделы, написанные людьми", "Поля и источники"]
    assert digest(body(sample()), WORDS) in [cell.value for cell in book["Сведения"]["B"]]
    fields = forms()[FORM].editions["annex-5-2020"].fields
    assert book["Поля и источники"].max_row == len(fields)


def test_every_word_is_said_in_both_languages() -> None:
    """No label of the report is empty or left in one language."""
    assert all(text.ru and text.en for text in labels().values())
    assert {key.split(".")[0] for key in labels()} >= {"section", "column", "outcome", "reason", "word"}
