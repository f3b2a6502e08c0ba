# SPDX-License-Identifier: Apache-2.0
"""A small month for tests: one device, two versions, two sites, one finding."""

from __future__ import annotations

from datetime import date

from nadzor.base.interval import Month
from nadzor.base.problems import Text
from nadzor.law.form import edition_on
from nadzor.measures.rollup import Row
from nadzor.statutory.month import FORM, DeviceFacts, MonthReport, month_report

OCTOBER = Month(2026, 10)
KNOWN = date(2026, 11, 21)
EDITION = edition_on(FORM, OCTOBER.first)
DEVICE = DeviceFacts(
    code="ai-001",
    name=Text(ru="Лёгочный помощник", en="Lung helper"),
    number="РЗН 2025/25937",
    registered_on=date(2025, 7, 24),
    field=Text(ru="лучевая диагностика", en="radiology"),
    solution_type=Text(ru="диагностика", en="diagnostics"),
    versions=frozenset({"1.0"}),
    findings={"effusion": Text(ru="Плевральный выпот", en="Pleural Effusion")},
)


def row(measure: str, n: int, *, day: int = 5, version: str = "1.0", site: str = "s-1", **more: str) -> Row:
    """A row of October, known the day after."""
    first = date(2026, 10, day)
    return Row(first, first.replace(day=day + 1), "ai-001", version, site=site, measure=measure, n=n, **more)


ROWS = [
    row("studies", 100),
    row("processed", 90),
    row("declined", 4),
    row("failed", 6),
    row("failed", 2, dimension="stage", stratum="network"),
    row("failed", 3, dimension="stage", stratum="processing"),
    row("failed", 1, dimension="stage", stratum="input"),
    row("faults", 5, dimension="stage", stratum="processing"),
    row("decided", 90, finding="effusion"),
    row("positives", 30, finding="effusion"),
    row("agree", 70, finding="effusion"),
    row("disagree", 10, finding="effusion"),
    row("tp", 9, finding="effusion"),
    row("reviews", 75, dimension="verdict", stratum="accepted"),
    row("studies", 40, version="1.1", site="s-2", day=9),
    row("processed", 40, version="1.1", site="s-2", day=9),
]


def october(
    rows: list[Row] | None = None, *, device: DeviceFacts = DEVICE, known_by: date = KNOWN
) -> MonthReport:
    """October of the test device."""
    return month_report(ROWS if rows is None else rows, device, OCTOBER, edition=EDITION, known_by=known_by)
