# SPDX-License-Identifier: Apache-2.0
"""Agreement and review decay: the share on which physicians agree, and the share they look at, has moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from nadzor.detect.context import Context
from nadzor.detect.finding import Effect, Fact, Finding, in_order
from nadzor.detect.learned import (
    Passed,
    Scene,
    Table,
    Told,
    Watch,
    contributors,
    enough,
    finding_of,
    passed,
    since,
    tabulate,
    windows,
)  # fmt: skip
from nadzor.detect.series import Days, Floats, Wanted, unsplit
from nadzor.detect.stats.learned_chart import learn
from nadzor.detect.stats.learned_limits import LASTING, SLOW
from nadzor.detect.stats.learned_strata import share_strata
from nadzor.detect.window import Window
from nadzor.measures.columns import Columns, Pair
from nadzor.measures.rollup import ALL, Row

NAME = "agreement_decay"
READS: Wanted = {*unsplit("agree", "disagree", "processed"), ("reviews", "verdict")}
BUDGET = 0.045
DECAY = Watch(kind="agreement.decay", designs=((SLOW, 0.034), (LASTING, 0.004)), side=1)
TOO_HIGH = Watch(kind="agreement.too_high", designs=((SLOW, 0.001), (LASTING, 0.0015)), side=-1)
REVIEW = Watch(kind="review.decay", designs=((SLOW, 0.0045),), side=1)
LEVEL = 1.96
UNSEEN = "not_reviewed"
UNREVIEWED_FLOOR = 0.25
"""Studies of a day are reviewed on the next, or after a holiday; that noise is taken for a quarter unseen."""


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told: registered baselines by device, and the size of the journal."""

    registered: Mapping[str, Window] = {}
    journal_size: int | None = None


