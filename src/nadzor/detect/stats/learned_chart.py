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

from collections.abc import Iterator

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from nadzor.detect.stats.learned_limits import Design, limit
from nadzor.detect.stats.learned_screen import Sums, may_pass, starts_of
from nadzor.detect.stats.learned_strata import Floats, Ints, Strata, added, founders, within

NEVER = 1e6
SKEW_MAX = 0.3
"""A window whose sum is more skewed than this (about eleven events) says nothing yet."""
SPREAD_PRIOR = 30.0
"""Days that the assumption "no extra spread" weighs against the days of the baseline."""
PIECE = 96
"""Streams looked at together: few enough for their numbers to stay near the processor."""


class Learned(Struct, frozen=True):
    """Cumulated evidence: weights and weighted deviations and their moments in time, a zero column in front.

    `phi` is, by stream, the daily variance over the one that independent values would have; `scale` by stream
    and day is what a statistic is multiplied by for the variance seen so far; `begin` is the first column
    that any stratum is watched on, `origin` the first one of each stream.
    """

    strata: Strata
    mean: Floats
    phi: Floats
    weight: tuple[Floats, Floats, Floats]
    deviation: tuple[Floats, Floats]
    skew: Floats
    scale: Floats | None
    begin: int
    origin: Ints
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


def learn(strata: Strata, *, extra: bool = True, together: bool = False, slopes: bool = True) -> Learned:
    """Weights of every day, from the count and an extra spread between days estimated in the baseline.

    Method: a day's mean has variance v/n (1 + rho n); rho by moments from Pearson's statistic of the
    baseline, pooled over a stream's strata with SPREAD_PRIOR days of no extra spread, at least 0.
    Without `extra` rho is 0: for counts that one day borrows from the next, whose sums are what is known.
    With `together` the strata of a stream may have days in common (equipment of one site): what the sums of
    the baseline's days vary more than their parts explain is divided out as well.
    Without `slopes` the moments in time, which designs of steps do not ask for, are left zero.
    """
    n, length = strata.count, strata.count.shape[1]
    inside = within(strata.first, strata.after, length)
    known = (n * inside).sum(axis=1)
    mean = np.divide((strata.total * inside).sum(axis=1), known, out=np.zeros(len(n)), where=known > 0)
    off = strata.total - n * mean[:, None]
    streams = int(strata.stream[-1]) + 1 if len(n) else 0
    known *= founders(strata.stream, strata.after)
    rho = _extra_spread(strata, off, n * inside * (known > 0)[:, None], streams)[strata.stream, None]
    spread = strata.spread if strata.doubt is None else strata.spread * strata.doubt
    rho *= extra
    share = (np.arange(length) >= strata.first[:, None]) / (spread[:, None] * (1.0 + rho * n))
    deviation, weight, day = off * share, n * share, np.arange(length, dtype=np.float64)
    phi = 1.0 + rho[:, 0] * known / np.maximum((n * inside > 0).sum(axis=1), 1)
    if together:
        more = _shared_spread(deviation * inside, weight * inside * (known > 0)[:, None], strata)
        phi, deviation, weight = phi * more, deviation / more[:, None], weight / more[:, None]
    first = second = off_first = np.broadcast_to(np.float64(0.0), (len(n), length + 1))
    if slopes:
        first, second = _sums(weight * day), _sums(weight * day * day)
        off_first = _sums(deviation * day)
    return Learned(
        strata, mean, phi=_average(phi, known, strata.stream, streams),
        weight=(_sums(weight), first, second), deviation=(_sums(deviation), off_first),
        skew=_average(strata.skew / np.sqrt(strata.spread), known, strata.stream, streams),
        scale=_scale(strata) if strata.binary else None,
        begin=max(0, min(length, int(strata.after.min(initial=length)))), streams=streams,
        origin=_origin(strata, streams),
    )  # fmt: skip


def chart(learned: Learned, design: Design, *, side: int = 1, tolerance: float = 0.0) -> Chart:
    """The statistic of a design on every day after the baseline, upwards (1) or downwards (-1).

    A difference below `tolerance`, in units of the values, is none.

    Method: window-limited generalised likelihood ratio (Lai 1995) for a shift or a slope at an unknown day
    when the mean before it is unknown (Siegmund & Venkatraman 1995): N = sum (g - mean g) w (y - mean y) over
    the stratum's days, V its variance, both added over strata; z = N / sqrt V, brought to the normal scale by
    the Cornish-Fisher terms of a Poisson-like sum, since shares near 0 or 1 are skewed.
    """
    length, begin = learned.strata.count.shape[1], learned.begin
    best = np.full((learned.streams, length), -np.inf)
    window = np.zeros(best.shape, np.int64)
    for days in design.windows if length > begin else ():
        z, skew = window_statistic(learned, design, days, tolerance=tolerance)
        one = to_normal(side * z, side * skew)
        better = (np.abs(skew) <= SKEW_MAX) & (one > best[:, begin:])
        np.copyto(best[:, begin:], one, where=better)
        np.copyto(window[:, begin:], days, where=better)
    return Chart(best, window)


