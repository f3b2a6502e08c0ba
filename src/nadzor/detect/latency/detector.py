# SPDX-License-Identifier: Apache-2.0
"""Latency: more of a device's studies take longer than a fixed time that few took in its baseline."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nadzor.detect.context import Context
from nadzor.detect.finding import Fact, Finding, in_order
from nadzor.detect.learned import Table, Watch, tabulate, windows
from nadzor.detect.moved_share import Params, Shares, moved
from nadzor.detect.series import Days, Floats, Ints, unsplit
from nadzor.detect.stats.learned_limits import LASTING
from nadzor.measures.catalogue import catalogue
from nadzor.measures.columns import Columns, Pair
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


def detect(rows: Sequence[Row] | Columns | Days, *, params: Params | None = None) -> list[Finding]:
    """Rises of the share of studies that take a device longer than its own baseline's slow fifth.

    Method: the edge of the fixed bins beyond which the share in the baseline is nearest to a fifth; studies
    beyond it, each site with its own past, in the learned charts: shifts over 7 to 90 days.
    """
    params = params or Params()
    days = Days.of(rows, READS)
    table = tabulate(days, (COUNTED,), by=("device", "site"))
    if table is None:
        return []
    chosen = chosen_edges(days, table, params)
    slower = _slower(days, table, chosen)
    shares = Shares(
        detector=NAME, budget=BUDGET, days=days, counted=COUNTED, table=table,
        events=slower, trials=table.counts[COUNTED], params=params,
        floor=FLOOR,
    )  # fmt: skip
    names, edges = days.columns.names["device"], catalogue().edges("duration")

    def facts(device: str) -> dict[str, Fact]:
        return {"slower_than_s": edges[int(chosen[names.index(device)])] / 1000.0}

    return in_order(moved(shares, (SLOW,), facts=facts))


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told what the register knows."""
    return detect(days, params=Params(registered=context.baselines, journal_size=context.journal_size))


def chosen_edges(days: Days, table: Table, params: Params) -> Ints:
    """For each device the last bin that is not slow: its baseline's share beyond is nearest to AIM."""
    block, names = days.block(*COUNTED), days.columns.names["device"]
    bins = len(catalogue().edges("duration")) + 1
    first, after = np.zeros((2, len(names)), np.int64)
    window = windows(table, table.counts[COUNTED], names, params.registered)
    place = np.unique(table.code["device"], return_index=True)
    first[place[0]], after[place[0]] = (table.first + np.minimum.reduceat(side, place[1]) for side in window)
    inside = np.flatnonzero((block.day >= first[block.device]) & (block.day < after[block.device]))
    cell = block.device[inside] * bins + np.clip(block.bin[inside], 0, bins - 1)
    counts = np.bincount(cell, weights=block.n[inside], minlength=len(names) * bins)
    counts = np.maximum(counts.reshape(-1, bins), 0.0)
    total = np.maximum(counts.sum(axis=1), 1.0)
    beyond = np.clip(1.0 - np.cumsum(counts, axis=1)[:, :-1] / total[:, None], 0.0, 1.0)
    off = np.log((beyond + 1e-3) / (1.0 + 1e-3 - beyond)) - np.log(AIM / (1.0 - AIM))
    return np.asarray(np.abs(off).argmin(axis=1), np.int64)


def _slower(days: Days, table: Table, chosen: Ints) -> Floats:
    """The studies beyond each device's edge, by the strata and days of the table."""
    block, sites = days.block(*COUNTED), len(days.columns.names["site"])
    beyond = np.flatnonzero(block.bin > chosen[block.device])
    keys = table.code["device"] * sites + table.code["site"]
    stratum = np.searchsorted(keys, block.device[beyond] * np.int64(sites) + block.site[beyond])
    cell = stratum * table.length + (block.day[beyond] - table.first)
    told = np.bincount(cell, weights=block.n[beyond], minlength=len(keys) * table.length)
    return np.maximum(told.reshape(len(keys), table.length), 0.0)
