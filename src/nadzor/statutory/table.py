# SPDX-License-Identifier: Apache-2.0
"""The report as one flat table: a column a field, results and other errors spread out; a row a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import msgspec

from nadzor.base.problems import Text
from nadzor.statutory.body import fact, other_errors
from nadzor.statutory.month import OF_FINDING, FindingResults, Line, MonthReport
from nadzor.statutory.words import error_kinds, words

Cell = str | int
VERDICTS = ("accepted", "rejected", "modified", "supplemented", "not_reviewed")
START_OF_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Column(msgspec.Struct, frozen=True):
    """A column: its key, its heading, and how a line answers it.  `adds` tells counts, which have a total."""

    key: str
    heading: Text
    answer: Callable[[Line], Cell]
    adds: bool = True


def columns(report: MonthReport, language: str) -> list[Column]:
    """The columns of a report, in the edition's order."""
    return [column for key in report.edition.fields for column in _of_field(report, key, language)]


def inert(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula.

    Method: OWASP CSV injection: a text that begins like a formula gets an apostrophe before it.

    >>> inert("=1+1")
    "'=1+1"
    >>> inert(-3)
    -3
    """
    if isinstance(cell, str) and cell.lstrip(" ").startswith(START_OF_FORMULA):
        return "'" + cell
    return cell


def _of_field(report: MonthReport, key: str, language: str) -> Iterator[Column]:
    label = report.edition.fields[key].label
    match key:
        case "period":
            yield from _period(report)
        case "version":
            yield Column("version", label, lambda line: line.version, adds=False)
            yield Column(
                "version_mark", words()["version_mark"], partial(_mark, language=language), adds=False
            )
        case "studies":
            yield from _studies(label)
        case "results":
            yield from _results(report, label)
        case "errors_network" | "errors_processing":
            kind = key.removeprefix("errors_")
            yield Column(key, label, lambda line: line.errors[kind])
        case "errors_other":
            yield from _other_errors(report, label)
        case "organisation":
            yield Column("organisation", label, lambda line: line.site, adds=False)
        case _:
            yield Column(key, label, _constant(_fact(report, key, language)), adds=False)


def _period(report: MonthReport) -> Iterator[Column]:
    for key, day in (("from", report.month.first), ("to", report.month.days.last)):
        yield Column(f"period_{key}", words()[f"period_{key}"], _constant(day.isoformat()), adds=False)


def _studies(label: Text) -> Iterator[Column]:
    yield Column("studies", label, lambda line: line.studies)
    yield Column("attempts", words()["attempts"], lambda line: line.attempts)
    yield Column("declined", words()["declined"], lambda line: line.declined)


def _results(report: MonthReport, label: Text) -> Iterator[Column]:
    for finding in report.total.findings:
        name = report.device.findings.get(finding, Text(ru=finding, en=finding))
        for measure in OF_FINDING:
            heading = _joined(label, name, words()[measure])
            yield Column(
                f"results.{finding}.{measure}", heading, partial(_result, finding=finding, measure=measure)
            )
    for verdict in VERDICTS:
        heading = _joined(words()["reviews"], words()[verdict])
        yield Column(f"reviews.{verdict}", heading, partial(_review, verdict=verdict))


def _other_errors(report: MonthReport, label: Text) -> Iterator[Column]:
    for kind in other_errors(report.total):
        heading = _joined(label, error_kinds()[kind].label)
        yield Column(f"errors_other.{kind}", heading, partial(_error, kind=kind))


def _joined(*parts: Text) -> Text:
    return Text(ru=": ".join(part.ru for part in parts), en=": ".join(part.en for part in parts))


def _constant(cell: Cell) -> Callable[[Line], Cell]:
    return lambda line: cell


def _fact(report: MonthReport, key: str, language: str) -> str:
    told = fact(report, key)
    return str(told[language] if isinstance(told, dict) else told)


def _mark(line: Line, *, language: str) -> str:
    marks = {True: "registered", False: "unregistered", None: "not_stated"}
    return words()[marks[line.registered]].in_language(language)


def _result(line: Line, *, finding: str, measure: str) -> int:
    return int(getattr(line.findings.get(finding, FindingResults()), measure))


def _review(line: Line, *, verdict: str) -> int:
    return line.reviews.get(verdict, 0)


def _error(line: Line, *, kind: str) -> int:
    return line.errors[kind]
