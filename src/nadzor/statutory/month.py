# SPDX-License-Identifier: Apache-2.0
"""The month of one device: rollup rows in, one line a version and site out.

Only counts are kept: the lines are what the rows add up to, so their order and their split do not matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

import msgspec

from nadzor.base.interval import Month
from nadzor.base.problems import Text
from nadzor.law.form import FormEdition
from nadzor.measures.rollup import ALL, Row
from nadzor.statutory.words import error_kinds

FORM = "order-4472"
PLAIN = ("studies", "processed", "declined")
OF_FINDING = ("decided", "positives", "agree", "disagree", "tp", "fp", "fn", "tn")
SPLIT = {"failed": "stage", "faults": "stage", "reviews": "verdict"}
MEASURES: dict[str, str] = dict.fromkeys((*PLAIN, *OF_FINDING), ALL) | SPLIT
"""Every measure the month reads, with the one dimension it is read in."""

Counts = Counter[tuple[str, str, str]]
"""Counts by (measure, stratum, finding)."""


class DeviceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the register says of the device; `versions` are those in the register by the end of the month."""

    code: str
    name: Text
    number: str
    registered_on: date
    field: Text
    solution_type: Text
    versions: frozenset[str]
    findings: dict[str, Text] = {}


class FindingResults(msgspec.Struct, frozen=True, kw_only=True):
    """What the device decided about one finding, what physicians said, what proved true.  All counts."""

    decided: int = 0
    positives: int = 0
    agree: int = 0
    disagree: int = 0
    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One version at one site.  `registered` is None when the events named no version.

    Units: attempts are studies received; studies those processed; all others counts of their kind.
    """

    version: str
    registered: bool | None
    site: str
    attempts: int
    studies: int
    declined: int
    findings: dict[str, FindingResults]
    reviews: dict[str, int]
    errors: dict[str, int]


class MonthReport(msgspec.Struct, frozen=True, kw_only=True):
    """The filled form: facts, month, edition, the day up to which rows were known, and the lines."""

    device: DeviceFacts
    month: Month
    edition: FormEdition
    known_by: date
    lines: tuple[Line, ...]

    @property
    def total(self) -> Line:
        """All lines added up: what the device did in the month, wherever it did it."""
        return _add(self.lines)


def month_report(
    rows: Iterable[Row], device: DeviceFacts, month: Month, *, edition: FormEdition, known_by: date
) -> MonthReport:
    """The month of a device from its rollup rows; other devices, other months and later news are left out.

    Law: Order 4472, in the edition given; a period is reported by the edition in force on its first day.
    Why: a day of knowledge makes the report repeatable: what arrives later changes a later report only.
    """
    by_version = "version" in edition.fields
    days = month.days
    cells: dict[tuple[str, str], Counts] = {}
    for row in rows:
        if MEASURES.get(row.measure) != row.dimension or row.device != device.code:
            continue
        if row.known <= known_by and days.start <= row.day < days.stop:
            key = (row.version if by_version else "", row.site)
            cells.setdefault(key, Counter())[row.measure, row.stratum, row.finding] += row.n
    lines = (_line(version, site, counts, device) for (version, site), counts in sorted(cells.items()))
    return MonthReport(
        device=device,
        month=month,
        edition=edition,
        known_by=known_by,
        lines=tuple(line for line in lines if _says_something(line)),
    )


def _line(version: str, site: str, counts: Counts, device: DeviceFacts) -> Line:
    return Line(
        version=version,
        registered=version in device.versions if version else None,
        site=site,
        attempts=counts["studies", "", ""],
        studies=counts["processed", "", ""],
        declined=counts["declined", "", ""],
        findings=_findings(counts),
        reviews=_strata(counts, "reviews"),
        errors=_errors(counts),
    )


def _findings(counts: Counts) -> dict[str, FindingResults]:
    named = sorted({finding for (measure, _, finding), n in counts.items() if measure in OF_FINDING and n})
    return {
        finding: FindingResults(**{measure: counts[measure, "", finding] for measure in OF_FINDING})
        for finding in named
    }


def _strata(counts: Counts, measure: str) -> dict[str, int]:
    return {stratum: n for (name, stratum, _), n in sorted(counts.items()) if name == measure and n}


def _errors(counts: Counts) -> dict[str, int]:
    found = {}
    for name, kind in error_kinds().items():
        studies = sum(counts["failed", stage, ""] for stage in kind.failed)
        found[name] = studies + sum(counts["faults", stage, ""] for stage in kind.faults)
    return found


def _says_something(line: Line) -> bool:
    plain = (line.attempts, line.studies, line.declined, *line.errors.values())
    return any(plain) or bool(line.findings) or bool(line.reviews)


def _add(lines: Iterable[Line]) -> Line:
    whole: Counter[str] = Counter()
    errors: Counter[str] = Counter(dict.fromkeys(error_kinds(), 0))
    reviews: Counter[str] = Counter()
    findings: dict[str, Counter[str]] = {}
    for line in lines:
        for name in ("attempts", "studies", "declined"):
            whole[name] += getattr(line, name)
        _grow(errors, line.errors)
        _grow(reviews, line.reviews)
        for finding, results in line.findings.items():
            _grow(findings.setdefault(finding, Counter()), msgspec.structs.asdict(results))
    return Line(
        version="",
        registered=None,
        site="",
        attempts=whole["attempts"],
        studies=whole["studies"],
        declined=whole["declined"],
        findings={finding: FindingResults(**counts) for finding, counts in sorted(findings.items())},
        reviews=dict(sorted(reviews.items())),
        errors=dict(errors),
    )


def _grow(sums: Counter[str], counts: dict[str, int]) -> None:
    for name, n in counts.items():
        sums[name] += n