def passing(learned: Learned, design: Design, limits: Floats) -> Ints:
    """The streams whose statistic passes its limit on any day on either side: few, and found cheaply.

    Method: N and V alone are compared with the least z that can come out above the limit, cautiously first
    (learned_screen.py); only where that is passed is the statistic worked out.
    """
    near = np.flatnonzero(np.isfinite(limits))
    least = least_z(limits[near])
    if learned.scale is not None:
        least = least / np.maximum(1.0, learned.scale[near].max(axis=1, initial=0.0))
    if design.shape == "step" and len(near):
        close = may_pass(_sums_of(learned, near), design.windows, least)
        near, least = near[close], least[close]
    few = learned if len(near) == learned.streams else some(learned, near)
    found = [np.zeros(0, np.int64)]
    for low, piece in _pieces(few):
        mine = slice(low, low + piece.streams)
        over = _ever_over(piece, design, (limits[near[mine]], least[mine]))
        found.append(near[mine][over])
    return np.concatenate(found)


def some(learned: Learned, chosen: Ints) -> Learned:
    """The chosen streams alone, numbered anew in the order given, which must rise."""
    place = np.full(learned.streams, -1, np.int64)
    place[chosen] = np.arange(len(chosen))
    rows = np.flatnonzero(place[learned.strata.stream] >= 0)
    return _cut(learned, rows, chosen, place[learned.strata.stream[rows]])


def window_statistic(
    learned: Learned, design: Design, days: int, *, tolerance: float = 0.0
) -> tuple[Floats, Floats]:
    """The standardised difference for one window, by stream and day from `begin` on, and its skewness.

    The skewness is beyond all bounds where the window or the baseline holds nothing.
    """
    number, variance = _window(learned, design, days)
    empty = (variance <= 0.0) | (np.abs(number) < tolerance * variance)
    variance[empty] = 1.0
    z = number / np.sqrt(variance)
    if learned.scale is not None:
        z *= learned.scale[:, learned.begin :]
    end = np.arange(learned.begin + 1, learned.strata.count.shape[1] + 1)
    bend = _bend(design, days, end, learned.origin[:, None])
    skew = learned.skew[:, None] * bend / np.sqrt(variance)
    skew[empty], z[empty] = NEVER, 0.0
    return z, skew


def _sums_of(learned: Learned, chosen: Ints) -> Sums:
    """What the chosen streams have cumulated."""
    strata, weight, deviation = learned.strata, learned.weight[0], learned.deviation[0]
    if len(chosen) == learned.streams:
        return Sums(weight, deviation, strata.after, strata.stream, learned.begin)
    place = np.full(learned.streams, -1, np.int64)
    place[chosen] = np.arange(len(chosen))
    rows = np.flatnonzero(place[strata.stream] >= 0)
    return Sums(weight[rows], deviation[rows], strata.after[rows], place[strata.stream[rows]], learned.begin)


def _ever_over(piece: Learned, design: Design, bounds: tuple[Floats, Floats]) -> NDArray[np.bool_]:
    """`bounds` are each stream's limit, and the least z that can come out above it."""
    limits, least = bounds
    over = np.zeros(piece.streams, bool)
    for days in design.windows if piece.strata.count.shape[1] > piece.begin else ():
        number, variance = _window(piece, design, days)
        stream, column = np.nonzero(number * number > (least * least)[:, None] * variance)
        if not len(stream):
            continue
        n, v = number[stream, column], variance[stream, column]
        known = v > 0
        z = np.abs(n) / np.sqrt(np.where(known, v, 1.0))
        if piece.scale is not None:
            z *= piece.scale[stream, column + piece.begin]
        bend = _bend(design, days, column + piece.begin + 1, piece.origin[stream])
        skew = piece.skew[stream] * bend / np.sqrt(np.where(known, v, 1.0))
        usable = known & (np.abs(skew) <= SKEW_MAX)
        passes = usable & (to_normal(z, np.sign(n) * np.clip(skew, -1.0, 1.0)) > limits[stream])
        over[stream[passes]] = True
    return over


def least_z(limits: Floats) -> Floats:
    """The least z that skewness can bring above a limit.

    >>> bool(to_normal(least_z(np.array([4.0])), np.array([-SKEW_MAX]))[0] <= 4.0)
    True
    """
    told, place = np.unique(limits, return_inverse=True)
    low, high = np.zeros_like(told), np.where(np.isfinite(told), told, 1e3)
    for _ in range(40):
        middle = (low + high) / 2.0
        over = to_normal(middle, np.full_like(middle, -SKEW_MAX)) > told
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    return np.asarray(low[place])


def _bend(design: Design, days: int, end: Ints, origin: Ints) -> Floats:
    """What turns the skewness of values and the variance of a window into the skewness of the sum."""
    share = np.minimum(1.0, days / np.maximum(end - origin, 1.0))
    if design.shape == "step":
        return np.asarray(1.0 - 2.0 * share)
    n = np.minimum(end, days).astype(np.float64)
    return np.asarray(1.3 * (1.0 - 2.0 * share) * np.sqrt((n + 1.0) * (2.0 * n + 1.0) / 6.0))


