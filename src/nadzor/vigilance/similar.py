# SPDX-License-Identifier: Apache-2.0
"""How often events like one happened, for every ten thousand studies processed in the same days.

Pure.  No studies known is not a rate of nought: then the count stands alone.  A rate says how often somebody
reported; how often it happened, nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final, Literal

from msgspec import Struct

from nadzor.detect.stats.poisson_rate import count_bounds
from nadzor.vigilance.cards import WayBack

PER: Final = 10_000
LEVEL: Final = 0.95
WINDOW: Final = timedelta(days=365)
AROUND: Final = timedelta(days=14)
ONE_DAY: Final = timedelta(days=1)
CHAPTER: Final = 3  # signs of a code at the top of an annex
STEP: Final = 2  # signs that a level adds
Likeness = Literal["code", "kin", "any"]
Scope = Literal["version", "other_versions", "device", "other_devices"]


class Rate(Struct, frozen=True, kw_only=True):
    """Events against processed studies.  Units: per 10,000 studies; None where no studies are known."""

    events: int
    studies: int | None
    per_10000: float | None
    low: float | None
    high: float | None


class Group(Struct, frozen=True, kw_only=True):
    """Events of a scope that are like one: by the same code, by a code of the same branch, or any at all.

    `events` are all of the window; the rate counts those of days from which studies are known, since an event
    of a day without telemetry has no studies to stand against.
    """

    scope: Scope
    likeness: Likeness
    events: int
    rate: Rate


class VersionRate(Struct, frozen=True):
    """Events of the branch on one version; the version is empty where the report names none."""

    version: str
    rate: Rate


class DayAround(Struct, frozen=True, kw_only=True):
    """One day near an event as the telemetry tells it."""

    day: date
    processed: int
    failed: int
    faults: int
    changes: int


class SignalNear(Struct, frozen=True):
    """A signal that stood near an event."""

    id: int
    detector: str
    kind: str
    state: str
    first_day: date


class Around(Struct, frozen=True, kw_only=True):
    """What the telemetry says near an event, the signals that stood then, and the question back."""

    first: date
    after: date
    days: tuple[DayAround, ...]
    signals: tuple[SignalNear, ...]
    way_back: WayBack


class Similar(Struct, frozen=True, kw_only=True):
    """Events like one, in days [first, after); `around` is None for an event that nobody dated."""

    number: str
    codes: tuple[str, ...]
    first: date
    after: date
    groups: tuple[Group, ...]
    by_version: tuple[VersionRate, ...]
    numbers: tuple[str, ...]
    around: Around | None


def rate_of(events: int, studies: int | None) -> Rate:
    """A count against its studies, with exact limits.

    Method: Garwood 1936 limits of a Poisson count, over the studies as they are known.

    >>> rate_of(3, 30_000).per_10000
    1.0
    """
    if not studies:
        return Rate(events=events, studies=studies, per_10000=None, low=None, high=None)
    low, high = count_bounds(events, level=LEVEL)
    scale = PER / studies
    return Rate(
        events=events, studies=studies, per_10000=round(events * scale, 4), low=round(low * scale, 4),
        high=round(high * scale, 4),
    )  # fmt: skip


def likeness(mine: Sequence[str], theirs: Iterable[str]) -> Likeness | None:
    """How like two sets of problem codes are: one code in common, one branch in common, or nothing.

    An event without a code is like any other of its scope.
    >>> likeness(["A090803"], ["A090804"])
    'kin'
    """
    if not mine:
        return "any"
    told = tuple(theirs)
    if set(mine) & set(told):
        return "code"
    branches = tuple(branch(code) for code in mine)
    return "kin" if any(code.startswith(branches) for code in told) else None


def branch(code: str) -> str:
    """The code right above one; a chapter is its own branch.

    >>> branch("A090803"), branch("A09")
    ('A0908', 'A09')
    """
    return code if len(code) <= CHAPTER else code[: max(CHAPTER, len(code) - STEP)]
