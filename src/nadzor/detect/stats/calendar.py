# SPDX-License-Identifier: Apache-2.0
"""Expectation and calendar together: learnt once to see who rested when, and again without those days."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from nadzor.detect.stats.quiet_days import Group, find_groups, openness
from nadzor.detect.stats.volume import Bools, Floats, Ints, Memory, Volume, learn


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
    studies: Floats, rest: Bools, offset: int, *, streams: tuple[Ints, Ints], memory: Memory | None = None
) -> Calendar:
    """The calendar of a nation: counts by stream and day; `streams` are the device and the site of each.

    `rest` are days known as holidays; offset is the weekday of the first day.

    Why: a holiday that is learnt as an empty day would excuse the silence of the weeks after it.
    """
    seen = np.ones(studies.shape, dtype=bool) & ~rest
    volume = learn(studies, seen, offset, memory=memory)
    quiet = openness(studies, volume.by_day()) == 0.0
    if quiet.any():
        seen &= ~quiet
        volume = learn(studies, seen, offset, memory=memory)
    share = openness(studies, volume.by_day()) * ~rest
    groups, excused = find_groups(
        studies, volume.by_day() * share, dispersion=volume.dispersion_by_day(), streams=streams
    )
    if groups:
        volume = learn(studies, seen & ~excused, offset, memory=memory)
    return Calendar(volume, volume.by_day(), np.asarray(share * ~excused), groups, excused)


def numbered(names: Sequence[str]) -> Ints:
    """Names as numbers, in order of appearance."""
    place: dict[str, int] = {}
    return np.array([place.setdefault(name, len(place)) for name in names], np.int64)
