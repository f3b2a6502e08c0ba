# SPDX-License-Identifier: Apache-2.0
"""What a learned chart watches: strata of counts and sums, their baselines, what all of them do together."""

from __future__ import annotations

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PEERS_MIN = 12
"""Streams before the others can say what everybody does: one faulty one of twelve moves them by a twelfth."""
HELD = 2.0
"""Standard errors at which one stream's day is held, so that a few odd ones do not speak for all."""


class Strata(Struct, frozen=True, kw_only=True):
    """What is watched: one row a stratum, one column a day.

    `total` is the day's sum of values and `count` of how many; `spread` is the variance of one value and
    `skew` its third standardised moment, both from the baseline; `stream` says to which stream a stratum adds
    (numbered without holes, in order); [first, after) is the baseline of each stratum, in columns.  For
    shares (`binary`) the variance follows the share seen so far, since it errs with the mean, the share taken
    for `floor` at least.  `unit` is what one unit of the values is worth as a share, where that is not one;
    `doubt` is how much larger each variance is for what was taken off all streams.
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
    unit: Floats | None = None
    doubt: Floats | None = None


def share_strata(
    events: Floats, trials: Floats, *, stream: Ints, window: tuple[Ints, Ints], floor: float = 0.0
) -> Strata:
    """Strata of shares; variance and skewness of one trial from the baseline, shrunk to the stream's share.

    `window` is the first and after column of each stratum's baseline; a share below `floor` is given the
    variance of the floor, so that what never happened is not impossible.

    Method: binomial; the stratum's share is that of its baseline with 100 trials of the stream's added.
    """
    inside = within(*window, events.shape[1])
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


def in_logits(strata: Strata) -> Strata:
    """The same shares with values in logits, so that one shift means the same at every share.

    Method: a share p moves by p (1 - p) for a logit; sums over strata are then the score of a common shift.
    """
    return structs.replace(
        strata, total=strata.total / strata.spread[:, None], spread=1.0 / strata.spread, unit=strata.spread
    )


def founders(stream: Ints, after: Ints) -> NDArray[np.bool_]:
    """Which strata were there when their stream's first baseline ended: what came later changes nothing."""
    streams = int(stream[-1]) + 1 if len(stream) else 0
    earliest = np.full(streams, np.iinfo(np.int64).max)
    np.minimum.at(earliest, stream, after)
    return np.asarray(after == earliest[stream])


def without_shared(strata: Strata) -> Strata:
    """The same strata less what all streams do together on each day; unchanged where there are too few.

    Why: a season, a holiday or a change of rules moves everybody; it is not one device's.
    Method: on each day the mean of the streams' differences from their baselines, each held at HELD standard
    errors (Huber's estimator, two steps), none weighing more than three median ones.  A stream counts from
    the end of its baseline, the first ones from their first day.
    """
    weight, gap = _days_of_streams(strata)
    usual = weight.sum(axis=1) / np.maximum((weight > 0).sum(axis=1), 1)
    present = usual > 0
    if np.count_nonzero(present) < PEERS_MIN:
        return strata
    weight *= np.minimum(1.0, 3.0 * np.median(usual[present]) / np.maximum(usual, 1e-300))[:, None]
    known = (weight > 0).sum(axis=0) >= PEERS_MIN
    whole = np.maximum(weight.sum(axis=0), 1e-300)
    middle = np.zeros(weight.shape[1])
    root = np.sqrt(weight)
    for _ in range(2):
        held = np.clip((gap - middle) * root, -HELD, HELD)
        middle = middle + np.where(known, (held * root).sum(axis=0) / whole, 0.0)
    total = strata.total - strata.count * middle
    doubt = usual / max(float(usual.sum()), 1e-300)
    return structs.replace(strata, total=total, doubt=1.0 + doubt[strata.stream])


def _days_of_streams(strata: Strata) -> tuple[Floats, Floats]:
    """By stream and day: the weight of its mean difference from the baseline, and that difference."""
    length = strata.count.shape[1]
    inside = within(strata.first, strata.after, length)
    known = (strata.count * inside).sum(axis=1)
    mean = (strata.total * inside).sum(axis=1) / np.maximum(known, 1.0)
    column = np.arange(length)
    told = (column >= strata.after[:, None]) | (inside & (strata.after <= strata.after.min())[:, None])
    n = strata.count * told / strata.spread[:, None]
    weight = added(n, strata.stream)
    off = added((strata.total - strata.count * mean[:, None]) * told / strata.spread[:, None], strata.stream)
    return weight, np.divide(off, weight, out=np.zeros_like(off), where=weight > 0)


def added(values: Floats, stream: Ints) -> Floats:
    """Rows of a stream added; streams are numbered in order, without holes."""
    streams = int(stream[-1]) + 1 if len(stream) else 0
    if len(values) == streams:
        return values
    ends = np.searchsorted(stream, np.arange(streams + 1))
    together = csr_array((np.ones(len(stream)), np.arange(len(stream)), ends), shape=(streams, len(stream)))
    return np.asarray(together @ values, dtype=np.float64)


def within(first: Ints, after: Ints, length: int) -> NDArray[np.bool_]:
    """By stratum and column, whether it lies in the baseline."""
    column = np.arange(length)
    return np.asarray((column >= first[:, None]) & (column < after[:, None]))
