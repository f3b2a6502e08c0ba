# SPDX-License-Identifier: Apache-2.0
"""Since when a device has changed in the way its release is suspected of, and which streams moved."""

from __future__ import annotations

import numpy as np

from nadzor.detect.locate.onset import DROP_95, Onset, onset
from nadzor.detect.series import Floats
from nadzor.detect.version_regression.compared import PAST
from nadzor.detect.version_regression.evidence import STREAMS, WAYS
from nadzor.detect.version_regression.scene import FAILED, STUDIES, Scene

BEFORE_MIN = 14
"""Days with anything before a release without which the day of change cannot be asked for."""
MOVED = 2.0
EXCLUDED = 5.4
"""How far a likelihood must fall for a day to be excluded: by chance one time in a thousand."""


def since(told: Scene, release: int, day: int, *, drop: float = DROP_95) -> Onset | None:
    """The likeliest first day of the change, as ordinals; None where little is known of before."""
    start = int(told.releases.start[release])
    first = start - PAST
    score, weight = _series(told, release, (first, start + day + 1))
    if np.count_nonzero(weight[:PAST]) < BEFORE_MIN:
        return None
    found = onset(score, weight, drop=drop)
    return found and Onset(found.best + first, found.low + first, found.high + first)


def moved(told: Scene, release: int, day: int) -> list[str]:
    """The streams that differ from their past by MOVED standard errors, most first."""
    z = {}
    for name, one in told.compared.items():
        information = float(one.information[release, day])
        z[name] = abs(float(one.score[release, day])) / np.sqrt(information) if information > 0 else 0.0
    z["failures"] = np.sqrt(2.0 * max(0.0, *(float(part[release, day]) for part in told.failures.values())))
    return [name for name in sorted(z, key=lambda name: (-z[name], name)) if z[name] >= MOVED]


def _series(told: Scene, release: int, span: tuple[int, int]) -> tuple[Floats, Floats]:
    """By day of the span: how far the device goes the suspected way, and the information of that."""
    day = span[1] - 1 - int(told.releases.start[release])
    way = WAYS[int(told.evidence.way[release, day])]
    device = int(told.releases.device[release])
    if way.failures != 1.0:
        return _failures(told, device, span)
    score, weight = np.zeros(span[1] - span[0]), np.zeros(span[1] - span[0])
    for name in STREAMS:
        size = getattr(way, name)
        if size and name in told.seen:
            one, course = told.seen[name], told.course[name]
            mine = int(np.searchsorted(one.device, device))
            if mine == len(one.device) or one.device[mine] != device:
                continue
            gap, info = one.gap[mine] - course, one.weight[mine]
            score += _cut(size * gap * info, one.first, span)
            weight += _cut(size * size * info, one.first, span)
    return score, weight


def _failures(told: Scene, device: int, span: tuple[int, int]) -> tuple[Floats, Floats]:
    table = told.tables["failures"]
    mine = table.code["device"] == device
    n, x = (_cut(table.counts[pair][mine].sum(axis=0), table.first, span) for pair in (STUDIES, FAILED))
    rate = (x[:PAST].sum() + 0.5) / (n[:PAST].sum() + 50.0)
    return x - n * rate, n * rate


def _cut(values: Floats, first: int, span: tuple[int, int]) -> Floats:
    """The values of a span of ordinals, nothing where there are none."""
    told = np.zeros(span[1] - span[0])
    low, high = max(first, span[0]), min(first + len(values), span[1])
    if low < high:
        told[low - span[0] : high - span[0]] = values[low - first : high - first]
    return told
