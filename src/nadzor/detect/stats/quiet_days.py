# SPDX-License-Identifier: Apache-2.0
"""Days on which many streams were quiet together: the whole country, or a group that nobody named before.

Which clinics keep the same local holidays is not in the telemetry; it shows in who rests together.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from scipy.special import pdtr, pdtrc, pdtrik

from nadzor.detect.stats.volume import Bools, Floats, Ints

PEERS_MIN = 5
"""Streams expected on a day before the others can say that it was a quiet day for all."""
QUIET_DAY = 0.5
"""Below this part of what was expected of all, a day is a holiday or an outage and says nothing of anyone."""
QUIET_CELL = 0.3
"""Below this part of its expectation a stream may be closed."""
SURE = 4.5
"""Nats, one in ninety: how unlikely such a day must be before a stream counts among the quiet ones."""
MEMBERS_MIN = 5
CLINICS_MIN = 3
CHANCE = 1e-5
"""Chance, on a day, that so many devices at so many sites fall quiet at once without a common reason."""
RETURNED = 0.4
"""A group is back when this part of what its members should send comes in."""
HISTORY = 8
"""Same weekdays before, whose median number of newly quiet streams is the usual one."""


class Group(Struct, frozen=True):
    """Streams that fell quiet on column `first` and came back after column `last`; usual and seen number."""

    first: int
    last: int
    members: Ints
    usual: float
    seen: int

    def p_value(self) -> float:
        """How often so many fall quiet on one day by chance."""
        return float(pdtrc(self.seen - 1, self.usual)) if self.seen else 1.0


def national_share(studies: Floats, expected: Floats) -> Floats:
    """Which part of the expected studies came in on each day; not a number where too few are expected."""
    seen, total = (studies * (expected > 0)).sum(axis=0), expected.sum(axis=0)
    share = np.divide(seen, total, out=np.ones(len(total)), where=total > 0)
    return np.where((expected > 0).sum(axis=0) >= PEERS_MIN, share, np.nan)


def openness(studies: Floats, expected: Floats) -> Floats:
    """How open the country was on each day, the stream itself left out; 1 where too few others are known.

    Units: at most 1, and 0 on a day that says nothing about anyone.
    """
    sure = expected > 0
    rest = expected.sum(axis=0) - expected
    others = sure.sum(axis=0) - sure
    seen = (studies * sure).sum(axis=0) - studies * sure
    share = np.divide(seen, rest, out=np.ones_like(rest), where=(rest > 0) & (others >= PEERS_MIN))
    share = np.minimum(share, 1.0)
    share[share < QUIET_DAY] = 0.0
    return np.asarray(share)


def lower_evidence(count: Floats, mean: Floats, dispersion: Floats) -> Floats:
    """How unlikely so low a count is: the exponent of Chernoff's bound, exact for none at all.

    Method: x ln(x / mu) + (x + 1/k) ln((1 + k mu) / (1 + k x)), negative binomial.
    Units: nats.
    """
    own = np.where(count > 0, count * np.log(np.maximum(count, 1e-9) / np.maximum(mean, 1e-9)), 0.0)
    return np.asarray(
        own + (count + 1.0 / dispersion) * (np.log1p(dispersion * mean) - np.log1p(dispersion * count))
    )


def find_groups(
    studies: Floats, mean: Floats, *, dispersion: Floats, streams: tuple[Ints, Ints]
) -> tuple[list[Group], Bools]:
    """Streams of several devices at several sites that fell quiet on one day beyond chance, until back.

    Method: the number of newly quiet devices, or of sites at which two or more did, against a Poisson number
    with the median of the same weekdays before; `streams` are the device and the site of each.
    """
    low = (studies <= QUIET_CELL * mean) & (mean > 0)
    stream, column = np.nonzero(low)
    sure = lower_evidence(studies[low], mean[low], dispersion[low]) >= SURE
    fresh = np.zeros(low.shape, dtype=bool)
    fresh[stream[sure], column[sure]] = True
    fresh &= ~_low_before(low, mean)
    devices, clinics = _together(fresh, *streams)
    usual, usual_clinics = _usual(devices) + 0.5, _usual(clinics) + 0.1
    many = devices > np.maximum(_rare(usual), MEMBERS_MIN - 1)
    whole = clinics > np.maximum(_rare(usual_clinics), CLINICS_MIN - 1)
    groups: list[Group] = []
    excused = np.zeros(low.shape, dtype=bool)
    for first in np.flatnonzero((many & (_spread(fresh, streams[1]) >= CLINICS_MIN)) | whole).tolist():
        members = np.flatnonzero(fresh[:, first])
        last = _last(studies, mean, members, first)
        groups.append(Group(first, last, members, float(usual[first]), int(devices[first])))
        excused[:, first : last + 1] |= low[:, first : last + 1]
    return groups, excused


def _rare(mean: Floats) -> Floats:
    """The least number that a Poisson count with this mean exceeds with CHANCE at most."""
    above = np.ceil(pdtrik(1.0 - CHANCE, mean))
    below = np.maximum(above - 1.0, 0.0)
    return np.asarray(np.where(pdtr(below, mean) >= 1.0 - CHANCE, below, above), dtype=np.float64)


def _low_before(low: Bools, mean: Floats) -> Bools:
    """Whether a stream was low on the last day before that says anything: a holiday ends no silence."""
    told = np.where(mean > 0, np.arange(mean.shape[1]), 0)
    before = np.zeros_like(told)
    before[:, 1:] = np.maximum.accumulate(told, axis=1)[:, :-1]
    return np.asarray(np.take_along_axis(low, before, axis=1))


def _together(fresh: Bools, device: Ints, site: Ints) -> tuple[Ints, Ints]:
    """How many devices fell quiet on each day, and how many sites with at least two devices of theirs."""
    stream, column = np.nonzero(fresh)
    devices = np.unique(np.stack((column, device[stream])), axis=1)
    streams, number = np.unique(np.stack((column, site[stream])), axis=1, return_counts=True)
    length = fresh.shape[1]
    return np.bincount(devices[0], minlength=length), np.bincount(streams[0, number >= 2], minlength=length)


def _spread(fresh: Bools, site: Ints) -> Ints:
    """At how many sites somebody fell quiet on each day."""
    stream, column = np.nonzero(fresh)
    return np.bincount(np.unique(np.stack((column, site[stream])), axis=1)[0], minlength=fresh.shape[1])


def _usual(number: Ints) -> Floats:
    """The median of the same weekdays before."""
    before = np.full((HISTORY, len(number)), np.nan)
    for back in range(1, HISTORY + 1):
        before[back - 1, 7 * back :] = number[: max(len(number) - 7 * back, 0)]
    before[:, :7] = 0.0
    return np.asarray(np.nanmedian(before, axis=0))


def _last(studies: Floats, mean: Floats, members: Ints, first: int) -> int:
    """The last day before the members together send again."""
    seen, due = studies[members, first:].sum(axis=0), mean[members, first:].sum(axis=0)
    back = np.flatnonzero((seen > RETURNED * due) & (due > 0))
    return first + int(back[0]) - 1 if len(back) else studies.shape[1] - 1
