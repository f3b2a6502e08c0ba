# SPDX-License-Identifier: Apache-2.0
"""A daily figure with its control limits, gathered by weeks where a day holds too little to be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from math import sqrt
from statistics import median

from msgspec import Struct

from nadzor.vigilance.lately import Day
from nadzor.vigilance.measured import Shape

SIGMAS = 3.0
LEGIBLE = 20.0
"""Observations a day below which points are gathered by weeks."""


class Point(Struct, frozen=True, kw_only=True):
    """One point of a control chart: the days [day, after), the figure, what it is made of, its limits."""

    day: date
    after: date
    value: float
    n: float
    low: float
    high: float

    @property
    def is_outside(self) -> bool:
        """Whether the figure lies beyond its limits."""
        return not self.low <= self.value <= self.high


def points_of(days: Sequence[Day], *, shape: Shape, centre: float, phi: float) -> list[Point]:
    """Points with limits about a centre.

    Method: Shewhart limits of three standard deviations, Poisson for counts, binomial for shares, the spread
    of the days themselves for means of bins; each variance times the over-dispersion.
    """
    weekly = shape == "count" or (bool(days) and median(day.under for day in days) < LEGIBLE)
    spread = _spread(days) if shape == "bins" else 0.0
    return [
        _point(found, shape, (centre, phi, spread), length=7 if weekly else 1)
        for found in _gathered(days, weekly=weekly)
    ]


def _gathered(days: Sequence[Day], *, weekly: bool) -> list[list[Day]]:
    key = (lambda day: day.day - timedelta(days=day.day.weekday())) if weekly else (lambda day: day.day)
    return [list(some) for _start, some in groupby(sorted(days, key=lambda day: day.day), key=key)]


def _point(days: list[Day], shape: Shape, about: tuple[float, float, float], *, length: int) -> Point:
    centre, phi, spread = about
    over, under = sum(day.over for day in days), sum(day.under for day in days)
    start = days[0].day - timedelta(days=days[0].day.weekday()) if length > 1 else days[0].day
    if shape == "count":
        value, variance, least = over / length, phi * centre / length, 0.0
    elif shape == "share":
        value, variance, least = over / under if under else centre, _binomial(centre, under, phi), 0.0
    else:
        value, variance, least = over / under if under else centre, phi * spread / max(under, 1.0), 0.0
    half = SIGMAS * sqrt(max(variance, 0.0))
    high = min(1.0, centre + half) if shape == "share" else centre + half
    return Point(
        day=start, after=start + timedelta(days=length), value=value, n=over if shape == "count" else under,
        low=max(least, centre - half), high=high,
    )  # fmt: skip


def _binomial(centre: float, n: float, phi: float) -> float:
    return phi * centre * max(1.0 - centre, 0.0) / max(n, 1.0)


def _spread(days: Sequence[Day]) -> float:
    """The variance of single observations over all the days."""
    n = sum(day.under for day in days)
    if not n:
        return 0.0
    mean = sum(day.over for day in days) / n
    return max(sum(day.squares for day in days) / n - mean * mean, 0.0)
