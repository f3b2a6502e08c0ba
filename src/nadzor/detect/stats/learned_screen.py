# SPDX-License-Identifier: Apache-2.0
"""Which streams a learned chart need not look at closely: a cheap, cautious look at all windows of a shift.

Most streams never come near their limit.  Here N and V of every window are worked out in fewer steps than
learned_chart.py takes, equal to its own but for rounding, and rounding is allowed for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.stats.learned_strata import Floats, Ints, added

ROUNDING = 1e-11
"""So much of the largest of its terms may a sum be off, far more than it ever is."""
PIECE = 48
"""Streams looked at together: few enough for their numbers to stay near the processor."""


class Sums(Struct, frozen=True):
    """Cumulated weights and deviations of strata, a zero column in front; `after` each one's baseline.

    `stream` numbers the streams in order without holes; `begin` is the first column that is watched.
    """

    weight: Floats
    deviation: Floats
    after: Ints
    stream: Ints
    begin: int


def may_pass(sums: Sums, windows: Sequence[int], least: Floats) -> NDArray[np.bool_]:
    """Which streams may have a window whose N / sqrt V is beyond `least` on some day; others have none."""
    ends = np.searchsorted(sums.stream, np.arange(len(least) + 1)).tolist()
    over = np.zeros(len(least), bool)
    for low in range(0, len(least) if sums.weight.shape[1] > sums.begin + 1 else 0, PIECE):
        high = min(low + PIECE, len(least))
        rows = slice(ends[low], ends[high])
        piece = Sums(
            sums.weight[rows], sums.deviation[rows], sums.after[rows], sums.stream[rows] - low, sums.begin
        )
        over[low:high] = _piece(piece, windows, least[low:high])
    return over


def _piece(sums: Sums, windows: Sequence[int], least: Floats) -> NDArray[np.bool_]:
    """The same of a few streams.

    Method: with W and D the sums up to the window's end and w, d those before it, the deviation within less
    its expected part is w D / W - d, its variance w - w w / W.
    """
    weight, deviation, begin = sums.weight, sums.deviation, sums.begin
    live = (np.arange(begin, weight.shape[1] - 1) >= sums.after[:, None]).astype(np.float64)
    whole = weight[:, begin + 1 :]
    part = np.divide(live, whole, out=np.zeros_like(whole), where=whole > 0)
    slope, square = part * deviation[:, begin + 1 :], weight * weight
    most = np.abs(deviation).max(axis=1), weight[:, -1]
    slack = [ROUNDING * np.bincount(sums.stream, one, len(least))[:, None] for one in most]
    bound = (least * least)[:, None] * (1.0 - 1e-9)
    over = np.zeros(len(least), bool)
    for days in windows:
        at = starts_of(begin, weight.shape[1] - 1, days)
        before = weight[:, at]
        number = np.abs(added(before * slope - deviation[:, at] * live, sums.stream))
        variance = np.maximum(added(before * live - square[:, at] * part, sums.stream) - slack[1], 0.0)
        told = number > slack[0]
        number += slack[0]
        over |= (told & (number * number > bound * variance)).any(axis=1)
    return over


def starts_of(begin: int, length: int, days: int) -> slice | Ints:
    """The columns of cumulated sums at which the windows that end after `begin` start."""
    if begin + 1 >= days:
        return slice(begin + 1 - days, length + 1 - days)
    return np.maximum(np.arange(begin + 1, length + 1) - days, 0)
