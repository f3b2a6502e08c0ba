# SPDX-License-Identifier: Apache-2.0
"""What is said of a fall: since when, by how much, at which sites."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from nadzor.detect.finding import Baseline, Effect, Fact, Finding, Guarantee, Located, code_digest
from nadzor.detect.series import Ints
from nadzor.detect.under_reporting.charts import Crossing
from nadzor.detect.under_reporting.evidence import NONE_MIN, RATIOS
from nadzor.detect.under_reporting.scene import MEMORY, Scene

NAME = "under_reporting"
DROP_95 = 1.92
"""Half of the 95 % point of chi-squared with one degree of freedom: how far a likelihood may fall."""
LOOK_BACK = 180
"""Days before an alarm in which its beginning is looked for."""


def fall_finding(scene: Scene, crossing: Crossing) -> Finding:
    """A crossing in full."""
    panel, members = scene.panel, _members(scene, crossing)
    stream = int(scene.charts.stream[crossing.chart])
    name = panel.streams[int(members[0])]
    located, onset = _located(scene, crossing)
    first_day = panel.date(crossing.column)
    rows_hash, rows_read = panel.days.digest(device=name.device, after=first_day + timedelta(days=1))
    span = slice(onset, crossing.column + 1)
    k = float(np.average(scene.calendar.volume.dispersion_by_day()[members, crossing.column]))
    return Finding(
        detector=NAME, code=code_digest(NAME),
        kind="under_reporting.device" if stream < 0 else "under_reporting.site",
        device=name.device, site="" if stream < 0 else name.site, statistic=crossing.value,
        threshold=crossing.limit, guarantee=Guarantee(
            kind="run_length", budget=scene.params.budget, spent=_spent(scene, crossing)
        ),
        baseline=_baseline(scene, members, crossing), over_dispersion=1.0 + k * _level(scene, members, span),
        effect=_effect(scene, members, span), first_day=first_day, located=located,
        journal_size=scene.params.journal_size, rows_hash=rows_hash, rows_read=rows_read,
        facts=_facts(scene, crossing, members, span),
    )  # fmt: skip


def _members(scene: Scene, crossing: Crossing) -> Ints:
    """The streams of a chart."""
    stream = int(scene.charts.stream[crossing.chart])
    whole = np.flatnonzero(scene.device == scene.charts.device[crossing.chart])
    return whole if stream < 0 else np.array([stream])


def _located(scene: Scene, crossing: Crossing) -> tuple[Located, int]:
    """Since when: the likeliest first day of the fall, and the days that the likelihood does not exclude.

    Method: log likelihood ratio of "fallen since day d" for each d, at the ratio the chart was built for.
    """
    start = max(0, crossing.column + 1 - LOOK_BACK)
    scores = scene.charts.scores[crossing.design][crossing.chart, start : crossing.column + 1]
    gain = np.cumsum(scores[::-1])[::-1]
    onset = int(gain.argmax())
    likely = np.flatnonzero(gain >= gain[onset] - DROP_95)
    day, low, high = (scene.panel.date(start + int(at)) for at in (onset, likely[0], likely[-1]))
    return Located(day=day, low=low, high=high), start + onset


def _amounts(scene: Scene, members: Ints, span: slice) -> tuple[float, float, float]:
    """Studies seen, expected, and the variance of the seen ones, on days that count."""
    seen, mean = scene.studies[members, span], scene.mean[members, span]
    counted = (mean > 0) & ~((seen == 0) & (mean >= NONE_MIN))
    k = scene.calendar.volume.dispersion_by_day()[members, span]
    seen, mean = seen * counted, mean * counted
    ratio = seen.sum() / max(mean.sum(), 1e-9)
    return float(seen.sum()), float(mean.sum()), float((ratio * mean + k * (ratio * mean) ** 2).sum())


def _effect(scene: Scene, members: Ints, span: slice) -> Effect:
    """Observed over expected since the located day.

    Method: normal interval of the logarithm, day-to-day variance and the level's uncertainty added.
    """
    seen, expected, variance = _amounts(scene, members, span)
    level = float(scene.calendar.volume.uncertainty[members].min(axis=1).max())
    ratio = seen / max(expected, 1e-9)
    half = 1.96 * float(np.sqrt(variance / max(seen, 1.0) ** 2 + level))
    return Effect(
        name="share_of_expected", estimate=ratio, low=ratio * float(np.exp(-half)),
        high=ratio * float(np.exp(half)),
    )  # fmt: skip


def _facts(scene: Scene, crossing: Crossing, members: Ints, span: slice) -> dict[str, Fact]:
    seen, expected, _ = _amounts(scene, members, span)
    lost = (scene.mean[members, span] - scene.studies[members, span]).sum(axis=1)
    order = members[np.argsort(-lost, kind="stable")]
    return {
        "sites": [scene.panel.streams[i].site for i in order.tolist() if lost[members == i][0] > 0],
        "sites_watched": int((scene.device == scene.charts.device[crossing.chart]).sum()),
        "observed": round(seen), "expected": round(expected, 1),
        "designed_for_ratio": RATIOS[crossing.design], "design": "baseline",
        "days": span.stop - span.start, "estimate_chosen_by_alarm": True,
    }  # fmt: skip


def _level(scene: Scene, members: Ints, span: slice) -> float:
    return float(scene.mean[members, span].mean())


def _spent(scene: Scene, crossing: Crossing) -> float:
    """How much of a year's budget the device has used by being watched until now."""
    watched = scene.mean[scene.device == scene.charts.device[crossing.chart], : crossing.column + 1].any(
        axis=0
    )
    return scene.params.budget * float(watched.sum()) / 365.0


def _baseline(scene: Scene, members: Ints, crossing: Crossing) -> Baseline:
    panel, volume = scene.panel, scene.calendar.volume
    week = int(volume.week_of(np.array(crossing.column)))
    monday = 7 * (week - MEMORY.lag) - volume.offset
    first, after = panel.date(max(0, monday - 7 * MEMORY.weeks)), panel.date(max(0, monday))
    name = panel.streams[int(members[0])]
    digest, _ = panel.days.digest(device=name.device, first=first, after=after)
    return Baseline(
        hash=digest, first=first, after=after, exposure=float((after - first).days),
        rate=float(volume.expected[members, week].sum() / 7.0),
    )  # fmt: skip
