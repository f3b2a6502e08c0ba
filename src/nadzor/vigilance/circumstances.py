# SPDX-License-Identifier: Apache-2.0
"""What surrounds a finding: volume and labels of the days before it, and what they could reveal at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from msgspec import Struct

from nadzor.detect.finding import Finding
from nadzor.detect.stats.proportion import smallest_detectable_drop
from nadzor.measures.rollup import ALL, Row
from nadzor.vigilance.cards import Circumstances, LabelCount, SmallestDrop, WayBack

WINDOW_DAYS = 90  # the horizon over which a card says what could have been noticed
READS = {"studies": ALL, "labels": "selection", "tp": ALL, "fn": ALL, "tn": ALL, "fp": ALL}
"""The measures read here, each in one dimension."""
CASES = {"sensitivity": ("tp", "fn"), "specificity": ("tn", "fp")}
"""Which labels test which declared figure."""


class Declared(Struct, frozen=True, kw_only=True):
    """What was declared at registration.  Units: shares 0..1."""

    finding: str
    metric: str
    value: float
    lower_bound: float


def window(finding: Finding) -> tuple[date, date]:
    """The days [first, after) before and with the day on which the finding stood."""
    after = finding.first_day + timedelta(days=1)
    return after - timedelta(days=WINDOW_DAYS), after


def circumstances(
    finding: Finding,
    rows: Iterable[Row],
    *,
    measures: Collection[str],
    declared: Sequence[Declared],
    versions: Collection[str],
) -> Circumstances:
    """What surrounded a finding; `rows` are those of its device, `measures` what the detector read.

    Method: the smallest drop is the one an exact binomial test against the declared bound would show with
    80 % power at 5 %, had it only the labels of these days.
    """
    counts = _counts(finding, rows)
    return Circumstances(
        way_back=way_back(finding, measures),
        window_days=WINDOW_DAYS,
        studies=counts["studies", "", ""],
        labels=_labels(finding, counts),
        smallest_drops=tuple(_drop(claim, counts) for claim in _relevant(finding, declared)),
        version_registered=finding.version in versions if finding.version else None,
    )


def way_back(finding: Finding, measures: Collection[str]) -> WayBack:
    """The question that leads back to the rows: from the baseline's first day to the day of the finding."""
    first, after = window(finding)
    return WayBack(
        measures=tuple(sorted(measures)),
        device=finding.device,
        version=finding.version,
        site=finding.site,
        finding=finding.finding,
        first=min(finding.baseline.first or first, finding.first_day),
        after=after,
    )


def _counts(finding: Finding, rows: Iterable[Row]) -> Counter[tuple[str, str, str]]:
    first, after = window(finding)
    counts: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        mine = row.device == finding.device and finding.version in ("", row.version)
        if mine and first <= _counted_on(row) < after and READS.get(row.measure) == row.dimension:
            counts[row.measure, row.stratum, row.finding] += row.n
    return counts


def _counted_on(row: Row) -> date:
    """A study counts on its day; a label on the day it became known: only then could it reveal something."""
    return row.day if row.measure == "studies" else row.known


def _labels(finding: Finding, counts: Counter[tuple[str, str, str]]) -> tuple[LabelCount, ...]:
    selected: Counter[str] = Counter()
    for (measure, selection, code), n in counts.items():
        if measure == "labels" and finding.finding in ("", code):
            selected[selection] += n
    return tuple(LabelCount(selection, n) for selection, n in sorted(selected.items()) if n)


def _relevant(finding: Finding, declared: Sequence[Declared]) -> Iterable[Declared]:
    return (each for each in declared if each.metric in CASES and finding.finding in ("", each.finding))


def _drop(claim: Declared, counts: Counter[tuple[str, str, str]]) -> SmallestDrop:
    trials = sum(counts[measure, "", claim.finding] for measure in CASES[claim.metric])
    drop = None
    if trials > 0:
        drop = smallest_detectable_drop(trials, claim.value, bound=claim.lower_bound)
    return SmallestDrop(
        finding=claim.finding, metric=claim.metric, declared=claim.value, labels=max(0, trials), drop=drop
    )
