# SPDX-License-Identifier: Apache-2.0
"""Expectation and calendar together: learnt once to see who rested when, and again without those days."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from nadzor.detect.stats.quiet_days import Group, find_groups, openness
from nadzor.detect.stats.volume import WEEKS, Bools, Floats, Ints, Volume, learn


class Memory(Struct, frozen=True):
    """How much of the past makes an expectation: so many weeks, the last `lag` of them left out."""

    weeks: int = WEEKS
    lag: int = 0
    busiest: float = 1.0


class Calendar(Struct, frozen=True):
    """What was to be expected of each stream on each day, and on which days nothing was.

    `openness` is the part of the usual that the country was open for, 0 on a day that says nothing of a
    stream; `excused` are the quiet days that a group explains.
    """

    volume: Volume
    expected: Floats
    openness: Floats
    groups: list[Group]
    excused: Bools


def calendar_of(
    studies: Floats, rest: Bools, offset: int, *, device: Ints, site: Ints, memory: Memory | None = None
) -> Calendar:
    """The calendar of a nation's streams (stream, day); `rest` are days known as holidays.

    Why: a holiday that is learnt as an empty day would excuse the silence of the weeks after it.
    """
    memory = memory or Memory()
    span = {"weeks": memory.weeks, "lag": memory.lag}
    seen = np.ones(studies.shape, dtype=bool) & ~rest
    volume = learn(studies, seen, offset, **span)
    quiet = openness(studies, volume.by_day()) == 0.0
    if quiet.any():
        seen &= ~quiet
        volume = learn(studies, seen, offset, **span)
    share = openness(studies, volume.by_day(), busiest=memory.busiest) * ~rest
    groups, excused = find_groups(
        studies, volume.by_day() * share, dispersion=volume.dispersion_by_day(), device=device, site=site
    )
    if groups:
        volume = learn(studies, seen & ~excused, offset, **span)
    return Calendar(volume, volume.by_day(), np.asarray(share * ~excused), groups, excused)


def numbered(names: Sequence[str]) -> Ints:
    """Names as numbers, in order of appearance."""
    place: dict[str, int] = {}
    return np.array([place.setdefault(name, len(place)) for name in names], np.int64)
