# SPDX-License-Identifier: Apache-2.0
"""Expected performance from score histograms: week by week for the chart, four weeks at a time for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
from msgspec import Struct

from nadzor.detect.claim_check.claim import FAIR, SELECTION
from nadzor.detect.series import Days, Floats, Ints, dense
from nadzor.detect.stats.cbpe import Performance, performance, pooled
from nadzor.measures.bins import Bins, Edges
from nadzor.measures.columns import Block

SCORES = ("scores", "all")
LABELLED = (("score_present", SELECTION), ("score_absent", SELECTION))
READS = frozenset((SCORES, *LABELLED))
REFERENCE_WEEKS = 13
LABEL_WAIT_DAYS = 70
"""Labels come a month or two after the study; those of the reference are waited for this long."""
GRACE_DAYS = 8
"""Scores that become known later than this after their week are not used."""
CASES_MIN = 20
"""Fewer labelled cases of either kind calibrate nothing."""
WEEK_MIN = 50.0
"""A week with fewer scores has no estimate."""
BLOCK_WEEKS = 4
WEEKS_MAX = 1040


class Course(Struct, frozen=True):
    """The weeks of one device and finding: histograms (weeks by bins), calibrated shares, expected AUC.

    `first` is the ordinal of the first week's first day; `auc` is nan-free: 0 where `usable` is false.
    """

    device: int
    finding: int
    first: int
    edges: Edges
    counts: Floats
    shares: Floats
    auc: Floats
    usable: Floats
    cases: tuple[int, int]

    def ready(self) -> int:
        """The ordinal of the day on which the calibration was known."""
        return self.first + 7 * REFERENCE_WEEKS + LABEL_WAIT_DAYS

    def looked(self, block: int) -> int:
        """The ordinal of the day on which a block of four weeks is looked at."""
        return self.first + 7 * (REFERENCE_WEEKS + BLOCK_WEEKS * (block + 1)) + GRACE_DAYS

    def blocks(self, until: int) -> list[int]:
        """The blocks after the reference that may be looked at before a day."""
        whole = (len(self.auc) - REFERENCE_WEEKS) // BLOCK_WEEKS
        return [i for i in range(whole) if self.ready() <= self.looked(i) < until]

    def weeks(self, block: int) -> slice:
        """The weeks of a block."""
        start = REFERENCE_WEEKS + BLOCK_WEEKS * block
        return slice(start, start + BLOCK_WEEKS)


class Estimate(Struct, frozen=True, kw_only=True):
    """What is expected of a device in four weeks; `assumes` is nothing less than calibrated scores."""

    device: str
    finding: str
    first: date
    after: date
    scored: int
    cases: int
    performance: Performance


def courses(days: Days, bins: Bins, *, until: int) -> Iterator[Course]:
    """Every device and finding that has registered bins, scores and enough labels to calibrate them."""
    block, names = days.block(*SCORES), days.columns.names
    if not len(block):
        return
    findings, size = len(names["finding"]), max((len(edges) for edges in bins.values()), default=0) + 1
    streams, (stream,) = dense([block.device.astype(np.int64) * findings + block.finding])
    base = max(int(block.day.max()) // 7 - WEEKS_MAX, int(block.day.min()) // 7) * 7
    weekly, whole = _weekly(block, stream, base=base, size=size), max(0, (until - 1 - GRACE_DAYS - base) // 7)
    shelf = [_sorted(days.block(*pair), findings, names["stratum"]) for pair in LABELLED]
    for i, key in enumerate(streams.tolist()):
        edges = bins.get((names["device"][key // findings], names["finding"][key % findings]))
        if edges:
            counts = weekly[i, :whole, : len(edges) + 1]
            course = _course(key, base, counts, (edges, findings, shelf))
            if course:
                yield course


def estimates(
    days: Days, bins: Bins, *, until: date, thresholds: dict[tuple[str, str], int]
) -> list[Estimate]:
    """The expected performance of every device, four weeks at a time.

    Method: confidence-based performance estimation on bins (stats/cbpe.py); thresholds by device and finding
    say where a bin is called positive, without one there is an area only.
    """
    return [
        _estimate(course, block, days, thresholds)
        for course in courses(days, bins, until=until.toordinal())
        for block in course.blocks(until.toordinal())
    ]


def expected_auc(counts: Floats, shares: Floats) -> Floats:
    """The expected area of each row of a histogram whose bins hold these shares of present cases.

    Method: Mann-Whitney with ties counted half, of expected counts; 0 where one class is empty.
    """
    present, absent = counts * shares, counts * (1.0 - shares)
    pairs = present.sum(axis=-1) * absent.sum(axis=-1)
    below = np.cumsum(absent, axis=-1) - absent / 2.0
    won = (present * below).sum(axis=-1)
    return np.asarray(np.divide(won, pairs, out=np.zeros_like(won), where=pairs > 0))


def _weekly(block: Block, stream: Ints, *, base: int, size: int) -> Floats:
    """Histograms by stream, week and bin, of what was known soon after its week."""
    low, high = int(block.day.min()), int(block.day.max())
    week_of_day = (np.arange(low, high + 1) - base) // 7
    weeks, streams = int(week_of_day[-1]) + 1, int(stream.max()) + 1
    cell = (week_of_day * size)[block.day - np.int64(low)]
    cell += stream * (weeks * size)
    cell += block.bin
    closed = base + 7 * (week_of_day + 1) + GRACE_DAYS
    unused = _unused(block, closed, base=base, size=size)
    n = block.n.astype(np.float64)
    cell[unused], n[unused] = 0, 0.0
    counts = np.bincount(cell, n, minlength=streams * weeks * size)
    return np.maximum(counts, 0.0).astype(np.float64).reshape(streams, weeks, size)


def _unused(block: Block, closed: Ints, *, base: int, size: int) -> Ints:
    """Rows that became known too late for their week, or lie outside the weeks or the bins.

    Why: a row waited for less than the grace is never late, and few are asked for more than that.
    """
    outside = (block.day < base) | (block.bin < 0) | (block.bin >= size)
    some = np.flatnonzero(outside | (block.known - block.day > GRACE_DAYS))
    late = block.known[some] > closed[block.day[some] - block.day.min()]
    return np.asarray(some[late | outside[some]], dtype=np.int64)


def _course(
    key: int, base: int, counts: Floats, told: tuple[Edges, int, list[tuple[Ints, Block]]]
) -> Course | None:
    edges, findings, shelf = told
    worked = np.flatnonzero(counts.any(axis=1))
    if not len(worked):
        return None
    first, counts = base + 7 * int(worked[0]), counts[worked[0] :]
    present, absent = (_labelled(one, key, edges, first=first) for one in shelf)
    cases = int(present.sum()), int(absent.sum())
    if min(cases) < CASES_MIN:
        return None
    shares = _filled(present, present + absent)
    auc = expected_auc(counts, shares)
    usable = ((counts.sum(axis=1) >= WEEK_MIN) & (auc > 0)).astype(np.float64)
    return Course(*divmod(key, findings), first, edges, counts, shares, auc, usable, cases)


def _sorted(block: Block, findings: int, strata: Sequence[str]) -> tuple[Ints, Block]:
    """Fair labels in order of streams, and the stream of each."""
    fair = np.array([name in FAIR for name in strata], dtype=bool)
    kept = block.where(fair[block.stratum]) if len(block) else block
    key = kept.device.astype(np.int64) * findings + kept.finding
    order = np.argsort(key, kind="stable")
    return key[order], kept.where(order)


def _labelled(shelf: tuple[Ints, Block], key: int, edges: Edges, *, first: int) -> Floats:
    """Labels of the reference by bin, of those that were known in time."""
    keys, block = shelf
    until = first + 7 * REFERENCE_WEEKS
    low, high = np.searchsorted(keys, [key, key + 1])
    day, known, bins, n = (part[low:high] for part in (block.day, block.known, block.bin, block.n))
    used = (day >= first) & (day < until) & (known < until + LABEL_WAIT_DAYS)
    place = np.searchsorted(edges, bins[used], side="right")
    return np.maximum(np.bincount(place, n[used], minlength=len(edges) + 1), 0.0).astype(np.float64)


def _filled(present: Floats, labelled: Floats) -> Floats:
    """Isotonic shares; a bin without labels takes what lies between its neighbours.

    Method: pool adjacent violators (Ayer et al. 1955).
    """
    seen = np.flatnonzero(labelled > 0)
    known = pooled(present[seen], labelled[seen])
    return np.asarray(np.interp(np.arange(len(labelled)), seen, known), dtype=np.float64)


def _estimate(course: Course, block: int, days: Days, thresholds: dict[tuple[str, str], int]) -> Estimate:
    names, weeks = days.columns.names, course.weeks(block)
    device, finding = names["device"][course.device], names["finding"][course.finding]
    count = course.counts[weeks].sum(axis=0)
    threshold = thresholds.get((device, finding))
    lowest = np.array([0, *course.edges], dtype=np.float64)
    positive = np.zeros(len(lowest)) if threshold is None else (lowest >= threshold).astype(np.float64)
    whole = performance(course.shares, np.arange(len(count), dtype=np.float64), positive, count)
    if threshold is None:
        whole = Performance(whole.roc_auc, None, None, None, None, None)
    first = course.first + 7 * weeks.start
    return Estimate(
        device=device, finding=finding, first=date.fromordinal(first),
        after=date.fromordinal(first + 7 * BLOCK_WEEKS), scored=int(count.sum()), cases=sum(course.cases),
        performance=whole,
    )  # fmt: skip
