# SPDX-License-Identifier: Apache-2.0
"""Reports that may tell of the same event: which are worth a comparison, and what the comparison says.

Pure.  Two reports are compared when one device (or one study, or one text) brings them together within days
of each other; what is known of both and cannot differ (study, site, installation) parts them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.stats.linkage import Links, groups, link
from nadzor.detect.stats.linkage_fields import LEVELS, Column, Field, column_of

Fate = Literal["agrees", "near", "differs", "unknown"]
Ints = NDArray[np.int64]
WINDOW_DAYS: Final = 10
NEIGHBOURS: Final = 60  # of one report within the window: a device with more a day is compared in part
THRESHOLD: Final = 0.5  # a person decides: a pair missed costs more than a pair looked at
SENTENCE: Final = 20  # letters from which the same words are no accident
FEW: Final = 5  # reports in the same words; more of them are a form that somebody fills every time
FIELDS: Final = (
    Field("device", "exact"), Field("version", "exact"), Field("site", "exact"), Field("study", "exact"),
    Field("day", "date", 2.0), Field("event_type", "exact"), Field("problems", "text"),
    Field("effects", "text"), Field("words", "text"),
)  # fmt: skip
"""Why one day and not three: the day of the event and that of becoming aware tell of each other, and what
is told twice would weigh twice."""
CONFLICTS: Final = ("study", "site", "installation")


class Report(Struct, frozen=True, kw_only=True):
    """One report as it is compared; empty is unknown.  `words` is a narrative in clear, else empty."""

    number: str
    device: str = ""
    version: str = ""
    site: str = ""
    installation: str = ""
    study: str = ""
    event_on: date | None = None
    aware_on: date | None = None
    event_type: str = ""
    problems: str = ""
    effects: str = ""
    words: str = ""

    @property
    def day(self) -> date | None:
        """When it happened, or else when somebody became aware."""
        return self.event_on or self.aware_on


class Likely(Struct, frozen=True, kw_only=True):
    """Two reports that may be one, the earlier first; `cluster` is the first of a group that all agree.

    Units: weight in bits, probability 0..1.
    """

    first: str
    second: str
    cluster: str
    weight: float
    probability: float
    compared: Mapping[str, Fate]


def likely(reports: Sequence[Report], *, threshold: float = THRESHOLD) -> list[Likely]:
    """Pairs at least so likely to be one event, and those in the very same words, the surest first.

    Why also the same words: among few reports, or many of one pattern, the shares are estimated badly; a text
    that two reports of a device have in common is worth a look whatever its weight.
    Method: Fellegi & Sunter 1969 with degrees of agreement (detect.stats.linkage), complete-link groups.
    """
    among = pairs(reports)
    if not len(among[0]):
        return []
    columns = [column_of(field, [_told(each, field.name) for each in reports]) for field in FIELDS]
    sure = _worth_a_look(link(columns, among=among), reports, threshold)
    clusters = {place: group for group in groups(sure) for place in group}
    return [
        Likely(
            first=reports[a].number, second=reports[b].number, cluster=_cluster(reports, clusters, a, b),
            weight=round(weight, 3), probability=chance, compared=compared,
        )
        for a, b, weight, chance, compared in _rows(sure, columns)
    ]  # fmt: skip


def _worth_a_look(links: Links, reports: Sequence[Report], threshold: float) -> Links:
    told = [_sentence(each) for each in reports]
    common = Counter(told)
    alike = [
        told[a] == told[b] and common[told[a]] <= FEW for a, b in zip(links.first, links.second, strict=True)
    ]
    kept = np.flatnonzero((links.probability >= threshold) | np.array(alike, bool))
    return Links(links.first[kept], links.second[kept], links.weight[kept], links.probability[kept]).above(
        0.0
    )


def _sentence(report: Report) -> tuple[str, ...]:
    """What a report tells of its device and day; the report itself where that is no sentence."""
    if len(report.words) < SENTENCE:
        return (report.number,)
    return (report.device, str(report.day), report.words)


def pairs(reports: Sequence[Report]) -> tuple[Ints, Ints]:
    """The pairs worth a comparison, the lower place first.

    Why: a bound on neighbours keeps twenty thousand reports within seconds, whatever their days are.
    """
    found = {
        pair
        for pair in (*_near_in_time(reports), *_sharing(reports, "study"), *_sharing(reports, "words"))
        if not _apart(reports[pair[0]], reports[pair[1]])
    }
    table = np.array(sorted(found), np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _near_in_time(reports: Sequence[Report]) -> Iterator[tuple[int, int]]:
    for places in _grouped(reports, lambda each: each.device).values():
        yield from _neighbours(sorted((day, place) for place in places if (day := _day(reports[place]))))


def _neighbours(dated: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Pairs of places whose days lie within the window, each with so many that follow it."""
    for at, (day, place) in enumerate(dated):
        for other, there in dated[at + 1 : at + 1 + NEIGHBOURS]:
            if other - day > WINDOW_DAYS:
                break
            yield (place, there) if place < there else (there, place)


def _sharing(reports: Sequence[Report], name: str) -> Iterator[tuple[int, int]]:
    for places in _grouped(reports, lambda each: str(getattr(each, name))).values():
        if len(places) <= NEIGHBOURS:
            yield from ((a, b) for at, a in enumerate(places) for b in places[at + 1 :])


def _grouped(reports: Sequence[Report], key: Callable[[Report], Hashable]) -> Mapping[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = defaultdict(list)
    for place, each in enumerate(reports):
        if value := key(each):
            found[value].append(place)
    return found


def _apart(one: Report, two: Report) -> bool:
    """Whether something is known of both that cannot differ between two reports of one event."""
    told = ((getattr(one, name), getattr(two, name)) for name in CONFLICTS)
    return any(a and b and a != b for a, b in told)


def _day(report: Report) -> int:
    return report.day.toordinal() if report.day else 0


def _told(report: Report, name: str) -> str:
    value = getattr(report, name)
    return value.isoformat() if isinstance(value, date) else value or ""


def _rows(
    sure: Links, columns: Sequence[Column]
) -> Iterator[tuple[int, int, float, float, Mapping[str, Fate]]]:
    levels = np.stack([column.levels(sure.first, sure.second) for column in columns], axis=1)
    numbers = (sure.first.tolist(), sure.second.tolist(), sure.weight.tolist(), sure.probability.tolist())
    for a, b, weight, chance, level in zip(*numbers, levels.tolist(), strict=True):
        yield (
            a,
            b,
            weight,
            chance,
            {column.field.name: _fate(degree, column) for column, degree in zip(columns, level, strict=True)},
        )


def _fate(level: int, column: Column) -> Fate:
    if level < 0:
        return "unknown"
    if level == LEVELS[column.field.kind] - 1:
        return "agrees"
    return "near" if level else "differs"


def _cluster(reports: Sequence[Report], clusters: Mapping[int, list[int]], a: int, b: int) -> str:
    group = clusters.get(a, [a])
    return min(reports[place].number for place in (group if b in group else (a, b)))
