# SPDX-License-Identifier: Apache-2.0
"""Many CUSUM charts run side by side, one column a day."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.series import Floats

ROUNDING = 1e-6
"""By how much a chart made from sums may differ from one made day by day."""


class Crossing(Struct, frozen=True, order=True):
    """A chart passed its limit on a day."""

    column: int
    stream: int
    chart: int
    value: float


class Charts(Struct, frozen=True):
    """Crossings in order of days, and the days on which a stream had crossed and was not yet back at zero."""

    crossings: list[Crossing]
    busy: NDArray[np.bool_]


def run_charts(seen: Floats, expected: Floats, *, reference: Floats, limits: Floats) -> Charts:
    """One chart for each stream (row) and reference value; a stream speaks once until its charts are at zero.

    Method: S = max(0, S + seen - k expected), alarm at S > h (Lucas 1985).  Above its limit a chart is held
    at it, so that it can come back when the cause has gone.  Most streams never pass: those that do are found
    from sums alone, and only they are followed day by day.
    """
    passing = _passing(seen, expected, reference=reference, limits=limits)
    few = _follow(seen[passing], expected[passing], reference=reference, limits=limits[passing])
    busy = np.zeros(seen.shape, dtype=bool)
    busy[passing] = few.busy
    told = [Crossing(one.column, int(passing[one.stream]), one.chart, one.value) for one in few.crossings]
    return Charts(told, busy)


def _passing(seen: Floats, expected: Floats, *, reference: Floats, limits: Floats) -> NDArray[np.intp]:
    """The streams of which a chart passes its limit on any day.

    Method: until then S is C less the least C so far (at most 0), with C the sum of seen - k expected.
    """
    watched = np.flatnonzero(np.isfinite(limits).any(axis=1))
    seen, expected = np.cumsum(seen[watched], axis=1), np.cumsum(expected[watched], axis=1)
    over = np.zeros(len(watched), dtype=bool)
    for k, limit in zip(reference, limits[watched].T, strict=True):
        sums = seen - k * expected
        sums -= np.minimum(np.minimum.accumulate(sums, axis=1), 0.0)
        over |= sums.max(axis=1, initial=0.0) > limit - ROUNDING
    return watched[over]


def _follow(seen: Floats, expected: Floats, *, reference: Floats, limits: Floats) -> Charts:
    """The charts of `run_charts`, day by day."""
    streams, days = seen.shape
    score = np.zeros((streams, len(reference)))
    alarmed = np.zeros(score.shape, dtype=bool)
    busy = np.zeros((streams, days), dtype=bool)
    crossings: list[Crossing] = []
    for day in range(days):
        score += seen[:, day, None] - expected[:, day, None] * reference
        np.maximum(score, 0.0, out=score)
        over = score > limits
        fresh: NDArray[np.bool_] = np.asarray(over.any(axis=1) & ~alarmed.any(axis=1))
        if fresh.any():
            crossings += _crossings(day, np.flatnonzero(fresh), score, limits)
        at_zero = score == 0.0
        alarmed = (alarmed | over) & ~at_zero
        np.minimum(score, limits, out=score, where=over)
        score[fresh[:, None] & ~over] = 0.0  # what the other charts hold has just been said
        busy[:, day] = alarmed.any(axis=1)
    return Charts(crossings, busy)


def _crossings(day: int, streams: NDArray[np.intp], score: Floats, limits: Floats) -> list[Crossing]:
    chart = np.argmax(score[streams] / limits[streams], axis=1)
    return [Crossing(day, int(s), int(c), float(score[s, c])) for s, c in zip(streams, chart, strict=True)]
