# SPDX-License-Identifier: Apache-2.0
"""What surrounds a finding: volume and labels of the days before it, and what labels could reveal at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from msgspec import Struct

from nadzor.detect.claim_check.verdict import Verdict
from nadzor.detect.finding import Finding
from nadzor.measures.rollup import ALL, Row
from nadzor.vigilance.cards import Circumstances, LabelCount, SmallestDrop, WayBack

WINDOW_DAYS = 90  # the horizon over which a card says what could have been noticed
READS = {"studies": ALL, "labels": "selection"}
"""The measures read here, each in one dimension."""


def window(on: date) -> tuple[date, date]:
    """The days [first, after) before and with a day."""
    after = on + timedelta(days=1)
    return after - timedelta(days=WINDOW_DAYS), after


class Seen(Struct, frozen=True, kw_only=True):
    """What was read for a finding: rows of its device, the measures its detector read, claims and versions.

    `versions` are those in the register; `verdicts` those of the claim check on the device.
    """

    rows: Sequence[Row]
    measures: Collection[str]
    verdicts: Sequence[Verdict]
    versions: Collection[str]


def circumstances(finding: Finding, seen: Seen, *, on: date) -> Circumstances:
    """What surrounded a finding on a day.

    Why: the smallest drops are those of the claim check itself, under its own budget, so that a card never
    promises more than this house's detectors can keep.
    """
    counts = _counts(finding, seen.rows, window(on))
    return Circumstances(
        way_back=way_back(finding, seen.measures),
        window_days=WINDOW_DAYS,
        studies=counts["studies", "", ""],
        labels=_labels(finding, counts),
        smallest_drops=_drops(finding, seen.verdicts),
        version_registered=finding.version in seen.versions if finding.version else None,
    )


def way_back(finding: Finding, measures: Collection[str]) -> WayBack:
    """The question that leads back to the rows: from the baseline's first day to the day of the finding."""
    first, after = window(finding.first_day)
    return WayBack(
        measures=tuple(sorted(measures)),
        device=finding.device,
        version=finding.version,
        site=finding.site,
        finding=finding.finding,
        first=min(finding.baseline.first or first, finding.first_day),
        after=after,
    )


def _counts(finding: Finding, rows: Iterable[Row], days: tuple[date, date]) -> Counter[tuple[str, str, str]]:
    first, after = days
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


def _drops(finding: Finding, verdicts: Sequence[Verdict]) -> tuple[SmallestDrop, ...]:
    """Of a finding's claims each, by its most tested version; of a whole device the smallest drop that shows.

    Why: shares come before areas, since an area of few cases claims more precision than it has.
    """
    mine = [each for each in verdicts if each.cases and finding.version in ("", each.version)]
    told = [_drop(each) for each in mine if finding.finding in ("", each.claim.finding)]
    most = {(one.finding, one.metric): one for one in sorted(told, key=lambda one: one.labels)}
    drops = sorted(most.values(), key=_size)
    return tuple(drops if finding.finding else drops[:1])


def _drop(verdict: Verdict) -> SmallestDrop:
    claim = verdict.claim
    return SmallestDrop(
        finding=claim.finding,
        metric=claim.metric,
        declared=claim.value,
        labels=verdict.cases,
        drop=verdict.smallest_drop,
    )


def _size(drop: SmallestDrop) -> tuple[bool, float, str, str]:
    size = 2.0 if drop.drop is None else drop.drop
    return drop.metric == "auc", size, drop.finding, drop.metric
