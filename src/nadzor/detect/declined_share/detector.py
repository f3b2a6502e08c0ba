# SPDX-License-Identifier: Apache-2.0
"""Declined share: a device refuses more of its studies, at which sites, since which version."""

from __future__ import annotations

from collections.abc import Sequence

from nadzor.detect.context import Context
from nadzor.detect.finding import Finding, in_order
from nadzor.detect.learned import Watch, tabulate
from nadzor.detect.moved_share import Params, Shares, moved
from nadzor.detect.series import Days, unsplit
from nadzor.detect.stats.learned_limits import LASTING
from nadzor.measures.columns import Columns
from nadzor.measures.rollup import ALL, Row

NAME = "declined_share"
READS = unsplit("studies", "declined")
BUDGET = 0.005
FLOOR = 0.005
"""A device that never declined is taken for one that declines one study of two hundred."""
RISE = Watch(kind="declined.rise", designs=((LASTING, BUDGET),), side=1)


def detect(rows: Sequence[Row] | Columns | Days, *, params: Params | None = None) -> list[Finding]:
    """Rises of the share of studies that a device declines, over all its sites.

    Method: declined among studies, each site with its own past, in the learned charts: shifts over 7 to 90
    days.
    """
    days = Days.of(rows, READS)
    table = tabulate(days, sorted(READS), by=("device", "site"))
    if table is None:
        return []
    shares = Shares(
        detector=NAME, budget=BUDGET, days=days, counted=("studies", ALL), table=table,
        events=table.counts["declined", ALL], trials=table.counts["studies", ALL], params=params or Params(),
        floor=FLOOR,
    )  # fmt: skip
    return in_order(moved(shares, (RISE,)))


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told what the register knows."""
    return detect(days, params=Params(registered=context.baselines, journal_size=context.journal_size))
