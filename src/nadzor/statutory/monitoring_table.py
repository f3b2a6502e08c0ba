# SPDX-License-Identifier: Apache-2.0
"""The yearly report as one flat table, a row a figure, and its facts as pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from nadzor.statutory.monitoring_report import Figure, Origin, YearReport, body, digest
from nadzor.statutory.monitoring_words import outcome, part, said, what
from nadzor.statutory.table import Cell
from nadzor.workdays.calendar import ONE_DAY

COLUMNS: Final = (
    "section", "what", "part", "version", "finding", "n", "of", "estimate", "low", "high", "declared",
    "bound", "outcome", "refs", "origins",
)  # fmt: skip


def cells(report: YearReport, language: str) -> Iterator[list[Cell]]:
    """The figures, each as the cells of `COLUMNS`."""
    for figure in report.figures:
        yield _cells(report, figure, language)


def facts(report: YearReport, words: Mapping[str, str], language: str) -> list[tuple[str, Cell]]:
    """What the report is about, its hash, and what must be known to read it."""
    device, plan, progress = report.device, report.plan, report.progress
    last = report.after - ONE_DAY
    wanted = plan.sample_size if plan and plan.sample_size else "—"
    told: list[tuple[str, Cell]] = [
        ("device", device.code),
        ("name", device.name.in_language(language)),
        ("number", device.number),
        ("registered_on", device.registered_on.isoformat()),
        ("period", f"{report.first.isoformat()} – {last.isoformat()}"),
        ("known_by", report.known_by.isoformat()),
        ("edition", report.edition),
        ("in_force", said("yes" if report.in_force else "no", language)),
        ("plan", plan.edition if plan else "—"),
        ("sample", f"{progress.reached if progress else 0} / {wanted}"),
        ("hash", digest(body(report), words)),
    ]
    notes = ("layout", "rates", "sales")
    pairs = [(said(f"fact.{key}", language), cell) for key, cell in told]
    return [*pairs, *((said(f"fact.{key}", language), "") for key in notes)]


def origin_words(origin: Origin) -> str:
    """The cells behind a figure, in the catalogue's own names."""
    parts = (origin.measure, origin.dimension, origin.stratum)
    return " / ".join(part for part in parts if part)


def _cells(report: YearReport, figure: Figure, language: str) -> list[Cell]:
    estimate, declared = figure.estimate, figure.declared
    named = report.device.findings.get(figure.finding)
    return [
        said(f"section.{figure.section}", language), what(figure, language), part(figure, language),
        figure.version, named.in_language(language) if named else figure.finding,
        figure.n, figure.of if figure.of is not None else "",
        *((estimate.value, estimate.low, estimate.high) if estimate else ("", "", "")),
        declared.value if declared else "", declared.lower_bound if declared else "",
        outcome(figure, language), ", ".join(figure.refs),
        "; ".join(origin_words(origin) for origin in figure.origins),
    ]  # fmt: skip
