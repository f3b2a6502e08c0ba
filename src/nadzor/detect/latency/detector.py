# SPDX-License-Identifier: Apache-2.0
"""Latency: more of a device's studies take longer than a fixed time that few took in its baseline."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nadzor.detect.context import Context
from nadzor.detect.finding import Fact, Finding, in_order
from nadzor.detect.learned import BASELINE_DAYS, Watch, tabulate
from nadzor.detect.moved_share import Params, Shares, moved
from nadzor.detect.series import Days, Ints, unsplit
from nadzor.detect.stats.learned_limits import LASTING
from nadzor.measures.catalogue import catalogue
from nadzor.measures.columns import Block, Columns, Pair
from nadzor.measures.rollup import ALL, Row

NAME = "latency"
READS = unsplit("duration")
BUDGET = 0.005
AIM = 0.2
"""The share of baseline studies beyond the chosen time, as nearly as the odds at the bins allow."""
FLOOR = 0.02
"""Where no baseline study exceeds the edge, one of fifty is taken to."""
SLOW = Watch(kind="latency.rise", designs=((LASTING, BUDGET),), side=1, tolerance=0.12)
COUNTED: Pair = ("duration", ALL)
SLOWER: Pair = ("slower", ALL)


def detect(rows: Sequence[Row] | Columns | Days, *, params: Params | None = None) -> list[Finding]:
    """Rises of the share of studies that take a device longer than its own baseline's slow fifth.

    Method: the edge of the fixed bins beyond which the share in the baseline is nearest to a fifth; studies
    beyond it, each site with its own past, in the learned charts: shifts over 7 to 90 days.
    """
    params = params or Params()
    days = Days.of(rows, READS)
    chosen = chosen_edges(days, params)
    block = days.block(*COUNTED)
    slower = block.where(np.flatnonzero(block.bin > chosen[block.device]))
    split = Days(Columns(days.columns.names, {COUNTED: block, SLOWER: slower}), (COUNTED, SLOWER))
    table = tabulate(split, (COUNTED, SLOWER), by=("device", "site"))
    if table is None:
        return []
    shares = Shares(
        detector=NAME, budget=BUDGET, days=days, counted=COUNTED, table=table,
        events=table.counts[SLOWER], trials=table.counts[COUNTED], params=params,
        floor=FLOOR,
    )  # fmt: skip
    names, edges = days.columns.names["device"], catalogue().edges("duration")

    def facts(device: str) -> dict[str, Fact]:
        return {"slower_than_s": edges[int(chosen[names.index(device)])] / 1000.0}

    return in_order(moved(shares, (SLOW,), facts=facts))


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told what the register knows."""
    return detect(days, params=Params(registered=context.baselines, journal_size=context.journal_size))


def chosen_edges(days: Days, params: Params) -> Ints:
    """For each device the last bin that is not slow: its baseline's share beyond it is nearest to AIM."""
    block, names = days.block(*COUNTED), days.columns.names["device"]
    bins = len(catalogue().edges("duration")) + 1
    first = _first_days(block, len(names))
    after = first + BASELINE_DAYS
    for code, name in enumerate(names):
        if name in params.registered:
            window = params.registered[name]
            first[code], after[code] = window.first.toordinal(), window.after.toordinal()
    inside = np.flatnonzero((block.day >= first[block.device]) & (block.day < after[block.device]))
    cell = block.device[inside] * bins + np.clip(block.bin[inside], 0, bins - 1)
    counts = np.bincount(cell, weights=block.n[inside], minlength=len(names) * bins)
    counts = np.maximum(counts.reshape(-1, bins), 0.0)
    total = np.maximum(counts.sum(axis=1), 1.0)
    beyond = 1.0 - np.cumsum(counts, axis=1)[:, :-1] / total[:, None]
    beyond = np.clip(beyond, 0.0, 1.0)
    off = np.log((beyond + 1e-3) / (1.0 + 1e-3 - beyond)) - np.log(AIM / (1.0 - AIM))
    return np.asarray(np.abs(off).argmin(axis=1), np.int64)


def _first_days(block: Block, devices: int) -> Ints:
    """The first day of each device, as an ordinal, from a calendar of all: faster than a search."""
    if not len(block):
        return np.zeros(devices, np.int64)
    begin = int(block.day.min())
    worked = np.zeros((devices, int(block.day.max()) + 1 - begin), bool)
    alive = block.n > 0
    worked[block.device[alive], block.day[alive] - begin] = True
    return np.asarray(worked.argmax(axis=1) + begin, np.int64)
