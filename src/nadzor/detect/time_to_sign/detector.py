# SPDX-License-Identifier: Apache-2.0
"""Time to sign: more of a device's studies are signed later than a day, or within the hour, than before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from nadzor.detect.context import Context
from nadzor.detect.finding import Finding, in_order
from nadzor.detect.learned import Table, Watch
from nadzor.detect.moved_share import Params, Shares, moved
from nadzor.detect.series import Days, Floats, Ints, unsplit
from nadzor.detect.stats.learned_limits import LASTING
from nadzor.measures.catalogue import catalogue
from nadzor.measures.columns import Columns, Pair
from nadzor.measures.rollup import ALL, Row

NAME = "time_to_sign"
READS = unsplit("time_to_sign")
BUDGET = 0.004
TOLERANCE = 0.25
"""Logits: a change of the odds by less than a quarter is none, however many studies show it."""
FLOOR = 0.005
"""What never happened in the baseline is taken to happen once in two hundred."""
HASTY = Watch(kind="signing.hasty", designs=((LASTING, 0.002),), side=1, tolerance=TOLERANCE)
SLOW = Watch(kind="signing.slow", designs=((LASTING, 0.002),), side=1, tolerance=TOLERANCE)
HOUR, DAY = 1, 24
WAITS = (2, 4)
"""Days after which a review counts or not, for haste and delay: what is signed soon is known first."""
CLASSES = 3
SIGNED: Pair = ("time_to_sign", ALL)


def detect(rows: Sequence[Row] | Columns | Days, *, params: Params | None = None) -> list[Finding]:
    """Rises of the share signed later than a day and of the share signed within the hour.

    Method: of the studies whose review is known within some days, the same number for every study day, those
    signed within the hour or after a day, less what all devices do together, in the learned charts: shifts
    over 7 to 90 days.
    """
    days = Days.of(rows, READS)
    counts = settled_counts(days)
    if counts is None:
        return []
    told = [_kind(days, counts, kind, params or Params()) for kind in (HASTY, SLOW)]
    return in_order([finding for some in told for finding in some])


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told what the register knows."""
    return detect(days, params=Params(registered=context.baselines, journal_size=context.journal_size))


class Counts(Struct, frozen=True):
    """Reviews by lag (within 2 days, 4, later), class (hour, day, later), device, and day from `first` on."""

    first: int
    newest: int
    n: Floats


def settled_counts(days: Days) -> Counts | None:
    """Every review known within four days of its study, in one pass; None where there is none.

    Method: classes and lags are looked up, so that a million rows are read once.
    """
    block = days.block(*SIGNED)
    if not len(block):
        return None
    first, length = int(block.day.min()), int(np.ptp(block.day)) + 1
    kinds, devices = _kinds(), len(days.columns.names["device"])
    lag = np.clip(block.known - block.day, 0, len(kinds) - 1)
    cell = kinds[lag, np.clip(block.bin, 0, kinds.shape[1] - 1)]
    cell = (cell * devices + block.device) * length + (block.day - first)
    shape = (len(WAITS) + 1, CLASSES, devices, length)
    n = np.bincount(cell, weights=block.n, minlength=int(np.prod(shape))).reshape(shape)
    return Counts(first, int(block.known.max()), n.astype(np.float64, copy=False))


def _kinds() -> Ints:
    """By days of lag and bin: 0 to 2 (hour, day, later) for what is known within two days, then on."""
    edges = list(catalogue().edges("time_to_sign"))
    class_edges = [edges.index(HOUR) + 1, edges.index(DAY) + 1]
    of_bin = np.searchsorted(class_edges, np.arange(len(edges) + 1), "right")
    of_lag = np.searchsorted(WAITS, np.arange(max(WAITS) + 2), "left")
    return np.asarray(of_lag[:, None] * CLASSES + of_bin, np.int64)


def _kind(days: Days, counts: Counts, what: Watch, params: Params) -> list[Finding]:
    wait, chosen = (0, 0) if what is HASTY else (1, 2)
    known = np.maximum(counts.n[: wait + 1].sum(axis=0), 0.0)
    known[:, :, max(0, counts.newest - WAITS[wait] - counts.first + 1) :] = 0.0
    trials = known.sum(axis=0)
    present = np.flatnonzero(trials.any(axis=1))
    table = Table(counts.first, {"device": present}, {SIGNED: trials[present]})
    shares = Shares(
        detector=NAME, budget=BUDGET, days=days, counted=SIGNED, table=table, events=known[chosen, present],
        trials=trials[present], params=params, floor=FLOOR, shared=True, waits=WAITS[wait],
    )  # fmt: skip
    return moved(shares, (what,)) if len(present) else []
