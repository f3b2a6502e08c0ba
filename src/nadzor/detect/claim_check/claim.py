# SPDX-License-Identifier: Apache-2.0
"""A claim of the register, and the labels that bear on it, in the order in which they became known."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

import msgspec
import numpy as np
from msgspec import Struct

from nadzor.detect.series import Days, Floats, Ints
from nadzor.detect.stats.auc import Area, auc_of_bins

Metric = Literal["sensitivity", "specificity", "auc"]
SELECTION = "selection"
FAIR = ("all", "random")
"""Selections of labels from which a share of the device's studies can be estimated at all."""
PAIRS: dict[Metric, tuple[str, str]] = {
    "sensitivity": ("tp", "fn"),
    "specificity": ("tn", "fp"),
    "auc": ("score_present", "score_absent"),
}
"""What bears on a metric: how often the device was right and wrong; for an AUC the two classes."""
READS = frozenset((measure, SELECTION) for pair in PAIRS.values() for measure in pair)


class Claim(Struct, frozen=True, kw_only=True):
    """What the register says: value and lower bound are shares, 0..1; threshold is the score 0..10000."""

    device: str
    finding: str
    metric: Metric
    value: float
    lower_bound: float
    threshold: int | None = None

    def digest(self) -> str:
        """SHA-256 of the claim's canonical text."""
        return sha256(msgspec.json.encode(self, order="sorted")).hexdigest()


class Evidence(Struct, frozen=True):
    """What labels say about one claim by some day.

    Cases are the labels that bear on the metric: present ones for sensitivity, absent ones for specificity,
    the smaller class for an AUC.
    """

    cases: int
    events: int
    area: Area | None = None


class Labels:
    """The labels of one claim and one version: how many cases were known by each day.

    Kept as small arrays of their own, since a year of a country has thousands of claims.
    """

    def __init__(self, days: Days, at: Ints, claim: Claim) -> None:
        self.claim = claim
        self._days, self._at = days, at
        names = days.names["measure"]
        right, wrong = (names.index(name) if name in names else -1 for name in PAIRS[claim.metric])
        measure = days.code["measure"][at]
        self._right, self._wrong = measure == right, measure == wrong
        self._stratum, self._known, self._n = days.code["stratum"][at], days.known[at], days.n[at]
        self.scores, self._place = np.unique(days.bin[at], return_inverse=True)

    def selected(self, selections: tuple[str, ...]) -> Labels:
        """The labels of these selections alone."""
        names = self._days.names["stratum"]
        wanted = [code for code, name in enumerate(names) if name in selections]
        return Labels(self._days, self._at[np.isin(self._stratum, wanted)], self.claim)

    def selections(self) -> list[str]:
        """How the labels were selected, those selections that occur."""
        totals = np.bincount(self._stratum, self._n * (self._right | self._wrong))
        return [self._days.names["stratum"][code] for code in np.flatnonzero(totals > 0).tolist()]

    def growth(self) -> list[tuple[int, int]]:
        """Days of knowing and cases known by the end of each."""
        if not len(self._known):
            return []
        first = int(self._known.min())
        right, wrong = (
            np.maximum(np.cumsum(np.bincount(self._known - first, self._n * side)), 0.0)
            for side in (self._right, self._wrong)
        )
        both = np.minimum(right, wrong) if self.claim.metric == "auc" else right + wrong
        grown = np.flatnonzero(np.diff(both, prepend=0.0))
        return [(first + day, int(both[day])) for day in grown.tolist()]

    def path(self) -> tuple[Ints, Floats, Floats]:
        """Days of knowing, and the right answers and cases known by the end of each."""
        day, column = np.unique(self._known, return_inverse=True)
        right, wrong = (
            np.maximum(np.cumsum(np.bincount(column, self._n * side, minlength=len(day))), 0.0)
            for side in (self._right, self._wrong)
        )
        return day, right, right + wrong

    def by(self, day: int) -> Evidence:
        """What was known by the end of a day."""
        n = self._n * (self._known <= day)
        if self.claim.metric == "auc":
            return self._area(n)
        right, wrong = (max(0, int(n[side].sum())) for side in (self._right, self._wrong))
        return Evidence(right + wrong, right)

    def rows_by(self, day: int) -> Days:
        """The rows known by the end of a day that bear on the metric."""
        return self._days.where(self._at[(self._right | self._wrong) & (self._known <= day)])

    def _area(self, n: Ints) -> Evidence:
        present, absent = self.histograms(n)
        cases = int(min(present.sum(), absent.sum()))
        return Evidence(cases, 0, auc_of_bins(present, absent) if cases > 0 else None)

    def histograms(self, n: Ints | None = None) -> tuple[Floats, Floats]:
        """Labelled scores of present and absent cases by ascending score; of all known unless told."""
        n = self._n if n is None else n
        present, absent = (
            np.maximum(np.bincount(self._place, n * side, minlength=len(self.scores)), 0.0)
            for side in (self._right, self._wrong)
        )
        return present, absent


class Shelf:
    """All labels, sorted once by device, finding and version."""

    def __init__(self, days: Days) -> None:
        self._days = days
        versions = max(1, len(days.names["version"]))
        claimed = days.code["device"] * max(1, len(days.names["finding"])) + days.code["finding"]
        self._order = np.argsort(claimed * versions + days.code["version"], kind="stable")
        self._claimed = claimed[self._order]

    def labels(self, claim: Claim) -> dict[str, Labels]:
        """The labels that bear on a claim, by version; one empty entry where there are none."""
        days, at = self._days, self._at(claim)
        if not len(at):
            return {"": Labels(days, at, claim)}
        versions, starts = np.unique(days.code["version"][at], return_index=True)
        names = [days.names["version"][code] for code in versions.tolist()]
        return {
            name: Labels(days, part, claim)
            for name, part in zip(names, np.split(at, starts[1:]), strict=True)
        }

    def _at(self, claim: Claim) -> Ints:
        devices, findings = self._days.names["device"], self._days.names["finding"]
        if claim.device not in devices or claim.finding not in findings:
            return self._order[:0]
        key = devices.index(claim.device) * len(findings) + findings.index(claim.finding)
        low, high = np.searchsorted(self._claimed, [key, key + 1])
        return self._order[low:high]
