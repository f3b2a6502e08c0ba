# SPDX-License-Identifier: Apache-2.0
"""Devices from day to day against their own first days: what all of them do together, and two streams of one.

A season or a new rule is no version's fault; and streams that move together tell a thing once.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.learned import Table
from nadzor.detect.series import Floats, Ints
from nadzor.detect.stats.learned_strata import HELD, PEERS_MIN, added
from nadzor.detect.version_regression.compared import PAST, Told, strata_of
from nadzor.detect.version_regression.episodes import LEARN_MIN, Episodes

LEARNED = LEARN_MIN
"""First days of a stratum that it is compared with; of them themselves nothing is said."""
DOUBT = 60.0
"""Days that the assumption "no correlation" weighs."""


class Daily(Struct, frozen=True):
    """By device (its code) and day from ordinal `first` on: the difference in units of the effect, and its
    information."""

    device: Ints
    first: int
    gap: Floats
    weight: Floats


def daily(table: Table, told: Told) -> Daily:
    """Each device's days against the first days of its strata."""
    stratum = strata_of(table)
    lead = np.flatnonzero(np.diff(stratum, prepend=-1))
    count, total = added(told.count, stratum), added(told.total, stratum)
    alive = count > 0
    start = np.where(alive.any(axis=1), alive.argmax(axis=1), table.length)
    inside = np.arange(table.length) < (start + LEARNED)[:, None]
    n, x = (count * inside).sum(axis=1), (total * inside).sum(axis=1)
    mean = np.divide(x, n, out=np.zeros_like(n), where=n > 0)
    share = np.clip(mean, 0.005, 0.995)
    spread = share * (1.0 - share) if told.binary else np.full(len(mean), 1.0 / 12.0)
    unit = spread if told.binary else np.full(len(mean), told.unit)
    scale = np.where(inside, 0.0, (unit / spread)[:, None])
    device = table.code["device"][lead]
    starts = np.flatnonzero(np.diff(device, prepend=-1))
    off, info = (
        np.add.reduceat(part, starts, axis=0)
        for part in ((total - count * mean[:, None]) * scale, count * scale * unit[:, None])
    )
    gap = np.divide(off, info, out=np.zeros_like(off), where=info > 0)
    return Daily(device[starts], table.first, gap, info)


def course(days: Daily) -> Floats:
    """By day, the middle of the devices' differences; nothing where fewer than PEERS_MIN can speak.

    Method: Huber's estimator in two steps, each device held at HELD standard errors, none weighing more than
    three median ones of the day.
    """
    present = days.weight > 0
    enough = present.sum(axis=0) >= PEERS_MIN
    middle = np.zeros(len(enough))
    if not enough.any():
        return middle
    weight = np.minimum(days.weight, 3.0 * _median(days.weight, present))
    whole, root = np.maximum(weight.sum(axis=0), 1e-300), np.sqrt(weight)
    for _ in range(2):
        held = np.clip((days.gap - middle) * root, -HELD, HELD)
        middle = middle + np.where(enough, (held * root).sum(axis=0) / whole, 0.0)
    return middle


def correlation(one: Daily, other: Daily, releases: Episodes) -> Floats:
    """By release, how much two streams of its device moved together on the days before it.

    Method: Pearson's correlation of standardised days, leaning to none with DOUBT days.
    """
    first = min(one.first, other.first)
    a, b = (_standardised(part, releases, first) for part in (one, other))
    length = min(a.shape[1], b.shape[1])
    a, b = a[:, :length], b[:, :length]
    before = np.arange(length) + first
    inside = (before < releases.start[:, None]) & (before >= releases.start[:, None] - PAST)
    known = inside & (a != 0) & (b != 0)
    days = known.sum(axis=1)
    a, b = (_centred(part, known, days) for part in (a, b))
    scale = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    told = np.divide((a * b).sum(axis=1), scale, out=np.zeros(len(days)), where=scale > 0)
    return np.asarray(told * days / (days + DOUBT))


def _median(weight: Floats, present: NDArray[np.bool_]) -> Floats:
    """The median weight of each day among the devices that speak."""
    size = present.sum(axis=0)
    place = np.clip(len(weight) - (size + 1) // 2, 0, len(weight) - 1)
    return np.asarray(np.sort(weight, axis=0)[place, np.arange(weight.shape[1])])


def _standardised(days: Daily, releases: Episodes, first: int) -> Floats:
    """The standardised days of each release's device, from ordinal `first` on; nothing for unknown ones."""
    place = np.searchsorted(days.device, releases.device)
    place = np.minimum(place, len(days.device) - 1)
    known = days.device[place] == releases.device
    z = (days.gap[place] * np.sqrt(days.weight[place])) * known[:, None]
    return np.pad(z, ((0, 0), (days.first - first, 0)))


def _centred(values: Floats, known: NDArray[np.bool_], days: Ints) -> Floats:
    mean = (values * known).sum(axis=1) / np.maximum(days, 1)
    return np.asarray((values - mean[:, None]) * known)
