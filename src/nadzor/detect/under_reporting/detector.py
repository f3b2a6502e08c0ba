# SPDX-License-Identifier: Apache-2.0
"""Under-reporting: fewer studies come from a site, or from a whole device, than used to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import structs

from nadzor.detect.context import Context
from nadzor.detect.finding import Finding, in_order
from nadzor.detect.series import Days, Floats, Ints, Panel, unsplit
from nadzor.detect.stats.calendar import Calendar, calendar_of, numbered
from nadzor.detect.stats.volume import Volume, learn
from nadzor.detect.under_reporting.charts import Crossing, charts_of, run_charts
from nadzor.detect.under_reporting.findings import fall_finding
from nadzor.detect.under_reporting.scene import BUDGET, MEMORY, Params, Scene
from nadzor.measures.rollup import Row

__all__ = ["BUDGET", "NAME", "READS", "Params", "detect", "watch"]

NAME = "under_reporting"
READS = unsplit("studies")
EVER = structs.replace(MEMORY, weeks=1 << 20, lag=0, days_min=28)
"""A registered baseline counts whole."""
TOLD_DAYS = 60
"""Days after a finding in which the same fall is not told again by another chart."""


def detect(rows: Sequence[Row] | Days, *, params: Params | None = None) -> list[Finding]:
    """Falls of the volume of a site, or of all sites of a device together.

    Method: CUSUM of negative binomial log likelihood ratios against the stream's own weekdays, level and
    dispersion of half a year and the country's openness, for falls to 0.6 and 0.8; limits from the yearly
    rate of chance crossings (limits.py), the uncertainty of the level included.
    """
    params = params or Params()
    days = Days.of(rows, READS)
    panel = Panel(days, by=("device", "site"), measures=("studies",), after=params.after)
    studies = np.maximum(panel.counts["studies"], 0.0)
    if not panel.length or not studies.any():
        return []
    scene = _scene(panel, studies, params)
    return in_order(
        [fall_finding(scene, crossing) for crossing in _told_once(scene, run_charts(scene.charts))]
    )


def watch(days: Days, context: Context) -> list[Finding]:
    """The same, told which days are closed, which were holidays, and what a person registered as usual."""
    told = Params(
        after=context.after, holidays=context.holidays, registered=context.baselines,
        journal_size=context.journal_size,
    )  # fmt: skip
    return detect(days, params=told)


def _scene(panel: Panel, studies: Floats, params: Params) -> Scene:
    device, site = (numbered([getattr(one, key) for one in panel.streams]) for key in ("device", "site"))
    rest = np.array([panel.date(i) in params.holidays for i in range(panel.length)])
    calendar = calendar_of(studies, rest, int(panel.weekdays()[0]), streams=(device, site), memory=MEMORY)
    calendar = _registered(calendar, panel, studies, params)
    return Scene(
        panel=panel, studies=studies, mean=calendar.expected * calendar.openness, calendar=calendar,
        device=device, charts=charts_of(studies, calendar, device, params.budget), params=params,
    )  # fmt: skip


def _told_once(scene: Scene, crossings: list[Crossing]) -> list[Crossing]:
    """A device and its sites say the same thing once: the first to cross, the device where several fell."""
    kept: list[Crossing] = []
    for one in sorted(crossings, key=lambda crossing: (crossing.column, -crossing.value)):
        device, stream = scene.charts.device[one.chart], scene.charts.stream[one.chart]
        before = [
            other
            for other in kept
            if scene.charts.device[other.chart] == device and 0 <= one.column - other.column <= TOLD_DAYS
        ]
        same = [b for b in before if stream < 0 or scene.charts.stream[b.chart] in (-1, stream)]
        if not same:
            kept.append(one)
    return kept


def _registered(calendar: Calendar, panel: Panel, studies: Floats, params: Params) -> Calendar:
    """The same calendar, with what a person registered as usual in place of what was learnt."""
    volume = calendar.volume
    for code, window in sorted(params.registered.items()):
        rows = np.flatnonzero([one.device == code for one in panel.streams])
        first, after = (day.toordinal() - panel.first for day in (window.first, window.after))
        if not len(rows) or after <= 0 or first >= panel.length:
            continue
        seen = calendar.openness[rows] > 0
        seen[:, : max(first, 0)] = seen[:, after:] = False
        usual = learn(studies[rows], seen, volume.offset, memory=EVER)
        usual.known[:, : -(-(after + volume.offset) // 7)] = False
        volume = _replaced(volume, rows, usual)
    return structs.replace(calendar, volume=volume, expected=volume.by_day())


def _replaced(volume: Volume, rows: Ints, usual: Volume) -> Volume:
    parts = {}
    for name in ("known", "expected", "dispersion", "uncertainty", "habit"):
        parts[name] = getattr(volume, name).copy()
        parts[name][rows] = getattr(usual, name)
    return structs.replace(volume, **parts)