def detect(rows: Sequence[Row] | Columns | Days, *, params: Params | None = None) -> list[Finding]:
    """Findings about agreement and about review, of a device, or of one of its findings where it has several.

    Method: shares of disagreement and of unreviewed studies, each site with its own past, in the learned
    charts of stats/learned_chart.py: ramps over 84 and 126 days and shifts over 7 to 90 days together.
    """
    params = params or Params()
    days = Days.of(rows, READS)
    return in_order([*_agreement(days, params), *_review(days, params)])


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told what the register knows."""
    return detect(days, params=Params(registered=context.baselines, journal_size=context.journal_size))


def _agreement(days: Days, params: Params) -> list[Finding]:
    table = tabulate(days, (("agree", ALL), ("disagree", ALL)), by=("device", "finding", "site"))
    if table is None:
        return []
    events = table.counts["disagree", ALL]
    trials = events + table.counts["agree", ALL]
    several = _findings_of(table)
    whole = _level(days, table, (events, trials), params)
    found = _said(whole, np.where(several > 1, 0.5, 1.0)[table.code["device"]], (DECAY, TOO_HIGH))
    if (several <= 1).all():
        return found
    single = _level(days, table, (events, trials), params, split=True)
    share = np.where(several > 1, 0.5 / np.maximum(several, 1), 0.0)[table.code["device"]]
    first = {(one.device, one.kind): one.first_day for one in reversed(in_order(found))}
    more = _said(single, share, (DECAY, TOO_HIGH))
    return found + [
        one for one in more if one.first_day < first.get((one.device, one.kind), one.first_day.max)
    ]


def _findings_of(table: Table) -> Floats:
    """How many findings each device had on its first day of any; later ones are watched with the others."""
    alive = np.maximum.reduce([part > 0 for part in table.counts.values()])
    start = np.where(alive.any(axis=1), alive.argmax(axis=1), table.length)
    device = table.code["device"]
    begins = np.full(int(device.max()) + 1, table.length)
    np.minimum.at(begins, device, start)
    early = start < begins[device] + 30
    pairs = np.unique(np.stack((device[early], table.code["finding"][early])), axis=1)
    return np.bincount(pairs[0], minlength=len(begins)).astype(np.float64)


def _review(days: Days, params: Params) -> list[Finding]:
    pairs: tuple[Pair, Pair] = (("processed", ALL), ("reviews", "verdict"))
    table = tabulate(_seen_by_someone(days), pairs, by=("device", "site"))
    if table is None:
        return []
    processed, reviewed = (table.counts[pair] for pair in pairs)
    missing = processed - reviewed  # below zero on days when yesterday's are reviewed: the sum is what counts
    scene = _level(days, table, (missing, processed), params, floor=UNREVIEWED_FLOOR)
    return _said(scene, np.ones(len(processed)), (REVIEW,))


def _seen_by_someone(days: Days) -> Days:
    """The same days without the reviews that say that nobody looked."""
    block, names = days.block("reviews", "verdict"), days.columns.names["stratum"]
    if UNSEEN not in names:
        return days
    looked = block.where(np.flatnonzero(block.stratum != names.index(UNSEEN)))
    return Days(
        Columns(days.columns.names, {**days.columns.blocks, ("reviews", "verdict"): looked}),
        (("processed", ALL), ("reviews", "verdict")),
    )


def _level(
    days: Days, table: Table, counts: tuple[Floats, Floats], params: Params, *,
    split: bool = False, floor: float = 0.0,
) -> Scene:  # fmt: skip
    """Everything of one level: devices, or (device, finding) pairs."""
    stream = table.streams("device", "finding") if split else table.streams("device")
    window = windows(table, counts[1], days.columns.names["device"], params.registered)
    strata = share_strata(*counts, stream=stream, window=window, floor=floor)
    return Scene(
        detector=NAME, budget=BUDGET, days=days, table=table, learned=learn(strata, extra=not floor),
        journal_size=params.journal_size,
    )  # fmt: skip


def _said(scene: Scene, share: Floats, watches: tuple[Watch, ...]) -> list[Finding]:
    """The findings of a level; `share` is each stratum's stream's part of the budget."""
    learned = scene.learned
    by_stream = np.zeros(learned.streams)
    by_stream[learned.strata.stream] = share
    by_stream *= enough(learned)
    return [
        finding_of(scene, one, _told(scene, one, one.watch)) for one in passed(learned, watches, by_stream)
    ]


def _told(scene: Scene, one: Passed, watch: Watch) -> Told:
    sites, watched = contributors(scene, one, "site", side=watch.side)
    count = float(since(scene, one, scene.learned.strata.count).sum())
    seen = float(since(scene, one, scene.learned.strata.total).sum())
    usual = float((since(scene, one, scene.learned.strata.count) * scene.learned.mean).sum())
    half = LEVEL * one.change.reached_error
    facts: dict[str, Fact] = {
        "sites": sites, "sites_watched": watched, "studies": round(count),
        "observed": round(1.0 - seen / count, 5), "expected": round(1.0 - usual / count, 5),
        "effect_logit": round(_logit(1.0 - seen / count) - _logit(1.0 - usual / count), 4),
    }  # fmt: skip
    effect = Effect(
        name="share_changed_by", estimate=-one.change.reached, low=-one.change.reached - half,
        high=-one.change.reached + half,
    )  # fmt: skip
    return Told(kind=watch.kind, effect=effect, facts=facts, finding=_finding(scene, one))


def _logit(share: float) -> float:
    safe = min(max(share, 1e-4), 1.0 - 1e-4)
    return float(np.log(safe / (1.0 - safe)))


def _finding(scene: Scene, one: Passed) -> str:
    """The finding that a stream is about; empty where it is about all of them."""
    if "finding" not in scene.table.code:
        return ""
    codes = np.unique(scene.table.code["finding"][scene.learned.strata.stream == one.alarm.stream])
    return scene.days.columns.names["finding"][int(codes[0])] if len(codes) == 1 else ""
