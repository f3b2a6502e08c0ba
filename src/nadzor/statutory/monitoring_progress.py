# SPDX-License-Identifier: Apache-2.0
"""How far the data of a device came towards the sample size of its monitoring plan, and at what pace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from math import ceil
from typing import Final, Literal

import msgspec

from nadzor.base.interval import Month
from nadzor.measures.rollup import ALL, Row

MEASURE: Final = "labels"
PACE_MONTHS: Final = 3
FARTHEST: Final = 600
"""Months beyond which a projection says no more than that it will not be reached."""

Outlook = Literal["no_target", "reached", "in_time", "too_late", "standing_still"]


class MonthCount(msgspec.Struct, frozen=True):
    """The labels of one month, of the finding that has the most of them."""

    month: str
    n: int


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """The sample so far.

    A study may be labelled for several findings and is one subject; how many studies carry a label is at
    least the number of labels of the finding that has most, and that is what is counted here.

    Units: reached and target are labelled studies; pace is labelled studies a month over the last
    `PACE_MONTHS` full months, a whole number rounded down; `by` is the month in which the target is reached
    at that pace.
    """

    target: int | None
    reached: int
    finding: str
    months: tuple[MonthCount, ...]
    pace: int
    outlook: Outlook
    by: str = ""
    ends: date | None = None

    @property
    def missing(self) -> int:
        """How many labelled studies the target still wants."""
        return max(0, (self.target or 0) - self.reached)


def progress(
    rows: Iterable[Row],
    *,
    device: str,
    target: int | None,
    since: date,
    today: date,
    ends: date | None = None,
) -> Progress:
    """The sample from a day on, as known by the rows given, and the outlook at the pace of late.

    Method: the labels of the last three full months divided by three; nothing cleverer, so that anybody can
    check it by hand.
    """
    counts = _by_finding(rows, device=device, since=since, today=today)
    finding = max(sorted(counts), key=lambda name: counts[name].total(), default="")
    months = counts.get(finding, Counter())
    reached, pace = months.total(), _pace(months, today)
    outlook, by = _outlook(reached, target, pace, today=today, ends=ends)
    return Progress(
        target=target, reached=reached, finding=finding, pace=pace, outlook=outlook, by=by, ends=ends,
        months=tuple(MonthCount(str(month), n) for month, n in sorted(months.items())),
    )  # fmt: skip


def _by_finding(
    rows: Iterable[Row], *, device: str, since: date, today: date
) -> Mapping[str, Counter[Month]]:
    found: dict[str, Counter[Month]] = {}
    for row in rows:
        labels = row.device == device and (row.measure, row.dimension) == (MEASURE, ALL)
        if labels and since <= row.day <= today:
            found.setdefault(row.finding, Counter())[Month.of(row.day)] += row.n
    return found


def _pace(months: Mapping[Month, int], today: date) -> int:
    month, total = Month.of(today), 0
    for _ in range(PACE_MONTHS):
        month = month.previous()
        total += months.get(month, 0)
    return total // PACE_MONTHS


def _outlook(
    reached: int, target: int | None, pace: int, *, today: date, ends: date | None
) -> tuple[Outlook, str]:
    if not target:
        return "no_target", ""
    if reached >= target:
        return "reached", ""
    wanted = ceil((target - reached) / pace) if pace else FARTHEST + 1
    if wanted > FARTHEST:
        return "standing_still", ""
    by = _later(Month.of(today), wanted)
    return ("too_late" if ends is not None and by.first > ends else "in_time"), str(by)


def _later(month: Month, count: int) -> Month:
    place = month.year * 12 + month.month - 1 + count
    return Month(place // 12, place % 12 + 1)
