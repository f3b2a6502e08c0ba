# SPDX-License-Identifier: Apache-2.0
"""The figures of a yearly report that need statistics: efficacy against claims, rates of events.  Pure.

Why here: the statutory room counts and does not judge; what labels say is asked of the claim check.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from msgspec import Struct

from nadzor.detect.claim_check.claim import Claim
from nadzor.detect.claim_check.detector import check
from nadzor.detect.claim_check.verdict import Verdict
from nadzor.detect.stats.auc import auc_of_counts
from nadzor.detect.stats.poisson_rate import count_bounds
from nadzor.detect.stats.proportion import Bounds, clopper_pearson
from nadzor.measures.rollup import ALL, Row
from nadzor.statutory.monitoring_report import (
    PER,
    SCORES,
    VIEWS,
    Declared,
    Estimate,
    Figure,
    Origin,
    Section,
    processed,
)

PAIRS: Final[Mapping[str, tuple[str, str]]] = {
    "sensitivity": ("tp", "fn"),
    "specificity": ("tn", "fp"),
    "auc": SCORES,
}
Counts = Counter[tuple[str, str, str]]


class EventFact(Struct, frozen=True, kw_only=True):
    """An adverse event as a report counts it; codes carry their edition, `A0101 imdrf-2022`."""

    number: str
    seriousness: str
    version: str
    codes: tuple[str, ...] = ()


class Followed(Struct, frozen=True, kw_only=True):
    """A signal or a case of the year: what it is, its number, and how it stands."""

    kind: str
    number: str
    state: str


class Others(Struct, frozen=True, kw_only=True):
    """Devices of the same field and kind: how many, of how many makers, their studies and events together."""

    devices: int
    makers: int
    processed: int
    events: int


def efficacy_figures(rows: Sequence[Row], claims: Sequence[Claim]) -> list[Figure]:
    """What labels say: each metric as measured, each claim as judged, how labels came, physicians' views.

    Method: sensitivity and specificity with limits of Clopper & Pearson 1934, the AUC with those of DeLong et
    al. 1988; claims by the claim check over this year's labels alone.  Agreement is not accuracy.
    """
    counts = _counts(rows)
    findings = sorted({finding for _, _, finding in counts})
    versions = sorted({version for _, version, _ in counts})
    measured = [
        figure
        for version in versions
        for finding in findings
        for metric in PAIRS
        if (figure := _measured(rows, counts, metric, version=version, finding=finding)) is not None
    ]
    judged = [_judged(verdict) for verdict in check(rows, claims=claims)] if claims else []
    return [*measured, *judged, *_selected(rows), *_agreed(counts, versions, findings)]


def safety_figures(events: Iterable[EventFact], rows: Sequence[Row]) -> list[Figure]:
    """Adverse events by seriousness, code and version, each with its rate per thousand processed studies.

    Method: exact limits of a Poisson count, Garwood 1936; a version's rate is over that version's studies.
    """
    told = sorted(events, key=lambda event: event.number)
    whole = processed(rows)
    found = [_rate("events", told, whole)]
    for seriousness in sorted({event.seriousness for event in told}):
        some = [event for event in told if event.seriousness == seriousness]
        found.append(_rate("seriousness", some, whole, part=seriousness))
    for code in sorted({code for event in told for code in event.codes}):
        found.append(_rate("code", [event for event in told if code in event.codes], whole, part=code))
    for version in sorted({event.version for event in told if event.version}):
        some = [event for event in told if event.version == version]
        found.append(_rate("version", some, processed(rows, version), version=version))
    return found


def followed_figures(followed: Iterable[Followed]) -> list[Figure]:
    """Signals and cases of the year by their state, with their numbers."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in followed:
        groups[one.kind, one.state].append(one.number)
    return [
        Figure(section="followed", key=kind, part=state, n=len(refs), refs=tuple(sorted(refs)))
        for (kind, state), refs in sorted(groups.items())
    ]


def analogue_figures(others: Others, *, floor: int) -> list[Figure]:
    """How many like devices there are and, where enough makers stand behind it, their rate of events.

    Units: floor is a number of makers; below it the rate is not shown, so that nobody reads a competitor.
    """
    found = [Figure(section="analogues", key="devices", n=others.devices)]
    if others.makers >= floor and others.processed > 0:
        rate = _per_thousand(others.events, others.processed)
        events = Figure(
            section="analogues", key="events", n=others.events, of=others.processed, estimate=rate
        )
        return [*found, events]
    return [*found, Figure(section="analogues", key="hidden", n=others.makers)]


