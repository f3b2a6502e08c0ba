# SPDX-License-Identifier: Apache-2.0
"""Gaps: runs of days without a study, and the evidence that each of them is no accident."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.series import Floats, Ints, Panel
from nadzor.detect.silence.trailing import Profile, Trailing, everybody, profiles

PEERS_MIN = 5
"""Streams expected on a day before the others can say that it was a quiet day for all."""
QUIET_DAY = 0.5
"""Below this part of what was expected of all, a day is a holiday or an outage and says nothing of anyone."""


class Nation(Struct, frozen=True):
    """Which part of the expected studies came in on each day, and on how many streams that rests."""

    seen: Floats
    expected: Floats
    own: Floats
    peers: Ints

    def openness(self, stream: Ints, column: Ints) -> Floats:
        """How open the country was on a day, the stream itself left out; 1 where too few others are known."""
        rest = self.expected[column] - self.own[stream, column]
        others = self.peers[column] - (self.own[stream, column] > 0)
        share = np.divide(self.seen[column], rest, out=np.ones(len(column)), where=rest > 0)
        share = np.where(others >= PEERS_MIN, np.minimum(share, 1.0), 1.0)
        return np.where(share < QUIET_DAY, 0.0, share)


class Gaps(Struct, frozen=True):
    """Empty cells in order of stream and day, each with its gap's first column and the evidence up to it."""

    stream: Ints
    column: Ints
    start: Ints
    expected: Floats
    evidence: Floats
    dispersion: Floats


def nation(panel: Panel, studies: Floats, past: Trailing) -> Nation:
    """The whole country's days."""
    expected, own = everybody(past, studies, panel.weekdays())
    return Nation((studies * (own > 0)).sum(axis=0), expected, own, (own > 0).sum(axis=0))


def find_gaps(panel: Panel, studies: Floats, past: Trailing, country: Nation) -> Gaps:
    """All empty days of streams whose habits are known, with the evidence of the gap so far.

    Method: a day's evidence is minus the log of the negative binomial zero class, ln(1 + mu k) / k, at most
    that of the share of such days the stream closed before; a gap's is the sum, mixed over the level's gamma
    uncertainty v: ln(1 + v A) / v.
    Units: nats.
    """
    live = np.cumsum(studies > 0, axis=1) > 0
    stream, column = np.nonzero((studies == 0) & live)
    start = _starts(stream, column)
    week = past.week_of(column[start])
    profile = profiles(past, stream[start], week)
    begins = np.zeros(len(stream), np.int64)
    begins[start] = 1
    gap = np.cumsum(begins) - 1
    return _evidence(panel, country, profile, (stream, column, column[start][gap], gap))


def _starts(stream: Ints, column: Ints) -> Ints:
    """Positions at which a new gap begins."""
    new = np.ones(len(stream), dtype=bool)
    new[1:] = (np.diff(stream) != 0) | (np.diff(column) != 1)
    return np.flatnonzero(new)


def _evidence(panel: Panel, country: Nation, profile: Profile, cells: tuple[Ints, Ints, Ints, Ints]) -> Gaps:
    stream, column, start, gap = cells
    mu = profile.expected[gap, panel.weekdays()[column]] * country.openness(stream, column)
    k = profile.dispersion[gap]
    day = np.log1p(mu * k) / k
    habit = profile.habit[gap]
    day = np.where(habit > 0, np.minimum(day, -np.log(np.clip(habit, 1e-9, 1.0))), day)
    total, v = _running(day * profile.known[gap], gap), profile.uncertainty[gap]
    return Gaps(stream, column, start, _running(mu, gap), np.round(np.log1p(v * total) / v, 9), k)


def _running(values: Floats, gap: Ints) -> Floats:
    """Sums from the beginning of each gap."""
    sums = np.cumsum(values)
    first = np.concatenate(([0.0], sums))[np.searchsorted(gap, np.arange(gap[-1] + 1 if len(gap) else 0))]
    return np.asarray(sums - first[gap], dtype=np.float64)


def crossings(gaps: Gaps, limits: Floats) -> NDArray[np.intp]:
    """The first cell of each gap whose evidence reaches the limit of its stream on the gap's first day."""
    over = np.flatnonzero(gaps.evidence >= limits[gaps.stream, gaps.start])
    keys = np.stack((gaps.stream[over], gaps.start[over]))
    _, first = np.unique(keys, axis=1, return_index=True) if len(over) else (None, np.zeros(0, np.intp))
    return np.asarray(over[np.sort(first)], dtype=np.intp)
