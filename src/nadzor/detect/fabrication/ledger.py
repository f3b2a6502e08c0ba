# SPDX-License-Identifier: Apache-2.0
"""The daily figures of every site of every device, and what each trace is looked for in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from msgspec import Struct

from nadzor.detect.context import Declared
from nadzor.detect.series import Panel
from nadzor.detect.stats.volume import Bools, Floats, Ints
from nadzor.measures.bins import Bins

BUDGET = 0.005
SHARES: Mapping[str, float] = {
    "copied_week": 0.25, "copied_from": 0.1, "too_regular": 0.1, "round_numbers": 0.1, "flat_week": 0.05,
    "declared": 0.05, "dated_back": 0.05, "one_number": 0.05, "too_good": 0.25,
}  # fmt: skip
"""How the budget is shared by the traces."""


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told; `after` is the first day that is not closed yet, `bins` are the
    registered edges of scores by (device, finding).

    Units: budget in false alarms per device-year.
    """

    budget: float = BUDGET
    after: date | None = None
    holidays: frozenset[date] = frozenset()
    declared: Sequence[Declared] = ()
    bins: Bins = {}
    journal_size: int | None = None


class Ledger(Struct, frozen=True, kw_only=True):
    """Counts by stream and day: all studies, and the three figures that a copy would repeat.

    `sites` is how many streams the device of each stream has; `offset` the weekday of day
    0, `rest` the days that the calendar calls holidays.
    """

    panel: Panel
    studies: Floats
    figures: tuple[Floats, ...]
    device: Ints
    site: Ints
    sites: Ints
    offset: int
    rest: Bools
    params: Params

    def limit(self, trace: str, *, looks: float) -> Floats:
        """Evidence that a trace needs at each stream: ln(looks a year x sites / its share of the budget).

        Why: whatever begins on a look reaches evidence G by chance with probability exp(-G) at most.
        """
        return np.asarray(np.log(looks * self.sites / (self.params.budget * SHARES[trace])))


class Trace(Struct, frozen=True, kw_only=True):
    """What was found at a stream, since which column, on which column, and its evidence against its limit.

    `effect` is a name, an estimate and its limits.
    """

    kind: str
    stream: int
    start: int
    column: int
    evidence: float
    limit: float
    effect: tuple[str, float, float, float]
    facts: Mapping[str, str | int | float | list[str]] = {}


def excursions(evidence: Floats, limit: Floats) -> tuple[Ints, Ints, Ints]:
    """Where charts pass their limits: stream, first column of the excursion, column of the crossing.

    A chart speaks once until it is back at zero.
    """
    rows = np.flatnonzero((evidence >= limit[:, None]).any(axis=1))
    told = evidence[rows]
    zero = np.where(told <= 0, np.arange(told.shape[1]), -1)
    begun = np.maximum.accumulate(zero, axis=1)
    row, column = np.nonzero(told >= limit[rows, None])
    first = begun[row, column]
    new = np.ones(len(row), dtype=bool)
    new[1:] = (np.diff(row) != 0) | (np.diff(first) != 0)
    return rows[row[new]], first[new] + 1, column[new]


def reset_sums(score: Floats) -> Floats:
    """CUSUM of scores: sums that never fall below zero, S = max(0, S + score)."""
    total = np.cumsum(score, axis=1)
    return np.asarray(np.round(total - np.minimum(np.minimum.accumulate(total, axis=1), 0.0), 9))