def _origin(strata: Strata, streams: int) -> Ints:
    origin = np.full(streams, np.iinfo(np.int64).max)
    np.minimum.at(origin, strata.stream, strata.first)
    return origin


def _window(learned: Learned, design: Design, days: int) -> tuple[Floats, Floats]:
    """N and V by stream and day from `begin` on."""
    begin, length = learned.begin, learned.strata.count.shape[1]
    number, first, second = moments(learned, design, (slice(begin + 1, None), starts_of(begin, length, days)))
    total = learned.weight[0][:, begin + 1 :]
    part = np.divide(first, np.maximum(total, 1e-300))
    number = number - part * learned.deviation[0][:, begin + 1 :]
    variance = second - part * first
    if design.shape == "ramp":
        variance[variance < 1e-9 * second] = 0.0  # a rounding error of a difference is no variance
    for row in np.flatnonzero(learned.strata.after > begin).tolist():
        young = min(length, int(learned.strata.after[row])) - begin
        number[row, :young] = variance[row, :young] = 0.0
    stream = learned.strata.stream
    return added(number, stream), np.maximum(added(variance, stream), 0.0)


def _pieces(learned: Learned) -> Iterator[tuple[int, Learned]]:
    ends = np.searchsorted(learned.strata.stream, np.arange(learned.streams + 1)).tolist()
    for low in range(0, learned.streams, PIECE):
        high = min(low + PIECE, learned.streams)
        rows = slice(ends[low], ends[high])
        yield low, _cut(learned, rows, slice(low, high), learned.strata.stream[rows] - low)


def _cut(learned: Learned, rows: slice | Ints, streams: slice | Ints, stream: Ints) -> Learned:
    strata = learned.strata
    fewer = structs.replace(
        strata, total=strata.total[rows], count=strata.count[rows], spread=strata.spread[rows],
        skew=strata.skew[rows], stream=stream, first=strata.first[rows], after=strata.after[rows],
        unit=None if strata.unit is None else strata.unit[rows],
        doubt=None if strata.doubt is None else strata.doubt[rows],
    )  # fmt: skip
    w, d = learned.weight, learned.deviation
    return structs.replace(
        learned, strata=fewer, origin=learned.origin[streams], mean=learned.mean[rows],
        phi=learned.phi[streams],
        weight=(w[0][rows], w[1][rows], w[2][rows]), deviation=(d[0][rows], d[1][rows]),
        skew=learned.skew[streams], scale=None if learned.scale is None else learned.scale[streams],
        streams=len(learned.phi[streams]),
    )  # fmt: skip


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


def moments(
    learned: Learned, design: Design, cut: tuple[slice | Ints, slice | Ints], mine: Ints | slice = slice(None)
) -> tuple[Floats, Floats, Floats]:
    """Sums of g w y, g w and g g w over the window [start, end), g being 1, or 1, 2, 3 … since its start."""
    end, start = cut

    def between(sums: Floats) -> Floats:
        rows = sums[mine]
        return np.asarray(rows[:, end] - rows[:, start])

    w0, d0 = between(learned.weight[0]), between(learned.deviation[0])
    if design.shape == "step":
        return d0, w0, w0
    w1, w2, d1 = between(learned.weight[1]), between(learned.weight[2]), between(learned.deviation[1])
    zero = np.arange(learned.strata.count.shape[1] + 1)[start] - 1.0
    return d1 - zero * d0, w1 - zero * w0, w2 - 2.0 * zero * w1 + zero * zero * w0


def _scale(strata: Strata) -> Floats:
    """Root of the variance assumed over the one of the shares seen up to each day, by stream."""
    seen, trials = np.cumsum(strata.total, axis=1), np.cumsum(strata.count, axis=1)
    mature = np.arange(1, trials.shape[1] + 1) > strata.after[:, None]
    p = np.divide(seen, trials, out=np.zeros_like(seen), where=trials > 0)
    worth = np.ones(len(seen)) if strata.unit is None else strata.unit
    p = np.clip(p * worth[:, None], strata.floor, 1.0 - strata.floor)
    weight = trials * mature
    assumed = added(weight, strata.stream)
    ratio = p * (1.0 - p) / (strata.spread * worth**2)[:, None]
    found = added(weight * ratio, strata.stream)
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


def _shared_spread(deviation: Floats, weight: Floats, strata: Strata) -> Floats:
    """By stratum, the variance of its stream's daily sums over that of their parts, at least 1."""
    off, whole = added(deviation * (weight > 0), strata.stream), added(weight, strata.stream)
    seen = whole > 0
    pearson = np.divide(off**2, whole, out=np.zeros_like(whole), where=seen).sum(axis=1)
    days = np.maximum(seen.sum(axis=1) - 1, 0)
    return np.asarray(np.maximum(1.0, (pearson + SPREAD_PRIOR) / (days + SPREAD_PRIOR)))[strata.stream]


def _average(values: Floats, weights: Floats, stream: Ints, streams: int) -> Floats:
    weights = weights + 1e-9
    return np.asarray(np.bincount(stream, values * weights, streams) / np.bincount(stream, weights, streams))


def _sums(values: Floats) -> Floats:
    sums = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return sums
