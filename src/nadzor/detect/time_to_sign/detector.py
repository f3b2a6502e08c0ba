# SPDX-License-Identifier: Apache-2.0
"""Time to sign: more of a device's studies are signed later than a day, or within the hour, than before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nadzor.detect.context import Context
from nadzor.detect.finding import Finding, in_order
from nadzor.detect.learned import Watch, tabulate
from nadzor.detect.moved_share import Params, Shares, moved
from nadzor.detect.series import Days, unsplit
from nadzor.detect.stats.learned_limits import LASTING
from nadzor.measures.catalogue import catalogue
from nadzor.measures.columns import Block, Columns, Pair
from nadzor.measures.rollup import ALL, Row

NAME = "time_to_sign"
READS = unsplit("time_to_sign")
BUDGET = 0.004
TOLERANCE = 0.25
"""Logits: a change of the odds by less than a quarter is none, however many studies show it."""
FLOOR = 0.02
"""What never happened in the baseline is taken to happen once in fifty."""
HASTY = Watch(kind="signing.hasty", designs=((LASTING, 0.002),), side=1, tolerance=TOLERANCE)
SLOW = Watch(kind="signing.slow", designs=((LASTING, 0.002),), side=1, tolerance=TOLERANCE)
HOUR, DAY = 1, 24
SETTLED = {HOUR: 2, DAY: 4}
"""Days after which a study's review counts or not: what is signed soon is known first, and looks hasty."""
SIGNED: Pair = ("time_to_sign", ALL)
CHOSEN: Pair = ("chosen", ALL)


def detect(rows: Sequence[Row] | Columns | Days, *, params: Params | None = None) -> list[Finding]:
    """Rises of the share signed later than a day and of the share signed within the hour.

    Method: of the studies whose review is known within some days, the same number for every study day, those
    signed within the hour or after a day, less what all devices do together, in the learned charts: shifts
    over 7 to 90 days.
    """
    params = params or Params()
    days = Days.of(rows, READS)
    edges = list(catalogue().edges("time_to_sign"))
    hasty, late = edges.index(HOUR) + 1, edges.index(DAY) + 1
    return in_order(
        [
            *_kind(days, HASTY, (0, hasty), wait=SETTLED[HOUR], params=params),
            *_kind(days, SLOW, (late, len(edges) + 1), wait=SETTLED[DAY], params=params),
        ]
    )


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told what the register knows."""
    return detect(days, params=Params(registered=context.baselines, journal_size=context.journal_size))


def _kind(days: Days, what: Watch, bins: tuple[int, int], *, wait: int, params: Params) -> list[Finding]:
    signed = settled(days.block(*SIGNED), wait)
    chosen = signed.where(np.flatnonzero((signed.bin >= bins[0]) & (signed.bin < bins[1])))
    split = Days(Columns(days.columns.names, {SIGNED: signed, CHOSEN: chosen}), (SIGNED, CHOSEN))
    table = tabulate(split, (SIGNED, CHOSEN), by=("device",))
    if table is None:
        return []
    shares = Shares(
        detector=NAME, budget=BUDGET, days=days, counted=SIGNED, table=table, events=table.counts[CHOSEN],
        trials=table.counts[SIGNED], params=params, floor=FLOOR, shared=True,
        waits=wait,
    )  # fmt: skip
    return moved(shares, (what,))


def settled(block: Block, wait: int) -> Block:
    """The reviews known within so many days of their study, of the days for which that time has passed."""
    if not len(block):
        return block
    newest = int(block.known.max())
    return block.where(np.flatnonzero((block.known - block.day <= wait) & (block.day + wait <= newest)))
