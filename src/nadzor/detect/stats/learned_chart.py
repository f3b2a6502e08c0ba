# SPDX-License-Identifier: Apache-2.0
"""Daily shares and means against all that came before: charts whose unknown baseline costs nothing twice.

A chart against a mean learned from ninety days drifts with the error of that mean.  Here a window of the last
days is compared with everything before it in the same stratum, with the uncertainty of both sides, so that
the statistic is standard normal whatever the mean is: the error of the baseline is in the statistic, not in
the hope.  Strata (sites, equipment) are compared each with itself and added, so that a new site or a change
of the mix moves nothing.  The limit of the maximum over days and windows comes from learned_limits.py.

Why: against a slow ramp the most powerful sequential test known (a Shiryaev-Roberts sum that is told the
slope) finds it no earlier than the maximum over two ramp windows, within the noise of 4,000 toy devices.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.stats.learned_limits import Design, limit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DROP_95 = 1.92
"""Half of the 95 % point of chi-squared with one degree of freedom: how far a likelihood may fall."""
NEVER = 1e6
SKEW_MAX = 0.4
"""A window whose sum is more skewed than this (about six events) says nothing yet."""
SPREAD_PRIOR = 30.0
"""Days that the assumption "no extra spread" weighs against the days of the baseline."""


class Strata(Struct, frozen=True, kw_only=True):
    """What is watched: one row a stratum, one column a day.

    `total` is the day's sum of values and `count` of how many; `spread` is the variance of one value and
    `skew` its third standardised moment, both from the baseline; `stream` says to which stream a stratum adds
    (numbered without holes, in order); [first, after) is the baseline of each stratum, in columns.  For
    shares (`binary`) the variance follows the share seen so far, since it errs with the mean, the share taken
    for `floor` at least.
    """

    total: Floats
    count: Floats
    spread: Floats
    skew: Floats
    stream: Ints
    first: Ints
    after: Ints
    binary: bool = False
    floor: float = 0.0


class Learned(Struct, frozen=True):
    """Cumulated evidence: weights and weighted deviations and their moments in time, a zero column in front.

    `phi` is, by stream, the daily variance over the one that independent values would have; `scale` by stream
    and day is what a statistic is multiplied by for the variance seen so far; `begin` is the first column
    that any stratum is watched on.
    """

    strata: Strata
    mean: Floats
    phi: Floats
    weight: tuple[Floats, Floats, Floats]
    deviation: tuple[Floats, Floats]
    skew: Floats
    scale: Floats | None
    begin: int
    streams: int


class Chart(Struct, frozen=True):
    """By stream and day: the largest statistic over the windows, and its window; -inf where there is none."""

    z: Floats
    window: Ints


class Alarm(Struct, frozen=True, order=True):
    """A chart passed its limit on a day."""

    column: int
    stream: int
    window: int
    z: float
    limit: float


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


def share_strata(
    events: Floats, trials: Floats, *, stream: Ints, window: tuple[Ints, Ints], floor: float = 0.0
) -> Strata:
    """Strata of shares; variance and skewness of one trial from the baseline, shrunk to the stream's share.

    `window` is the first and after column of each stratum's baseline; a share below `floor` is given the
    variance of the floor, so that what never happened is not impossible.

    Method: binomial; the stratum's share is that of its baseline with 100 trials of the stream's added.
    """
    inside = _inside(*window, events.shape[1])
    x, n = (events * inside).sum(axis=1), (trials * inside).sum(axis=1)
    streams = int(stream[-1]) + 1 if len(stream) else 0
    founding = founders(stream, window[1])
    whole = np.bincount(stream, x * founding, streams) + 0.5
    whole /= np.bincount(stream, n * founding, streams) + 1.0
    p = np.clip((x + 100.0 * whole[stream]) / (n + 100.0), max(floor, 1e-6), 1.0 - max(floor, 1e-6))
    spread = p * (1.0 - p)
    return Strata(
        total=events, count=trials, spread=spread, skew=(1.0 - 2.0 * p) / np.sqrt(spread), stream=stream,
        first=window[0], after=window[1], binary=True, floor=floor,
    )  # fmt: skip


def founders(stream: Ints, after: Ints) -> NDArray[np.bool_]:
    """Which strata were there when their stream's first baseline ended: what came later changes nothing."""
    streams = int(stream[-1]) + 1 if len(stream) else 0
    earliest = np.full(streams, np.iinfo(np.int64).max)
    np.minimum.at(earliest, stream, after)
    return np.asarray(after == earliest[stream])


