# SPDX-License-Identifier: Apache-2.0
"""The report as a CSV file: one heading row, one row a version and site."""

from __future__ import annotations

import csv
from io import StringIO

from nadzor.statutory.month import MonthReport
from nadzor.statutory.table import columns, inert

MEDIA_TYPE = "text/csv; charset=utf-8"


def render_csv(report: MonthReport, language: str = "ru") -> bytes:
    """Comma-separated values by RFC 4180, UTF-8 without a byte order mark; no cell reads as a formula."""
    page = StringIO()
    writer = csv.writer(page)
    table = columns(report, language)
    writer.writerow(inert(column.heading.in_language(language)) for column in table)
    for line in report.lines:
        writer.writerow(inert(column.answer(line)) for column in table)
    return page.getvalue().encode()
