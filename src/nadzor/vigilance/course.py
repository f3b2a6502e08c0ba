# SPDX-License-Identifier: Apache-2.0
"""The course of a signal: what later evidence says of it.  Beside the table of moves, which persons walk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.detect.finding import Finding
from nadzor.detect.words import kinds

Course = Literal["new", "ongoing", "escalating", "quiet"]
COURSES: tuple[Course, ...] = ("escalating", "new", "ongoing", "quiet")

NAMES: dict[Course, Text] = {
    "new": Text("новый", "new"),
    "ongoing": Text("продолжается", "ongoing"),
    "escalating": Text("усиливается", "escalating"),
    "quiet": Text("затих", "quiet"),
}
MORE_SITES = 1.5
"""A matter has spread when the sites it names are more than so many times those of the first word."""


class Lately(Struct, frozen=True, kw_only=True):
    """The figure behind a finding over the last closed days, against its baseline.

    Units: value, low, high and baseline are of one unit (a share, or studies a day); n is what was counted.
    """

    days: int
    n: float
    value: float
    low: float
    high: float
    baseline: float

    @property
    def deviates(self) -> bool:
        """Whether the baseline lies outside the interval."""
        return not self.low <= self.baseline <= self.high


class Word(Struct, frozen=True, kw_only=True):
    """What one piece of evidence says, as far as the course needs it.

    Units: `neutral` is the effect that would be no deviation: one for ratios, zero for differences.
    """

    stands: bool
    estimate: float
    low: float
    high: float
    neutral: float = 1.0
    sites: int = 0
    episodes: int = 1
    lately: Lately | None = None


def course(words: Sequence[Word]) -> Course:
    """Where a signal is going, by its evidence in order.

    Why: one word is new, whatever it says; a finding that later data took away, or a figure that is back at
    its baseline, is quiet; what has grown beyond the first word's interval, spread to more sites or happened
    again is escalating.

    >>> course([Word(stands=True, estimate=2.0, low=1.5, high=3.0)])
    'new'
    """
    first, last = words[0], words[-1]
    if not last.stands:
        return "quiet"
    if len(words) == 1:
        return "new"
    if escalates(last, since=first):
        return "escalating"
    return "quiet" if last.lately is not None and not last.lately.deviates else "ongoing"


def escalates(now: Word, *, since: Word) -> bool:
    """Whether a word says clearly more than an earlier one."""
    if not now.stands:
        return False
    spread = since.sites > 0 and now.sites > MORE_SITES * since.sites
    return (
        spread or now.episodes > since.episodes or _beyond(now, since) or _further(now.lately, since.lately)
    )


def _beyond(now: Word, since: Word) -> bool:
    """The estimate has left the earlier interval, away from where there would be no deviation."""
    return now.estimate < since.low if since.high < since.neutral else now.estimate > since.high


def _further(now: Lately | None, since: Lately | None) -> bool:
    """The figure itself has moved further from its baseline than its earlier interval reached."""
    if now is None or since is None or not now.deviates:
        return False
    return now.low > since.high if now.value > now.baseline else now.high < since.low


def word_of(
    finding: Finding, *, stands: bool = True, episodes: int = 1, lately: Lately | None = None
) -> Word:
    """What a finding says, as far as the course needs it."""
    sites = finding.facts.get("sites", [])
    effect = finding.effect
    return Word(
        stands=stands, estimate=effect.estimate, low=effect.low, high=effect.high,
        neutral=_neutral(finding), sites=len(sites) if isinstance(sites, list) else 0,
        episodes=episodes, lately=lately,
    )  # fmt: skip


def _neutral(finding: Finding) -> float:
    """What the effect would be without a deviation: one for ratios and parts, zero for differences."""
    told = kinds().get(finding.kind)
    unit = told.effect.unit if told else "ratio"
    if unit == "number":
        return finding.baseline.rate or 0.0
    return 0.0 if unit == "points" else 1.0
