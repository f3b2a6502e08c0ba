# SPDX-License-Identifier: Apache-2.0
"""What is watched for common causes: strata of devices, laid together by site and by equipment.

Scores are kept without sites; a site's share of a device's studies on an equipment says how much of a shift
there would be seen in all of them, so the device's scores speak for each of its sites by that share.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct, structs

from nadzor.detect.learned import BASELINE_DAYS, TOGETHER, Table, tabulate, windows
from nadzor.detect.series import Days, Floats, Ints
from nadzor.detect.stats.learned_strata import Strata, added, in_logits, share_strata, without_shared
from nadzor.detect.version_regression.scores import UNIT, scored
from nadzor.detect.window import Window
from nadzor.measures.columns import Name, Pair

POSITIVES: tuple[Pair, Pair] = (("positives", "equipment"), ("decided", "equipment"))
DISAGREEMENT: tuple[Pair, Pair] = (("disagree", "equipment"), ("agree", "equipment"))
KEYS: tuple[Name, ...] = ("device", "finding", "stratum", "site")
DEVICES_MIN = 3
"""Devices that must meet before anything can be said to be shared."""
SAME = 1.25
"""A device's scores and positives tell partly the same: so much more variance than if they did not."""
SHARE_MIN = 0.05
"""A site with less of a device's studies on an equipment does not show in its scores."""


class Watched(Struct, frozen=True, kw_only=True):
    """Strata of devices with codes of site, equipment and device; `strata.stream` is by device.

    `sited` are the strata watched by site, `whole` those watched for the nation.
    """

    first: int
    strata: Strata
    site: Ints
    equipment: Ints
    device: Ints
    sited: Ints
    whole: Ints


def agreement(days: Days, registered: dict[str, Window]) -> Watched | None:
    """Disagreement by device, finding, equipment and site, in logits."""
    table = tabulate(days, DISAGREEMENT, by=KEYS, split=("version",))
    if table is None:
        return None
    events = table.counts[DISAGREEMENT[0]]
    strata = _shares(days, table, (events, events + table.counts[DISAGREEMENT[1]]), registered)
    return _of_founders(table, strata)


def conclusions(days: Days, registered: dict[str, Window]) -> Watched | None:
    """Positives by device, finding, equipment and site in logits, and scores by the share of each site."""
    table = tabulate(days, POSITIVES, by=KEYS, split=("version",))
    if table is None:
        return None
    trials = table.counts[POSITIVES[1]]
    shares = _shares(days, table, (np.minimum(table.counts[POSITIVES[0]], trials), trials), registered)
    told = _of_founders(table, shares)
    scores = _scores(days, told)
    return told if scores is None else _joined(told, scores, trials)


def _meeting(told: Watched) -> Ints:
    """The devices that meet others at some site: of the rest, scores say nothing about a place."""
    pairs = np.unique(np.stack((told.site[told.sited], told.device[told.sited])), axis=1)
    crowded = np.flatnonzero(np.bincount(pairs[0]) >= DEVICES_MIN)
    return np.unique(pairs[1, np.isin(pairs[0], crowded)])


def _shares(days: Days, table: Table, counts: tuple[Floats, Floats], registered: dict[str, Window]) -> Strata:
    window = windows(table, counts[1], days.columns.names["device"], registered)
    strata = share_strata(*counts, stream=table.streams("device"), window=window)
    return structs.replace(without_shared(in_logits(strata)), binary=False, unit=None)


def _of_founders(table: Table, strata: Strata) -> Watched:
    """All strata; those that begin later than the others are no part of any common stream."""
    alive = strata.count > 0
    start = np.where(alive.any(axis=1), alive.argmax(axis=1), table.length)
    early = np.flatnonzero(start < TOGETHER)
    return Watched(
        first=table.first, strata=strata, site=table.code["site"], equipment=table.code["stratum"],
        device=table.code["device"], sited=early, whole=early,
    )  # fmt: skip


