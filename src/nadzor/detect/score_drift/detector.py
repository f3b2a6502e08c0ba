# SPDX-License-Identifier: Apache-2.0
"""Score drift: where the scores of a device lie has changed, and on whose equipment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import pi, sqrt

import numpy as np
from msgspec import Struct, structs

from nadzor.detect.context import Context
from nadzor.detect.equipment import Levels, Spoken, heard, shares
from nadzor.detect.finding import Effect, Fact, Finding, in_order
from nadzor.detect.learned import Scene, Told, Watch, finding_of, since
from nadzor.detect.score_drift.histograms import Histograms, histograms, places
from nadzor.detect.score_drift.shape import SHAPED, shapes
from nadzor.detect.score_rows import PAIR
from nadzor.detect.series import Days, Floats
from nadzor.detect.stats.distances import FLOOR, js, ks, psi, w1
from nadzor.detect.stats.learned_chart import learn
from nadzor.detect.stats.learned_limits import SHIFT
from nadzor.detect.stats.learned_strata import Strata, without_shared
from nadzor.detect.window import Window
from nadzor.measures.columns import Columns
from nadzor.measures.rollup import Row

NAME = "score_drift"
READS = frozenset({PAIR})
BUDGET = 0.02
LEVEL = 1.96
SD_OF_PIT = 2.0 * sqrt(pi)
"""A normal score that moves by d standard deviations moves its mean PIT by d / (2 sqrt pi)."""
TOLERANCE = 0.12 / SD_OF_PIT
"""A shift below an eighth of a standard deviation is none, however many studies show it."""
UP = Watch(kind="scores.up", designs=((SHIFT, 0.008),), side=1, tolerance=TOLERANCE)
DOWN = Watch(kind="scores.down", designs=((SHIFT, 0.008),), side=-1, tolerance=TOLERANCE)


class Params(Struct, frozen=True, kw_only=True):
    """What the detector may be told: registered baselines by device, and the size of the journal."""

    registered: Mapping[str, Window] = {}
    journal_size: int | None = None


def detect(rows: Sequence[Row] | Columns | Days, *, params: Params | None = None) -> list[Finding]:
    """Findings about where scores lie, of a maker's equipment or of a device as a whole.

    Method: mean of the probability integral transform through each stratum's own baseline, less what all
    devices do together, in the learned charts of stats/learned_chart.py: shifts over 2 to 125 days; and the
    Kolmogorov-Smirnov distance of four weeks, once a week (shape.py).
    """
    params = params or Params()
    days = Days.of(rows, READS)
    told = histograms(days, params.registered)
    if told is None:
        return []
    whole = without_shared(places(told, told.table.streams("device")))
    parts = structs.replace(whole, stream=told.table.streams("device", "finding", "stratum"))
    levels = Levels(parts=_scene(days, told, parts, params), whole=_scene(days, told, whole, params))
    more = shapes(told, levels.parts.learned, shares(levels)[0])
    return in_order([_finding(told, one) for one in heard(levels, (UP, DOWN), more=more)])


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told what the register knows."""
    return detect(days, params=Params(registered=context.baselines, journal_size=context.journal_size))


def _scene(days: Days, told: Histograms, strata: Strata, params: Params) -> Scene:
    return Scene(
        detector=NAME, budget=BUDGET, days=days, table=told.table, learned=learn(strata, slopes=False),
        journal_size=params.journal_size,
    )  # fmt: skip


def _finding(told: Histograms, said: Spoken) -> Finding:
    scene, one = said.scene, said.one
    count = since(scene, one, scene.learned.strata.count)
    facts: dict[str, Fact] = {
        "equipment": said.equipment, "scores": round(float(count.sum())),
        "registered_bins": told.fine.shape[1], **_distances(told, said),
    }  # fmt: skip
    shaped = one.watch is SHAPED
    scale = 1.0 if shaped else SD_OF_PIT
    low, middle, high = (scale * (one.change.effect + side * LEVEL * one.change.error) for side in (-1, 0, 1))
    name = "ks_distance" if shaped else "shift_in_standard_deviations"
    low = max(0.0, low) if shaped else low
    return finding_of(
        scene, one,
        Told(
            kind=one.watch.kind, effect=Effect(name=name, estimate=middle, low=low, high=high), facts=facts,
            stratum=said.stratum, dimension="equipment" if said.stratum else "", finding=said.finding,
        ),
    )  # fmt: skip


def _distances(told: Histograms, said: Spoken) -> dict[str, Fact]:
    """PSI, JS and W1 between the baseline and the changed days, over the registered bins.

    Units: W1 in bins; PSI's floor is published, since PSI depends on it.
    """
    mine = said.scene.learned.strata.stream == said.one.alarm.stream
    before, now = told.fine[mine].sum(axis=0), _changed(told, said)
    if min(before.sum(), now.sum()) <= 0:
        return {}
    return {
        "psi": round(psi(before, now), 5), "psi_floor": FLOOR, "js": round(js(before, now), 5),
        "ks": round(ks(before, now), 5),
        "w1_bins": round(w1(np.arange(len(now), dtype=np.float64), before, now), 4),
    }  # fmt: skip


def _changed(told: Histograms, said: Spoken) -> Floats:
    """Counts by registered bin of the alarmed strata since the change."""
    rows, one = told.rows, said.one
    block = rows.block
    mine = np.flatnonzero((said.scene.learned.strata.stream == one.alarm.stream)[told.of][rows.line])
    day = block.day[mine] - said.scene.table.first
    mine = mine[(day >= one.change.onset) & (day <= one.alarm.column)]
    return np.maximum(np.bincount(block.bin[mine], block.n[mine], told.fine.shape[1]), 0.0)
