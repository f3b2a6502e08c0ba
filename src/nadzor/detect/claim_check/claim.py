# SPDX-License-Identifier: Apache-2.0
"""A claim of the register, and the labels that bear on it, in the order in which they became known."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Literal

import msgspec
import numpy as np
from msgspec import Struct

from nadzor.detect.series import Days, Ints
from nadzor.detect.stats.auc import Area, auc_of_counts

Metric = Literal["sensitivity", "specificity", "auc"]
SELECTION = "selection"
FAIR = ("all", "random")
"""Selections of labels from which a share of the device's studies can be estimated at all."""
CELLS = ("tp", "fn", "tn", "fp")
SCORES = ("score_present", "score_absent")
READS = frozenset((measure, SELECTION) for measure in (*CELLS, *SCORES))


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
    """The labels of one claim and one version: how many cases were known by each day."""

    def __init__(self, days: Days, claim: Claim) -> None:
        self.claim = claim
        self._days = days
        self._right, self._wrong = _cells(claim.metric)
        self._known = np.unique(days.known)

    def selected(self, selections: tuple[str, ...]) -> Labels:
        """The labels of these selections alone."""
        chosen = np.logical_or.reduce([self._days.is_("stratum", name) for name in selections])
        return Labels(self._days.where(chosen), self.claim)

    def selections(self) -> list[str]:
        """How the labels were selected, those selections that occur."""
        days = self._days
        return [name for name in days.names["stratum"] if int(days.n[days.is_("stratum", name)].sum()) > 0]

    def growth(self) -> Iterator[tuple[int, int]]:
        """Days of knowing and cases known by the end of each."""
        right, wrong = (np.cumsum(self._per_day(measure)) for measure in (self._right, self._wrong))
        both = np.minimum(right, wrong) if self.claim.metric == "auc" else right + wrong
        return zip(self._known.tolist(), both.tolist(), strict=True)

    def by(self, day: int) -> Evidence:
        """What was known by the end of a day."""
        days = self._days.where(self._days.known <= day)
        if self.claim.metric == "auc":
            return _area(days)
        right, wrong = (int(days.n[days.is_("measure", name)].sum()) for name in (self._right, self._wrong))
        return Evidence(max(0, right + wrong), max(0, right))

    def rows_by(self, day: int) -> Days:
        """The rows known by the end of a day that bear on the metric."""
        days = self._days
        bearing = days.is_("measure", self._right) | days.is_("measure", self._wrong)
        return days.where(bearing & (days.known <= day))

    def _per_day(self, measure: str) -> Ints:
        chosen = self._days.is_("measure", measure)
        place = np.searchsorted(self._known, self._days.known[chosen])
        counts = np.bincount(place, self._days.n[chosen], len(self._known))
        return np.asarray(counts, dtype=np.int64)


def labels_of(days: Days, claim: Claim) -> dict[str, Labels]:
    """The labels that bear on a claim, by version of the device."""
    mine = days.where(days.is_("device", claim.device) & days.is_("finding", claim.finding))
    versions = [mine.names["version"][code] for code in np.unique(mine.code["version"]).tolist()]
    return {version: Labels(mine.where(mine.is_("version", version)), claim) for version in versions}


def _cells(metric: Metric) -> tuple[str, str]:
    pairs: dict[Metric, tuple[str, str]] = {
        "sensitivity": ("tp", "fn"), "specificity": ("tn", "fp"), "auc": SCORES,
    }  # fmt: skip
    return pairs[metric]


def _area(days: Days) -> Evidence:
    present, absent = (_histogram(days, measure) for measure in SCORES)
    cases = min(sum(present.values()), sum(absent.values()))
    return Evidence(max(0, cases), 0, auc_of_counts(present, absent) if cases > 0 else None)


def _histogram(days: Days, measure: str) -> dict[int, int]:
    chosen = days.is_("measure", measure)
    bins, where = np.unique(days.bin[chosen], return_inverse=True)
    counts = np.bincount(where, days.n[chosen], len(bins))
    return {bin_: int(n) for bin_, n in zip(bins.tolist(), counts.tolist(), strict=True) if n > 0}
