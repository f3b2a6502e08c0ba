# SPDX-License-Identifier: Apache-2.0
"""Gaps: runs of days without a study, and the evidence that each of them is no accident."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from nadzor.detect.stats.volume import Bools, Floats, Ints, Volume

BEAT_DAYS = 56
BEAT_DAYS_MIN = 28
BEAT_SHARE = 0.8
"""Part of the days on which an installation must have beaten before a missing beat tells anything."""


CLOSED_DAYS = 3
"""So long a clinic may keep a holiday of its region while its installation beats on."""


class Gaps(Struct, frozen=True):
    """Empty cells in order of stream and day, each with its gap's first column and the evidence up to it.

    `alive` are those whose installation has beaten since the gap began, or whose missing beats tell nothing.
    Units: `evidence` is that of the empty days and of missing heartbeats together, in nats.
    """

    stream: Ints
    column: Ints
    start: Ints
    expected: Floats
    evidence: Floats
    dispersion: Floats
    alive: Bools


def day_evidence(expected: Floats, dispersion: Floats, habit: Floats) -> Floats:
    """Minus the log of the chance of an empty day.

    Method: the zero class of the negative binomial, ln(1 + mu k) / k, at most that of the share of such days
    on which the stream was closed before.
    """
    day = np.log1p(expected * dispersion) / dispersion
    return np.where(habit > 0, np.minimum(day, -np.log(np.clip(habit, 1e-9, 1.0))), day)


def find_gaps(studies: Floats, beats: Floats, volume: Volume, open_share: Floats) -> Gaps:
    """All empty days of streams whose habits are known at the gap's beginning.

    Method: a gap's evidence is the sum of its days', mixed over the level's gamma uncertainty v,
    ln(1 + v A) / v, and that of a heartbeat missing since the gap began, told once.
    Units: `open_share` by stream and day; a day at 0 says nothing.
    """
    empty = studies == 0
    empty[:, 1:] &= np.logical_or.accumulate(~empty, axis=1)[:, :-1]
    empty[:, 0] = False
    stream, column = np.nonzero(empty)
    begins = np.ones(len(stream), dtype=bool)
    begins[1:] = (np.diff(stream) != 0) | (np.diff(column) != 1)
    gap = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    start, week = column[first], volume.week_of(column[first])
    known = volume.known[stream[first], week][gap]
    weekday = (column + volume.offset) % 7
    profile = volume.expected[stream[first], week][gap, weekday]
    k = volume.dispersion[stream[first], week][gap]
    mu = profile * open_share[stream, column] * known
    day = day_evidence(mu, k, volume.habit[stream[first], week][gap])
    v = volume.uncertainty[stream[first], week][gap]
    total = _running(np.where(mu > 0, day, 0.0), gap, first)
    evidence = np.log1p(v * total) / v
    missing = beat_evidence(beats)[stream[first], start]
    alive = (_running(beats[stream, column], gap, first) > 0) | (missing[gap] == 0)
    evidence += np.where((total > 0) & ~alive, missing[gap], 0.0)
    return Gaps(stream, column, start[gap], _running(mu, gap, first), np.round(evidence, 9), k, alive)


def _running(values: Floats, gap: Ints, first: Ints) -> Floats:
    """Sums from the beginning of each gap."""
    sums = np.cumsum(values)
    before = np.concatenate(([0.0], sums))[first]
    return np.asarray(np.round(sums - before[gap], 9), dtype=np.float64)


def beat_evidence(beats: Floats) -> Floats:
    """Minus the log of the chance of a day without a heartbeat, from the 56 days before; 0 where unknown.

    Method: (missed + 1) / (days + 2), Laplace's rule of succession.
    """
    there = beats > 0
    sums = np.zeros((len(beats), beats.shape[1] + 1))
    np.cumsum(there, axis=1, out=sums[:, 1:])
    here = np.arange(beats.shape[1])
    begun = np.where(there.any(axis=1), there.argmax(axis=1), beats.shape[1])
    since = np.maximum(here - BEAT_DAYS, begun[:, None])
    days = np.maximum(here - since, 0)
    beaten = sums[:, :-1] - np.take_along_axis(sums, np.minimum(since, here), axis=1)
    sure = (days >= BEAT_DAYS_MIN) & (beaten >= BEAT_SHARE * days)
    return np.where(sure, -np.log((days - beaten + 1.0) / (days + 2.0)), 0.0)


def crossings(gaps: Gaps, cells: Ints, limits: Floats) -> Ints:
    """Of these cells, the first of each gap whose evidence reaches its limit.

    Why: an installation that beats while no study comes stands in a closed clinic more often than in a broken
    line; where few clinics of a region report, nothing else tells its holidays.  So it is given three days,
    and so is one that never beat daily: nobody can tell the two apart.
    """
    patient = gaps.alive[cells] & (gaps.column[cells] - gaps.start[cells] < CLOSED_DAYS)
    over = cells[(gaps.evidence[cells] >= limits) & ~patient]
    keys = np.stack((gaps.stream[over], gaps.start[over]))
    _, first = np.unique(keys, axis=1, return_index=True) if len(over) else (None, np.zeros(0, np.int64))
    return np.asarray(over[np.sort(first)], dtype=np.int64)