def learn(strata: Strata) -> Learned:
    """Weights of every day, from the count and an extra spread between days estimated in the baseline.

    Method: a day's mean has variance v/n (1 + rho n); rho by moments from Pearson's statistic of the
    baseline, pooled over a stream's strata with SPREAD_PRIOR days of no extra spread, at least 0.
    """
    n, length = strata.count, strata.count.shape[1]
    inside = _inside(strata.first, strata.after, length)
    known = (n * inside).sum(axis=1)
    mean = np.divide((strata.total * inside).sum(axis=1), known, out=np.zeros(len(n)), where=known > 0)
    off = strata.total - n * mean[:, None]
    streams = int(strata.stream[-1]) + 1 if len(n) else 0
    known *= founders(strata.stream, strata.after)
    rho = _extra_spread(strata, off, n * inside * (known > 0)[:, None], streams)[strata.stream, None]
    share = (np.arange(length) >= strata.first[:, None]) / (strata.spread[:, None] * (1.0 + rho * n))
    deviation, weight, day = off * share, n * share, np.arange(length, dtype=np.float64)
    phi = 1.0 + rho[:, 0] * known / np.maximum((n * inside > 0).sum(axis=1), 1)
    return Learned(
        strata, mean, phi=_average(phi, known, strata.stream, streams),
        weight=(_sums(weight), _sums(weight * day), _sums(weight * day * day)),
        deviation=(_sums(deviation), _sums(deviation * day)),
        skew=_average(strata.skew / np.sqrt(strata.spread), known, strata.stream, streams),
        scale=_scale(strata, streams) if strata.binary else None,
        begin=max(0, min(length, int(strata.after.min(initial=length)))), streams=streams,
    )  # fmt: skip


def chart(learned: Learned, design: Design, *, side: int = 1) -> Chart:
    """The statistic of a design on every day after the baseline, upwards (1) or downwards (-1).

    Method: window-limited generalised likelihood ratio (Lai 1995) for a shift or a slope at an unknown day
    when the mean before it is unknown (Siegmund & Venkatraman 1995): N = sum (g - mean g) w (y - mean y) over
    the stratum's days, V its variance, both added over strata; z = N / sqrt V, brought to the normal scale by
    the Cornish-Fisher terms of a Poisson-like sum, since shares near 0 or 1 are skewed.
    """
    return charts(learned, design, sides=(side,))[0]


def charts(learned: Learned, design: Design, *, sides: tuple[int, ...] = (1, -1)) -> list[Chart]:
    """The same for several sides at once, which costs little more than one."""
    length, begin = learned.strata.count.shape[1], learned.begin
    found = [
        Chart(np.full((learned.streams, length), -np.inf), np.zeros((learned.streams, length), np.int64))
        for _ in sides
    ]
    for days in design.windows if length > begin else ():
        z, skew = window_statistic(learned, design, days)
        for side, seen in zip(sides, found, strict=True):
            one = to_normal(side * z, side * skew)
            one[np.abs(skew) > SKEW_MAX] = -np.inf
            better = one > seen.z[:, begin:]
            np.copyto(seen.z[:, begin:], one, where=better)
            np.copyto(seen.window[:, begin:], days, where=better)
    return found


def window_statistic(learned: Learned, design: Design, days: int) -> tuple[Floats, Floats]:
    """The standardised difference for one window, by stream and day from `begin` on, and its skewness.

    The skewness is beyond all bounds where the window or the baseline holds nothing.
    """
    number, variance, squares = _window(learned, design, days)
    empty = variance <= 0.0
    variance[empty] = 1.0
    number /= np.sqrt(variance)
    if learned.scale is not None:
        number *= learned.scale[:, learned.begin :]
    end = np.arange(learned.begin + 1, learned.strata.count.shape[1] + 1)
    share = np.minimum(1.0, days / np.maximum(end - learned.strata.first.min(), 1.0))
    bend = 1.3 if design.shape == "ramp" else 1.0
    skew = learned.skew[:, None] * (bend * (1.0 - 2.0 * share) * np.sqrt(squares)) / np.sqrt(variance)
    skew[empty] = NEVER
    number[empty] = 0.0
    return number, skew


