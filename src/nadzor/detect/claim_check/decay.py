# SPDX-License-Identifier: Apache-2.0
"""Decay by labels alone: more misses, or more false alarms, than the device's own earlier labels showed."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from nadzor.detect.claim_check.claim import Metric
from nadzor.detect.claim_check.shares import SHARES, Known, known_answers
from nadzor.detect.series import Days, Floats
from nadzor.detect.stats.cusum_arl import log_ratio_reference
from nadzor.detect.stats.exposure_chart import exposure_limits

BASELINE_DAYS = 90
BASELINE_CASES = 60
"""The past is learned over at least so many days of labels, and until it holds so many cases."""
RATIOS = (1.6, 2.5)
"""Rises of the share of wrong answers that charts are built for; 92 to 84 % of sensitivity doubles it."""
DROP_95 = 1.92
"""Half of the 95 % point of chi-squared with one degree of freedom."""


class Learned(Struct, frozen=True):
    """What a stream's first labels say: shapes in events, rates as shares, exposures in events a year."""

    after: Floats
    cases: Floats
    shape: Floats
    rate: Floats
    phi: Floats
    exposure: Floats


class Decay(Struct, frozen=True, kw_only=True):
    """A device whose share of wrong answers rose on a day; days are ordinals, counts are undivided."""

    metric: Metric
    device: int
    finding: int
    ratio: float
    value: float
    limit: float
    day: int
    since: tuple[int, int, int]
    first: int
    after: int
    wrong: float
    cases: float
    baseline: tuple[float, float, float]
    phi: float


def decays(days: Days, *, budget: float) -> list[Decay]:
    """Every chart that passes its limit, in order of devices.

    Method: Poisson CUSUM of wrong answers whose clock is the number expected from the stream's own first
    labels, limits averaged over the uncertainty of that expectation (stats/exposure_chart.py); wrong among
    all is no more than Poisson, so the rate is an upper one.  A device's findings and metrics share budget.
    """
    told = [(metric, known_answers(days, metric, versions=False)) for metric in SHARES]
    told = [(metric, known) for metric, known in told if len(known.device)]
    streams = np.zeros(len(days.columns.names["device"]))
    learned = {metric: learn(known) for metric, known in told}
    for metric, known in told:
        np.add.at(streams, known.device, learned[metric].cases > 0)
    return [
        decay
        for metric, known in told
        for decay in _charted(metric, known, learned[metric], budget / np.maximum(streams[known.device], 1.0))
    ]


def learn(known: Known) -> Learned:
    """The baseline of every stream: its first 90 days of labels, or more until there are enough cases."""
    wrong, cases = known.wrong, known.right + known.wrong
    began = np.where((cases > 0).any(axis=1), (cases > 0).argmax(axis=1), cases.shape[1] - 1)
    due = known.day[began][:, None] + BASELINE_DAYS
    full = (known.day[None, :] >= due - 1) & (np.cumsum(cases, axis=1) >= BASELINE_CASES)
    ready = full.any(axis=1)
    after = np.where(ready, full.argmax(axis=1) + 1, cases.shape[1])
    inside = np.arange(cases.shape[1])[None, :] < after[:, None]
    seen, trials = (np.maximum((part * inside).sum(axis=1), 0.0) for part in (wrong, cases))
    trials = np.where(ready, trials, 0.0)
    rate = np.clip((seen + 0.5) / np.maximum(trials + 1.0, 1.0), 1e-9, 1.0)
    phi = _dispersion(wrong * inside, cases * inside, rate)
    length = np.maximum(known.day[np.maximum(after - 1, 0)] - known.day[began] + 1, 1)
    return Learned(after, trials, (seen + 0.5) / phi, rate, phi, trials * rate / phi * 365.0 / length)


def _dispersion(wrong: Floats, cases: Floats, rate: Floats) -> Floats:
    """Pearson's statistic over its degrees of freedom, at least 1; days of knowing are the units."""
    mean = np.maximum(cases, 0.0) * rate[:, None]
    used = mean > 0
    square = np.where(
        used, (wrong - mean) ** 2 / np.where(used, mean * (1.0 - rate[:, None] + 1e-9), 1.0), 0.0
    )
    freedom = np.maximum(used.sum(axis=1) - 1, 1)
    return np.asarray(np.maximum(1.0, square.sum(axis=1) / freedom))


def _charted(metric: Metric, known: Known, learned: Learned, budget: Floats) -> list[Decay]:
    limits = _limits(learned, budget)
    watched = np.arange(known.wrong.shape[1])[None, :] >= learned.after[:, None]
    scale = watched / learned.phi[:, None]
    seen = known.wrong * scale
    mean = np.maximum(known.right + known.wrong, 0.0) * scale * learned.rate[:, None]
    reference = np.array([log_ratio_reference(ratio) for ratio in RATIOS])
    score, quiet = np.zeros(limits.shape), np.ones(len(limits), dtype=bool)
    found = []
    for column in range(seen.shape[1]):
        np.maximum(score + seen[:, column, None] - mean[:, column, None] * reference, 0.0, out=score)
        over = score > limits
        for row in np.flatnonzero(over.any(axis=1) & quiet).tolist():
            chart = int(np.argmax(score[row] / limits[row]))
            passed = (row, column, chart, float(score[row, chart]), float(limits[row, chart]))
            found.append(_decay(metric, (known, learned), (seen[row], mean[row]), passed))
        np.minimum(score, limits, out=score)
        quiet = np.where(over.any(axis=1), False, quiet | (score == 0.0).all(axis=1))
    return found


def _limits(learned: Learned, budget: Floats) -> Floats:
    each = np.full((len(budget), len(RATIOS)), np.inf)
    for share in np.unique(budget):
        here = (budget == share) & (learned.cases > 0)
        for column, ratio in enumerate(RATIOS):
            each[here, column] = exposure_limits(
                ratio, shape=learned.shape[here], exposure=learned.exposure[here], budget=share / len(RATIOS)
            )
    return each


def _decay(
    metric: Metric, told: tuple[Known, Learned], path: tuple[Floats, Floats],
    passed: tuple[int, int, int, float, float],
) -> Decay:  # fmt: skip
    known, learned = told
    row, column, chart, value, limit = passed
    after = int(learned.after[row])
    onset, low, high = _onset(*(part[after : column + 1] for part in path), ratio=RATIOS[chart])
    span = slice(after + onset, column + 1)
    wrong, cases = known.wrong[row, span].sum(), (known.right + known.wrong)[row, span].sum()
    events = float(learned.rate[row] * learned.cases[row])
    return Decay(
        metric=metric, device=int(known.device[row]), finding=int(known.finding[row]), ratio=RATIOS[chart],
        value=value, limit=limit, day=int(known.day[column]),
        since=(int(known.day[after + onset]), int(known.day[after + low]), int(known.day[after + high])),
        first=int(known.day[0]), after=int(known.day[after - 1]) + 1, wrong=max(0.0, float(wrong)),
        cases=max(1.0, float(cases)), baseline=(events, float(learned.cases[row]), float(learned.shape[row])),
        phi=float(learned.phi[row]),
    )  # fmt: skip


def _onset(seen: Floats, mean: Floats, *, ratio: float) -> tuple[int, int, int]:
    """Since which day the share is raised, and the days that the likelihood does not exclude."""
    gain = np.cumsum((np.log(ratio) * seen - (ratio - 1.0) * mean)[::-1])[::-1]
    near = np.flatnonzero(gain >= gain.max() - DROP_95)
    onset = int(gain.argmax())
    return onset, min(int(near[0]), onset), max(int(near[-1]), onset)
