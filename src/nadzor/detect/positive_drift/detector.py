# SPDX-License-Identifier: Apache-2.0
"""Positive drift: the share of positive decisions has moved, and on whose equipment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp

import numpy as np
from msgspec import Struct, structs

from nadzor.detect.context import Context
from nadzor.detect.equipment import Levels, Spoken, heard
from nadzor.detect.finding import Effect, Fact, Finding, in_order
from nadzor.detect.learned import (
    Scene,
    Table,
    Told,
    Watch,
    contributors,
    finding_of,
    since,
    tabulate,
    windows,
)
from nadzor.detect.series import Days, Wanted
from nadzor.detect.stats.learned_chart import learn
from nadzor.detect.stats.learned_limits import SHIFT
from nadzor.detect.stats.learned_strata import Strata, in_logits, share_strata, without_shared
from nadzor.detect.window import Window
from nadzor.measures.columns import Columns, Pair
from nadzor.measures.rollup import Row

NAME = "positive_drift"
PAIRS: tuple[Pair, Pair] = (("positives", "equipment"), ("decided", "equipment"))
READS: Wanted = frozenset(PAIRS)
BUDGET = 0.015
LEVEL = 1.96
TOLERANCE = 0.12
"""Logits: a change of the odds by less than an eighth is none, however many studies show it."""
UP = Watch(kind="positives.up", designs=((SHIFT, 0.0075),), side=1, tolerance=TOLERANCE)
DOWN = Watch(kind="positives.down", designs=((SHIFT, 0.0075),), side=-1, tolerance=TOLERANCE)


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told: registered baselines by device, and the size of the journal."""

    registered: Mapping[str, Window] = {}
    journal_size: int | None = None


def detect(rows: Sequence[Row] | Columns | Days, *, params: Params | None = None) -> list[Finding]:
    """Findings about the share of positives, of a maker's equipment or of a device as a whole.

    Method: shares of positives by site and maker of equipment, each with its own past, in logits, less what
    all devices do together, in the learned charts of stats/learned_chart.py: shifts over 2 to 125 days.
    """
    params = params or Params()
    days = Days.of(rows, READS)
    table = tabulate(days, PAIRS, by=("device", "finding", "stratum", "site"), split=("version",))
    if table is None:
        return []
    trials = table.counts[PAIRS[1]]
    window = windows(table, trials, days.columns.names["device"], params.registered)
    device = table.streams("device")
    shares = share_strata(np.minimum(table.counts[PAIRS[0]], trials), trials, stream=device, window=window)
    whole = without_shared(in_logits(shares))
    parts = structs.replace(whole, stream=table.streams("device", "finding", "stratum"))
    levels = Levels(parts=_scene(days, table, parts, params), whole=_scene(days, table, whole, params))
    return in_order([_finding(one, shares) for one in heard(levels, (UP, DOWN))])


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told what the register knows."""
    return detect(days, params=Params(registered=context.baselines, journal_size=context.journal_size))


def _scene(days: Days, table: Table, strata: Strata, params: Params) -> Scene:
    return Scene(
        detector=NAME, budget=BUDGET, days=days, table=table,
        learned=learn(strata, together=True, slopes=False), journal_size=params.journal_size,
    )  # fmt: skip


def _finding(said: Spoken, shares: Strata) -> Finding:
    scene, one = said.scene, said.one
    count = since(scene, one, shares.count)
    seen = since(scene, one, shares.total)
    usual = count * scene.learned.mean * shares.spread  # from logits back to shares
    sites, watched = contributors(scene, one, "site", side=one.watch.side)
    facts: dict[str, Fact] = {
        "equipment": said.equipment, "sites": sites, "sites_watched": watched,
        "decided": round(float(count.sum())), "observed": round(float(seen.sum() / count.sum()), 5),
        "expected": round(float(usual.sum() / count.sum()), 5), "effect_logit": round(one.change.effect, 4),
    }  # fmt: skip
    low, middle, high = (exp(one.change.effect + side * LEVEL * one.change.error) for side in (-1, 0, 1))
    told = Told(
        kind=one.watch.kind, effect=Effect(name="odds_ratio", estimate=middle, low=low, high=high),
        facts=facts, stratum=said.stratum, dimension="equipment" if said.stratum else "",
        finding=said.finding,
    )  # fmt: skip
    return finding_of(scene, one, told)