def _window(learned: Learned, design: Design, days: int) -> tuple[Floats, Floats, Floats]:
    """N and V by stream and day, and the mean square of g over the window."""
    begin, length = learned.begin, learned.strata.count.shape[1]
    end = np.arange(begin + 1, length + 1)
    start = np.maximum(end - days, 0)
    number, first, second = _moments(learned, design, (slice(begin + 1, None), _before(begin, length, days)))
    total = learned.weight[0][:, begin + 1 :]
    part = np.divide(first, total, out=np.zeros_like(total), where=total > 0)
    number = number - part * learned.deviation[0][:, begin + 1 :]
    variance = second - part * first
    variance[variance < 1e-9 * second] = 0.0  # a rounding error of a difference is no variance
    if learned.strata.after.max() > begin:
        mature = end > learned.strata.after[:, None]
        number, variance = number * mature, variance * mature
    n = (end - start).astype(np.float64)
    squares = (n + 1.0) * (2.0 * n + 1.0) / 6.0 if design.shape == "ramp" else np.ones(len(n))
    return _by_stream(number, learned), _by_stream(variance, learned), squares


def _before(begin: int, length: int, days: int) -> slice | Ints:
    """The columns of cumulated sums at which the windows that end after `begin` start."""
    if begin + 1 >= days:
        return slice(begin + 1 - days, length + 1 - days)
    return np.maximum(np.arange(begin + 1, length + 1) - days, 0)


def to_normal(z: Floats, skew: Floats) -> Floats:
    """A standardised sum of skewness `skew` brought to the normal scale.

    Method: Cornish & Fisher 1938 with the fourth cumulant of a Poisson sum, skew squared; increasing in z.
    """
    square = z * z
    return np.asarray(z - skew * (square - 1.0) / 6.0 + skew**2 * (5.0 * z * square - 5.0 * z) / 72.0)


def alarms(seen: Chart, limits: Floats) -> list[Alarm]:
    """Each stream speaks when it passes its limit, and again only after it has been below half of it."""
    found: list[Alarm] = []
    for stream in np.flatnonzero((seen.z > limits[:, None]).any(axis=1)).tolist():
        z, h, column = seen.z[stream], float(limits[stream]), 0
        while (over := np.flatnonzero(z[column:] > h)).size:
            column += int(over[0])
            found.append(Alarm(column, stream, int(seen.window[stream, column]), float(z[column]), h))
            calm = np.flatnonzero(z[column:] < h / 2.0)
            column = column + int(calm[0]) if calm.size else len(z)
    return sorted(found)


def limits_of(design: Design, chance: Floats) -> Floats:
    """The limit of each stream for its part of the budget; infinite where the part is zero."""
    told = {float(one): limit(design, float(one)) for one in np.unique(chance[chance > 0])}
    return np.array([told.get(float(one), np.inf) for one in chance])


def change(learned: Learned, design: Design, alarm: Alarm, *, side: int = 1) -> Change:
    """Since when, and by how much: the onset whose likelihood is largest at the alarm, over all onsets.

    Method: profile likelihood z squared / 2 over onsets after the baseline; the interval holds all onsets
    within DROP_95 of the best.
    """
    end = alarm.column + 1
    mine = np.flatnonzero((learned.strata.stream == alarm.stream) & (learned.strata.after <= alarm.column))
    begin = int(learned.strata.after[mine].min())
    onsets = np.arange(min(begin, alarm.column), end)
    number, variance = _onsets(learned, design, (mine, onsets, end))
    gain = np.where(variance > 0, side * number / np.sqrt(np.where(variance > 0, variance, 1.0)), 0.0)
    best = int(gain.argmax())
    near = np.flatnonzero(np.maximum(gain, 0.0) ** 2 / 2.0 >= gain[best] ** 2 / 2.0 - DROP_95)
    days = end - int(onsets[best])
    bend = (days + 1) / 2.0 if design.shape == "ramp" else 1.0
    run = float(days) if design.shape == "ramp" else 1.0
    slope, error = float(number[best] / variance[best]), float(1.0 / np.sqrt(variance[best]))
    return Change(
        int(onsets[best]), int(onsets[near[0]]), int(onsets[near[-1]]), slope * bend, error * bend,
        slope * run, error * run,
    )  # fmt: skip


