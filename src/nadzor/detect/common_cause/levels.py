# SPDX-License-Identifier: Apache-2.0
"""Streams of several devices: equipment of one maker at a site, a whole site, such equipment anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import numpy as np
from msgspec import Struct, structs

from nadzor.detect.common_cause.watched import DEVICES_MIN, Watched
from nadzor.detect.learned import Passed
from nadzor.detect.series import Floats, Ints
from nadzor.detect.stats.learned_chart import Learned, learn
from nadzor.detect.stats.learned_strata import Strata, added, within

Level = Literal["site_equipment", "site", "equipment"]
PARTS: Final[dict[Level, float]] = {"site_equipment": 0.6, "site": 0.2, "equipment": 0.2}
"""Parts of the budget."""
MAKERS_MIN: Final = 2
CLEAR: Final = 1.0
"""Standard errors by which a device must have moved for it to count."""
WITHOUT: Final = 3.0
"""Standard errors that must remain when the device that moved most is left out."""
MOST: Final = 0.5
"""The share of the stream's devices that must have moved."""


class Streams(Struct, frozen=True, kw_only=True):
    """A level before its charts: rows of what is watched in order of streams, and each stream's chance.

    `learned` has one stratum a stream, its rows laid together; `stream` is that of each row; `known` are the
    observations of each stream's baseline.
    """

    level: Level
    learned: Learned
    row: Ints
    stream: Ints
    chance: Floats
    known: Floats


class Movers(Struct, frozen=True):
    """Codes of the devices that moved, most first, and how many were watched."""

    device: list[int]
    watched: int


def streams(watched: Watched, level: Level, makers: Mapping[int, str]) -> Streams | None:
    """The streams of a level that have enough devices of enough makers; None where there is none.

    Method: a device's part of the budget is shared by all its streams of the level.
    """
    row = watched.whole if level == "equipment" else watched.sited
    key = _key(watched, level, row)
    order = np.lexsort((watched.device[row], key))
    row, key = row[order], key[order]
    pairs = np.unique(np.stack((key, watched.device[row])), axis=1)
    fit = _fit(pairs, makers)
    if not len(fit):
        return None
    pairs, chosen = pairs[:, np.isin(pairs[0], fit)], np.isin(key, fit)
    each = 1.0 / np.bincount(pairs[1])[pairs[1]]
    chance = np.bincount(np.searchsorted(fit, pairs[0]), each * PARTS[level], len(fit)).astype(np.float64)
    row = row[chosen]
    stream = np.searchsorted(fit, key[chosen]).astype(np.int64)
    strata = _taken(watched.strata, row, stream)
    return Streams(
        level=level, learned=learn(_together(strata), slopes=False), row=row, stream=stream, chance=chance,
        known=_known(strata),
    )  # fmt: skip


def movers(told: Streams, watched: Watched, one: Passed, makers: Mapping[int, str]) -> Movers | None:
    """The devices that moved with the stream since its change; None where they are too few to be many.

    Why: one device may move a stream of several; a common cause is still there when it is left out.
    """
    row = told.row[told.stream == one.alarm.stream]
    row = row[watched.strata.after[row] <= one.alarm.column]
    alone = learn(_taken(watched.strata, row, np.zeros(len(row), np.int64)), slopes=False)
    number, variance = _since(alone, one)
    device, place = np.unique(watched.device[row], return_inverse=True)
    n, v = (np.bincount(place.reshape(-1), part, len(device)) for part in (number, variance))
    z = np.divide(one.watch.side * n, np.sqrt(v), out=np.zeros_like(n), where=v > 0)
    order = np.argsort(-z, kind="stable")
    moved = [int(device[i]) for i in order.tolist() if z[i] >= CLEAR]
    seen = int(np.count_nonzero(v))
    rest = np.arange(len(n)) != np.argmax(one.watch.side * n)
    left = one.watch.side * n[rest].sum() / np.sqrt(max(v[rest].sum(), 1e-300))
    kinds = {makers.get(code, f"?{code}") for code in moved}
    enough = len(moved) >= max(DEVICES_MIN, MOST * seen) and len(kinds) >= MAKERS_MIN
    return Movers(moved, seen) if enough and left >= WITHOUT else None


def _key(watched: Watched, level: Level, row: Ints) -> Ints:
    size = int(watched.equipment.max(initial=0)) + 1
    match level:
        case "site_equipment":
            return np.asarray(watched.site[row] * size + watched.equipment[row])
        case "site":
            return np.asarray(watched.site[row])
    return np.asarray(watched.equipment[row])


def _fit(pairs: Ints, makers: Mapping[int, str]) -> Ints:
    """The streams with enough devices and makers."""
    counts = np.bincount(pairs[0])
    crowded = np.flatnonzero(counts >= DEVICES_MIN)
    ends = np.searchsorted(pairs[0], (crowded, crowded + 1))
    kept = [
        key
        for key, low, high in zip(crowded.tolist(), *ends.tolist(), strict=True)
        if len({makers.get(code, f"?{code}") for code in pairs[1, low:high].tolist()}) >= MAKERS_MIN
    ]
    return np.array(kept, np.int64)


def _taken(strata: Strata, row: Ints, stream: Ints) -> Strata:
    return structs.replace(
        strata, total=strata.total[row], count=strata.count[row], spread=strata.spread[row],
        skew=strata.skew[row], stream=stream, first=strata.first[row], after=strata.after[row],
        doubt=None if strata.doubt is None else strata.doubt[row],
    )  # fmt: skip


def _together(strata: Strata) -> Strata:
    """One stratum for each stream: what its rows differ from their baselines, weighed by their information.

    Why: the rows of a stream differ in their means, not in how a shift shows; laid together once, a nation's
    sites are a few hundred lines.
    """
    length, stream = strata.count.shape[1], strata.stream
    inside = within(strata.first, strata.after, length)
    known = (strata.count * inside).sum(axis=1)
    mean = np.divide((strata.total * inside).sum(axis=1), known, out=np.zeros_like(known), where=known > 0)
    spread = strata.spread * (1.0 if strata.doubt is None else strata.doubt)
    scale = (1.0 / spread)[:, None]
    streams = int(stream[-1]) + 1
    weight = np.bincount(stream, known / spread, streams)
    skew = np.bincount(stream, strata.skew / np.sqrt(spread) * known / spread, streams)
    after = np.zeros(streams, np.int64)
    np.maximum.at(after, stream, strata.after)
    return Strata(
        total=added((strata.total - strata.count * mean[:, None]) * scale, stream),
        count=added(strata.count * scale, stream), spread=np.ones(streams), stream=np.arange(streams),
        skew=np.divide(skew, weight, out=np.zeros_like(skew), where=weight > 0),
        first=np.zeros(streams, np.int64), after=after,
    )  # fmt: skip


def _known(strata: Strata) -> Floats:
    inside = within(strata.first, strata.after, strata.count.shape[1])
    return np.bincount(strata.stream, (strata.count * inside).sum(axis=1)).astype(np.float64)


def _since(learned: Learned, one: Passed) -> tuple[Floats, Floats]:
    """By row, the deviation since the change from all days before, and its variance."""
    end, start = one.alarm.column + 1, one.change.onset
    w, d = learned.weight[0], learned.deviation[0]
    late, whole = w[:, end] - w[:, start], w[:, end]
    part = np.divide(late, whole, out=np.zeros_like(late), where=whole > 0)
    return d[:, end] - d[:, start] - part * d[:, end], late - part * late