def year_of(year: int) -> tuple[date, date]:
    """The days of a calendar year, [first, after)."""
    return date(year, 1, 1), date(year + 1, 1, 1)


def _counts(rows: Iterable[Row]) -> Counts:
    found: Counts = Counter()
    for row in rows:
        if row.dimension == ALL and row.finding:
            found[row.measure, row.version, row.finding] += row.n
    return found


def _measured(
    rows: Sequence[Row], counts: Counts, metric: str, *, version: str, finding: str
) -> Figure | None:
    """A metric over all labels, however they were selected; None where no label bears on it."""
    right, wrong = (counts[measure, version, finding] for measure in PAIRS[metric])
    if metric == "auc":
        bounds = _area(rows, version=version, finding=finding)
    else:
        bounds = clopper_pearson(right, right + wrong) if right + wrong > 0 else None
    if bounds is None:
        return None
    n, of = (right + wrong, None) if metric == "auc" else (right, right + wrong)
    return Figure(
        section="efficacy", key="measured", part=metric, version=version, finding=finding, n=n, of=of,
        estimate=_estimate(bounds), origins=_origins(PAIRS[metric], version, finding),
    )  # fmt: skip


def _area(rows: Sequence[Row], *, version: str, finding: str) -> Bounds | None:
    scores: dict[str, Counter[int]] = {measure: Counter() for measure in SCORES}
    for row in rows:
        wanted = row.dimension == ALL and (row.version, row.finding) == (version, finding)
        if wanted and row.measure in scores:
            scores[row.measure][row.bin] += row.n
    present, absent = (scores[measure] for measure in SCORES)
    if present.total() <= 0 or absent.total() <= 0:
        return None
    area = auc_of_counts(present, absent)
    return Bounds(area.auc, area.low, area.high)


def _judged(verdict: Verdict) -> Figure:
    claim = verdict.claim
    declared = Declared(
        value=_four(claim.value), lower_bound=_four(claim.lower_bound), outcome=verdict.outcome,
        reason=verdict.reason, unfair=verdict.unfair, selections=tuple(sorted(verdict.selections)),
    )  # fmt: skip
    return Figure(
        section="efficacy", key="claim", part=claim.metric, version=verdict.version, finding=claim.finding,
        n=verdict.cases, estimate=_estimate(verdict.estimate) if verdict.estimate else None,
        declared=declared, origins=_origins(PAIRS[claim.metric], verdict.version, claim.finding),
    )  # fmt: skip


def _selected(rows: Iterable[Row]) -> list[Figure]:
    """How the labelled studies were selected: what every share above rests on."""
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if (row.measure, row.dimension) == ("labels", "selection"):
            found[row.finding, row.stratum] += row.n
    return [
        Figure(
            section="efficacy", key="labels", finding=finding, part=stratum, n=n,
            origins=(Origin(measure="labels", dimension="selection", stratum=stratum, finding=finding),),
        )
        for (finding, stratum), n in sorted(found.items())
        if n
    ]  # fmt: skip


def _agreed(counts: Counts, versions: Iterable[str], findings: Iterable[str]) -> list[Figure]:
    found = []
    for version in versions:
        for finding in findings:
            yes, no = (counts[measure, version, finding] for measure in VIEWS)
            if yes + no > 0:
                found.append(
                    Figure(
                        section="efficacy",
                        key="agreement",
                        version=version,
                        finding=finding,
                        n=yes,
                        of=yes + no,
                        estimate=_estimate(clopper_pearson(yes, yes + no)),
                        origins=_origins(VIEWS, version, finding),
                    )  # fmt: skip
                )
    return found


def _rate(
    key: str, events: Sequence[EventFact], studies: int, *, part: str = "", version: str = ""
) -> Figure:
    section: Section = "safety"
    return Figure(
        section=section, key=key, part=part, version=version, n=len(events), of=studies,
        estimate=_per_thousand(len(events), studies) if studies > 0 else None,
        origins=(Origin(measure="processed", version=version),),
        refs=tuple(event.number for event in events),
    )  # fmt: skip


def _per_thousand(events: int, studies: int) -> Estimate:
    low, high = (PER * bound / studies for bound in count_bounds(events))
    return Estimate(value=_four(PER * events / studies), low=_four(low), high=_four(high))


def _origins(measures: Iterable[str], version: str, finding: str) -> tuple[Origin, ...]:
    return tuple(Origin(measure=measure, version=version, finding=finding) for measure in measures)


def _estimate(bounds: Bounds) -> Estimate:
    return Estimate(value=_four(bounds.estimate), low=_four(bounds.low), high=_four(bounds.high))


def _four(value: float) -> str:
    return f"{value:.4f}"
