# SPDX-License-Identifier: Apache-2.0
"""The yearly clinical monitoring report: what it holds, what of it rows alone say, its body and its hash.

Every figure names the cells of the rollup it was counted from, or the numbers of the events, signals and
cases behind it.  Shares and rates are texts of four decimals, so that the body has canonical bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from typing import Any, Final, Literal

import msgspec

from nadzor.base.problems import Text
from nadzor.measures.rollup import ALL, Row
from nadzor.statutory.monitoring_progress import Progress
from nadzor_wire.canonical import canonical

FORM: Final = "order-1113n-monitoring"
FORMAT: Final = 1
LAYOUT: Final = "nadzor monitoring; not the regulator's official format"
PER: Final = 1000
"""Rates are given per this many processed studies."""

Section = Literal["use", "efficacy", "safety", "followed", "analogues"]
SECTIONS: Final[tuple[Section, ...]] = ("use", "efficacy", "safety", "followed", "analogues")
SPLIT: Final[Mapping[str, str]] = {"failed": "stage", "faults": "stage", "reviews": "verdict"}
PLAIN: Final = ("studies", "processed", "declined")
VIEWS: Final = ("agree", "disagree")
OUTCOMES: Final = ("tp", "fn", "tn", "fp")
SCORES: Final = ("score_present", "score_absent")
PAIRS: Final[tuple[tuple[str, str], ...]] = (
    *((measure, ALL) for measure in (*PLAIN, *VIEWS, *OUTCOMES, *SCORES)),
    *SPLIT.items(),
    *((measure, "selection") for measure in (*OUTCOMES, *SCORES, "labels")),
)
"""Every measure and dimension that the report reads."""


class Origin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The cells a figure was counted from; the days are those of the report."""

    measure: str
    dimension: str = ALL
    stratum: str = ""
    version: str = ""
    finding: str = ""


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A share 0..1, an area or a rate per thousand, with its 95 % limits; four decimals each."""

    value: str
    low: str
    high: str


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """What the register says of a figure, and what the labels of the year say of that claim.

    Units: value and lower_bound are shares of four decimals; unfair are labels that were neither all nor a
    random part of the studies, which decide nothing.
    """

    value: str
    lower_bound: str
    outcome: str
    reason: str = ""
    unfair: int = 0
    selections: tuple[str, ...] = ()


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the report: `n` counted, `of` so many, the estimate, the claim, and the way back.

    `part` is the stratum, the metric or the code that the line is about; `refs` are numbers of events,
    signals and cases.  An empty version or finding: not split by it.
    """

    section: Section
    key: str
    n: int
    of: int | None = None
    version: str = ""
    finding: str = ""
    part: str = ""
    estimate: Estimate | None = None
    declared: Declared | None = None
    origins: tuple[Origin, ...] = ()
    refs: tuple[str, ...] = ()


class PlanFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The plan the report answers: its edition, since when, and its minimum number of subjects."""

    edition: int
    since: date
    sample_size: int | None = None


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """The device as the register names it, and the names of its findings."""

    code: str
    name: Text
    number: str
    registered_on: date
    findings: dict[str, Text] = {}


class YearReport(msgspec.Struct, frozen=True, kw_only=True):
    """The report of one device for one calendar year, as known at the end of a day.

    `edition` is the edition of the form; `in_force` whether any edition was in force for this device.
    Days are [first, after).
    """

    device: Subject
    year: int
    first: date
    after: date
    known_by: date
    edition: str
    in_force: bool
    plan: PlanFacts | None
    progress: Progress | None
    figures: tuple[Figure, ...]
    v: int = FORMAT
    form: str = FORM
    layout: str = LAYOUT

    def section(self, name: str) -> tuple[Figure, ...]:
        """The figures of a section, in order."""
        return tuple(figure for figure in self.figures if figure.section == name)


def body(report: YearReport) -> dict[str, Any]:
    """The report as JSON values with canonical bytes."""
    told: dict[str, Any] = msgspec.to_builtins(report, order="sorted")
    return told


def from_body(told: Mapping[str, Any]) -> YearReport:
    """A report as it was kept.

    Raises: msgspec.ValidationError for a body of another format.
    """
    return msgspec.convert(told, YearReport)


def digest(told: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """SHA-256 of a body and of the hand-written parts beside it: what a signature is put under.

    Method: RFC 8785 bytes, SHA-256 in hex.
    """
    return sha256(canonical({"report": dict(told), "words": dict(words)})).hexdigest()


def of_year(rows: Iterable[Row], *, device: str, first: date, after: date, known_by: date) -> list[Row]:
    """The rows the report is about: of this device, of these days, known by the end of a day."""
    wanted = set(PAIRS)
    return [
        row
        for row in rows
        if row.device == device
        and first <= row.day < after
        and row.known <= known_by
        and (row.measure, row.dimension) in wanted
    ]


def use_figures(rows: Iterable[Row]) -> list[Figure]:
    """How the device was used: studies by version, sites, failures by stage, physicians' verdicts."""
    counted = list(rows)
    whole, by_version = _totals(counted), _versions(counted)
    found = [_plain(measure, whole[measure, ""]) for measure in PLAIN]
    found.append(Figure(section="use", key="sites", n=_sites(counted), origins=(Origin(measure="studies"),)))
    found += [_plain("studies", n, version) for version, n in sorted(by_version.items())]
    for measure, dimension in SPLIT.items():
        strata = sorted(part for name, part in whole if name == measure and part)
        found += [_part(measure, dimension, part, whole[measure, part]) for part in strata]
    return [figure for figure in found if figure.n or not (figure.part or figure.version)]


def processed(rows: Iterable[Row], version: str | None = None) -> int:
    """How many studies were processed: what rates are given per."""
    return sum(
        row.n
        for row in rows
        if (row.measure, row.dimension) == ("processed", ALL) and version in (None, row.version)
    )


def _totals(rows: Iterable[Row]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if SPLIT.get(row.measure, ALL) == row.dimension:
            found[row.measure, row.stratum] += row.n
    return found


def _versions(rows: Iterable[Row]) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        if (row.measure, row.dimension) == ("studies", ALL) and row.version:
            found[row.version] += row.n
    return found


def _sites(rows: Iterable[Row]) -> int:
    found: Counter[str] = Counter()
    for row in rows:
        if (row.measure, row.dimension) == ("studies", ALL):
            found[row.site] += row.n
    return sum(n > 0 for n in found.values())


def _plain(measure: str, n: int, version: str = "") -> Figure:
    origin = Origin(measure=measure, version=version)
    return Figure(section="use", key=measure, version=version, n=n, origins=(origin,))


def _part(measure: str, dimension: str, part: str, n: int) -> Figure:
    origin = Origin(measure=measure, dimension=dimension, stratum=part)
    return Figure(section="use", key=measure, part=part, n=n, origins=(origin,))
