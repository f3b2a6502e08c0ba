# SPDX-License-Identifier: Apache-2.0
"""The figure behind a finding over the last closed days, from daily sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import sqrt
from typing import Any

from msgspec import Struct

from nadzor.detect.finding import Finding
from nadzor.detect.stats.poisson_rate import count_bounds
from nadzor.detect.stats.proportion import wilson
from nadzor.vigilance.course import Lately
from nadzor.vigilance.measured import Measured, split_of
from nadzor.vigilance.streams import began

DAYS = 28
LEAST = 30.0
"""Fewer observations than this say nothing of the last days."""
Z = 1.959964
COMPARED = ("disparity.", "subgroup.")
"""Kinds whose baseline is the rate of others in the same days."""


class Day(Struct, frozen=True):
    """One day of a stream: what stands above and below the line; of bins sum, square sum and count."""

    day: date
    over: float
    under: float
    squares: float = 0.0

    @property
    def value(self) -> float | None:
        """The day's figure; None of nothing."""
        return self.over / self.under if self.under else None


def where_of(finding: Finding, what: Measured) -> dict[str, Any]:
    """Which rows the figure is made of.

    Why: a site is watched across its versions; a version that its finding names beside it is only its guess.
    A finding about a version compares with the days before its release, when there was none of it.
    """
    dimension, stratum = split_of(finding, what)
    named = {
        "device": finding.device,
        "site": finding.site,
        "version": "" if finding.site or finding.kind.startswith("version.") else finding.version,
        "finding": finding.finding,
        "stratum": stratum,
    }
    return {"dimension": dimension} | {name: value for name, value in named.items() if value}


def days_of(what: Measured, sums: Mapping[str, Sequence[tuple[Any, ...]]]) -> list[Day]:
    """Days in order, from sums by measure: (day, n), and (day, bin, n) where bins are told."""
    if what.shape == "bins":
        return _bins(sums[what.over[0]])
    over, under = _added(what.over, sums), _added(what.under, sums)
    if what.shape == "count":
        return [Day(day, n, 1.0) for day, n in sorted(over.items())]
    return [Day(day, over.get(day, 0.0), n) for day, n in sorted(under.items())]


def lately(finding: Finding, what: Measured, days: Sequence[Day], *, on: date) -> Lately | None:
    """The figure of the last closed days against its baseline; None where too little is known.

    Why not before the change: days that lie before it would make every later word look worse than the first.
    Method: Wilson's interval for shares, the exact one for counts, the normal one for means; each with the
    finding's over-dispersion.
    """
    first = max(on - timedelta(days=DAYS), min(began(finding), on - timedelta(days=1)))
    recent = [day for day in days if first <= day.day < on]
    against = baseline_of(finding, what, days)
    n = sum(day.under for day in recent)
    if what.shape == "count":
        n = float((on - first).days)
    if against is None or n < (LEAST if what.shape != "count" else 1.0):
        return None
    x, phi = sum(day.over for day in recent), max(finding.over_dispersion, 1.0)
    low, high = _interval(what, recent, (x, n), phi)
    return Lately(days=(on - first).days, n=n, value=x / n, low=low, high=high, baseline=against)


def _interval(
    what: Measured, recent: Sequence[Day], seen: tuple[float, float], phi: float
) -> tuple[float, float]:
    x, n = seen
    if what.shape == "share":
        bounds = wilson(min(x, n) / phi, n / phi)
        return bounds.low, bounds.high
    if what.shape == "count":
        low, high = (phi * side / n for side in count_bounds(x / phi))
        return low, high
    spread = max(sum(day.squares for day in recent) / n - (x / n) ** 2, 0.0)
    half = Z * sqrt(phi * spread / n)
    return x / n - half, x / n + half


def baseline_of(finding: Finding, what: Measured, days: Sequence[Day]) -> float | None:
    """The figure over the window that the finding names; of one compared with others, their rate.

    Why not always the rate: a detector may keep there what it learned on a scale of its own.
    """
    base = finding.baseline
    if what.shape == "share" and (finding.kind.startswith(COMPARED) or base.first is None):
        return base.rate
    if base.first is None or base.after is None:
        return None
    inside = [day for day in days if base.first <= day.day < base.after]
    n = sum(day.under for day in inside)
    if what.shape == "count":
        n = float((base.after - base.first).days)
    return sum(day.over for day in inside) / n if n else None


def _added(measures: Sequence[str], sums: Mapping[str, Sequence[tuple[Any, ...]]]) -> dict[date, float]:
    found: dict[date, float] = {}
    for measure in measures:
        for day, n in sums[measure]:
            found[day] = found.get(day, 0.0) + n
    return found


def _bins(rows: Sequence[tuple[Any, ...]]) -> list[Day]:
    found: dict[date, tuple[float, float, float]] = {}
    for day, place, n in rows:
        first, second, count = found.get(day, (0.0, 0.0, 0.0))
        found[day] = first + place * n, second + place * place * n, count + n
    return [Day(day, first, count, second) for day, (first, second, count) in sorted(found.items())]