def _onsets(learned: Learned, design: Design, cut: tuple[Ints, Ints, int]) -> tuple[Floats, Floats]:
    mine, onsets, end = cut
    ends = np.full(len(onsets), end)
    number, first, second = _moments(learned, design, (ends, onsets), mine)
    total = learned.weight[0][mine, end][:, None]
    part = np.divide(first, total, out=np.zeros_like(first), where=total > 0)
    number = number - part * learned.deviation[0][mine, end][:, None]
    variance = (second - part * first).sum(axis=0)
    return number.sum(axis=0), np.where(variance > 1e-9 * second.sum(axis=0), variance, 0.0)


def _moments(
    learned: Learned, design: Design, cut: tuple[slice | Ints, slice | Ints], mine: Ints | slice = slice(None)
) -> tuple[Floats, Floats, Floats]:
    """Sums of g w y, g w and g g w over the window [start, end), g being 1, or 1, 2, 3 … since its start."""
    end, start = cut

    def within(sums: Floats) -> Floats:
        rows = sums[mine]
        return np.asarray(rows[:, end] - rows[:, start])

    w0, d0 = within(learned.weight[0]), within(learned.deviation[0])
    if design.shape == "step":
        return d0, w0, w0
    w1, w2, d1 = within(learned.weight[1]), within(learned.weight[2]), within(learned.deviation[1])
    zero = np.arange(learned.strata.count.shape[1] + 1)[start] - 1.0
    return d1 - zero * d0, w1 - zero * w0, w2 - 2.0 * zero * w1 + zero * zero * w0


def _scale(strata: Strata, streams: int) -> Floats:
    """Root of the variance assumed over the one of the shares seen up to each day, by stream."""
    seen, trials = np.cumsum(strata.total, axis=1), np.cumsum(strata.count, axis=1)
    mature = np.arange(1, trials.shape[1] + 1) > strata.after[:, None]
    p = np.divide(seen, trials, out=np.zeros_like(seen), where=trials > 0)
    p = np.clip(p, strata.floor, 1.0 - strata.floor)
    weight = trials * mature
    assumed = _added(weight, strata.stream, streams)
    found = _added(weight * p * (1.0 - p) / strata.spread[:, None], strata.stream, streams)
    safe = np.maximum(found, 0.5 * assumed)
    return np.sqrt(np.divide(assumed, safe, out=np.ones_like(assumed), where=safe > 0))


def _extra_spread(strata: Strata, off: Floats, n: Floats, streams: int) -> Floats:
    """By stream, how much more days differ than their counts explain, per observation."""
    seen = n > 0
    pearson = np.divide(off**2, n * strata.spread[:, None], out=np.zeros_like(n), where=seen).sum(axis=1)
    days, known = seen.sum(axis=1), n.sum(axis=1)
    excess = np.bincount(strata.stream, pearson - np.maximum(days - 1, 0), streams)
    usual = np.divide(known, days, out=np.zeros(len(n)), where=days > 0)
    weight = np.bincount(strata.stream, known + SPREAD_PRIOR * usual, streams)
    return np.maximum(0.0, np.divide(excess, weight, out=np.zeros(streams), where=weight > 0))


def _average(values: Floats, weights: Floats, stream: Ints, streams: int) -> Floats:
    weights = weights + 1e-9
    return np.asarray(np.bincount(stream, values * weights, streams) / np.bincount(stream, weights, streams))


def _by_stream(values: Floats, learned: Learned) -> Floats:
    return _added(values, learned.strata.stream, learned.streams)


def _added(values: Floats, stream: Ints, streams: int) -> Floats:
    """Rows of a stream added; streams are numbered in order, without holes."""
    if len(values) == streams:
        return values
    return np.asarray(np.add.reduceat(values, np.searchsorted(stream, np.arange(streams)), axis=0))


def _sums(values: Floats) -> Floats:
    sums = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return sums


def _inside(first: Ints, after: Ints, length: int) -> NDArray[np.bool_]:
    column = np.arange(length)
    return np.asarray((column >= first[:, None]) & (column < after[:, None]))