def _scores(days: Days, told: Watched) -> tuple[Strata, Ints, Ints] | None:
    """Scores by device and equipment in units of the effect, and the codes of both."""
    seen = scored(days, _meeting(told))
    if seen is None:
        return None
    table, one = seen
    size = len(days.columns.names["stratum"])
    key, row = np.unique(table.code["device"] * size + table.code["stratum"], return_inverse=True)
    order = np.argsort(row, kind="stable")
    total, count = (
        _aligned(added(part[order], np.sort(row)), table.first - told.first, told.strata.count.shape[1])
        for part in (one.total, one.count)
    )
    first = np.full(len(key), 0)
    strata = Strata(
        total=total / UNIT, count=count, spread=np.full(len(key), one.spread / UNIT**2),
        skew=np.zeros(len(key)), stream=np.unique(key // size, return_inverse=True)[1].reshape(-1),
        first=first, after=first + BASELINE_DAYS,
    )  # fmt: skip
    return without_shared(strata), key // size, key % size


def _aligned(values: Floats, shift: int, length: int) -> Floats:
    """The same days in the columns of another table, which begins `shift` days earlier or later."""
    told = np.zeros((len(values), length))
    low, high = max(0, shift), min(length, shift + values.shape[1])
    if low < high:
        told[:, low:high] = values[:, low - shift : high - shift]
    return told


def _joined(told: Watched, scores: tuple[Strata, Ints, Ints], trials: Floats) -> Watched:
    """Positives, and a copy of the scores for each site by its share."""
    strata, device, equipment = scores
    sites, unit, take = _by_site(told, (device, equipment), trials)
    more = structs.replace(
        strata, total=strata.total[take] / unit[:, None], count=strata.count[take],
        spread=strata.spread[take] / unit**2 * SAME, skew=strata.skew[take], stream=strata.stream[take],
        first=strata.first[take], after=strata.after[take],
        doubt=None if strata.doubt is None else strata.doubt[take],
    )  # fmt: skip
    size, n = len(told.site), len(take)
    return Watched(
        first=told.first, strata=_stacked(told.strata, more),
        site=np.concatenate([told.site, sites]),
        equipment=np.concatenate([told.equipment, equipment[take]]),
        device=np.concatenate([told.device, device[take]]),
        sited=np.concatenate([told.sited, size + np.arange(n)]),
        whole=told.whole,
    )  # fmt: skip


def _by_site(told: Watched, keys: tuple[Ints, Ints], trials: Floats) -> tuple[Ints, Floats, Ints]:
    """By device, equipment and site with a fair share: the site, the share, the row of the scores."""
    device, equipment = keys
    size = int(max(told.equipment.max(), equipment.max())) + 1
    place = np.searchsorted(device * size + equipment, told.device * size + told.equipment)
    place = np.minimum(place, len(device) - 1)
    mine = told.sited[((device[place] == told.device) & (equipment[place] == told.equipment))[told.sited]]
    cell, where = np.unique(np.stack((place[mine], told.site[mine])), axis=1, return_inverse=True)
    known = trials[:, : BASELINE_DAYS + TOGETHER].sum(axis=1)
    here = np.bincount(where.reshape(-1), known[mine], cell.shape[1])
    whole = np.bincount(place, known, len(device))
    share = np.minimum(here / np.maximum(whole[cell[0]], 1.0), 1.0)
    fair = share >= SHARE_MIN
    return cell[1][fair], share[fair], cell[0][fair]


def _stacked(one: Strata, other: Strata) -> Strata:
    def both(name: str) -> Floats:
        return np.concatenate([getattr(one, name), getattr(other, name)])

    doubt = [np.ones(len(each.spread)) if each.doubt is None else each.doubt for each in (one, other)]
    return structs.replace(
        one, total=both("total"), count=both("count"), spread=both("spread"), skew=both("skew"),
        stream=np.concatenate([one.stream, other.stream]), first=np.concatenate([one.first, other.first]),
        after=np.concatenate([one.after, other.after]), doubt=np.concatenate(doubt),
    )  # fmt: skip
