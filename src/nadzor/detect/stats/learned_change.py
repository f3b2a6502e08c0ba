# SPDX-License-Identifier: Apache-2.0
"""Since when a learned chart's stream has moved, and by how much: asked only once the chart has alarmed."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from nadzor.detect.stats.learned_chart import Alarm, Learned, moments
from nadzor.detect.stats.learned_limits import Design
from nadzor.detect.stats.learned_strata import Floats, Ints

DROP_95 = 1.92
"""Half of the 95 % point of chi-squared with one degree of freedom: how far a likelihood may fall."""


class Change(Struct, frozen=True):
    """Since when (columns, with an interval) and how large: the mean difference over the changed days.

    `reached` is the difference reached at the end: for a ramp twice the mean one, for a step the same.
    """

    onset: int
    low: int
    high: int
    effect: float
    error: float
    reached: float
    reached_error: float


def change(learned: Learned, design: Design, alarm: Alarm, *, side: int = 1) -> Change:
    """Since when, and by how much: the onset whose likelihood is largest at the alarm, over all onsets.

    Method: profile likelihood z squared / 2 over onsets after the baseline and the alarmed window's; the
    interval holds all onsets within DROP_95 of the best.
    """
    end = alarm.column + 1
    mine = np.flatnonzero((learned.strata.stream == alarm.stream) & (learned.strata.after <= alarm.column))
    begin = int(learned.strata.after[mine].min())
    onsets = np.arange(max(0, min(begin, end - alarm.window)), end)
    number, variance = _onsets(learned, design, (mine, onsets, end))
    gain = np.where(variance > 0, side * number / np.sqrt(np.where(variance > 0, variance, 1.0)), 0.0)
    best = int(gain.argmax())
    top = max(float(gain[best]), 0.0)
    near = np.flatnonzero(np.maximum(gain, 0.0) ** 2 / 2.0 >= top**2 / 2.0 - DROP_95)
    days = end - int(onsets[best])
    bend = (days + 1) / 2.0 if design.shape == "ramp" else 1.0
    run = float(days) if design.shape == "ramp" else 1.0
    slope, error = float(number[best] / variance[best]), float(1.0 / np.sqrt(variance[best]))
    return Change(
        int(onsets[best]), int(onsets[near[0]]), int(onsets[near[-1]]), slope * bend, error * bend,
        slope * run, error * run,
    )  # fmt: skip


def difference(learned: Learned, design: Design, alarm: Alarm, *, onset: int) -> tuple[float, float]:
    """The difference since a given column at the alarm's stream and day, and its standard error.

    The error is infinite where nothing is known.
    """
    strata = learned.strata
    mine = np.flatnonzero((strata.stream == alarm.stream) & (strata.after <= alarm.column))
    number, variance = _onsets(learned, design, (mine, np.array([onset]), alarm.column + 1))
    if not len(mine) or variance[0] <= 0:
        return 0.0, np.inf
    return float(number[0] / variance[0]), float(1.0 / np.sqrt(variance[0]))


def _onsets(learned: Learned, design: Design, cut: tuple[Ints, Ints, int]) -> tuple[Floats, Floats]:
    mine, onsets, end = cut
    ends = np.full(len(onsets), end)
    number, first, second = moments(learned, design, (ends, onsets), mine)
    total = learned.weight[0][mine, end][:, None]
    part = np.divide(first, total, out=np.zeros_like(first), where=total > 0)
    number = number - part * learned.deviation[0][mine, end][:, None]
    variance = (second - part * first).sum(axis=0)
    return number.sum(axis=0), np.where(variance > 1e-9 * second.sum(axis=0), variance, 0.0)
