# SPDX-License-Identifier: Apache-2.0
"""The charts of every site and device, a chart for each fall it is built for, run day by day."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from nadzor.detect.stats.calendar import Calendar
from nadzor.detect.stats.volume import Floats, Ints
from nadzor.detect.under_reporting.evidence import RATIOS, day_scores
from nadzor.detect.under_reporting.limits import GRID, limits_of, power_of, yearly_rate

SHARES = (0.75, 0.25)
"""How the budget of a chart is shared by the falls it is built for."""
RENEWED = 4
"""Weeks after which limits are worked out anew."""


class Crossing(Struct, frozen=True, order=True):
    """A chart passed its limit on a day."""

    column: int
    chart: int
    design: int
    value: float
    limit: float


class Charts(Struct, frozen=True):
    """Charts of streams, then of devices with several: scores by design, limits by design, chart and day.

    `stream` is -1 for the chart of a device.
    """

    scores: tuple[Floats, ...]
    limits: Floats
    device: Ints
    stream: Ints


def charts_of(studies: Floats, calendar: Calendar, device: Ints, budget: float) -> Charts:
    """Scores by (chart, day) for each design, and limits."""
    mean, k = calendar.expected * calendar.openness, calendar.volume.dispersion_by_day()
    several = np.flatnonzero(np.bincount(device) > 1)
    scores = []
    for ratio in RATIOS:
        own = day_scores(studies, mean, k, ratio)
        whole = np.zeros((int(device.max()) + 1, own.shape[1]))
        np.add.at(whole, device, own)
        scores.append(np.concatenate((own, whole[several])))
    whose = np.concatenate((device, several))
    stream = np.concatenate((np.arange(len(device)), np.full(len(several), -1)))
    share = budget / np.bincount(whose)[whose]
    limits = np.stack(
        [
            _limits(calendar, (device, several), ratio, share * part)
            for ratio, part in zip(RATIOS, SHARES, strict=True)
        ]
    )
    return Charts(tuple(scores), limits, whose, stream)


def _limits(calendar: Calendar, owners: tuple[Ints, Ints], ratio: float, budget: Floats) -> Floats:
    """The limit of each chart of a design by day; endless while a stream is not known or tells too little."""
    volume, (device, several) = calendar.volume, owners
    limits = np.full((len(budget), volume.known.shape[1]), np.inf)
    for week in range(0, limits.shape[1], RENEWED):
        known = np.flatnonzero(volume.known[:, week])
        own = power_of(
            volume.expected[known, week], volume.dispersion[known, week], volume.uncertainty[known, week],
            ratio,
        )  # fmt: skip
        rates = np.full((len(budget), len(GRID)), np.inf)
        rates[known] = yearly_rate(own)
        whole = yearly_rate(own.added(device[known], int(device.max()) + 1))[several]
        rates[len(device) :] = np.where(whole > 0, whole, np.inf)
        limits[:, week : week + RENEWED] = limits_of(rates, budget)[:, None]
    return np.repeat(limits, 7, axis=1)[:, volume.offset : volume.offset + volume.length]


def run_charts(charts: Charts) -> list[Crossing]:
    """Every crossing; a chart speaks once until all its designs are back at zero.

    Method: S = max(0, S + score), alarm at S >= h (Page 1954); above its limit a chart is held at it, so that
    it can come back when the cause has gone.
    """
    count, days = charts.scores[0].shape
    total = np.zeros((len(charts.scores), count))
    alarmed = np.zeros(count, dtype=bool)
    found: list[Crossing] = []
    for day in range(days):
        limit = charts.limits[:, :, day]
        for design, score in enumerate(charts.scores):
            total[design] += score[:, day]
        np.maximum(total, 0.0, out=total)
        over = total >= limit
        fresh = np.flatnonzero(over.any(axis=0) & ~alarmed)
        for chart in fresh.tolist():
            design = int((total[:, chart] / limit[:, chart]).argmax())
            value = float(total[design, chart])
            found.append(Crossing(day, chart, design, value, float(limit[design, chart])))
        alarmed[fresh] = True
        alarmed &= (total > 0).any(axis=0)
        np.minimum(total, limit, out=total, where=np.isfinite(limit))
    return found
