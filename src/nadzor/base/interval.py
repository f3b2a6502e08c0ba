# SPDX-License-Identifier: Apache-2.0
"""Half-open stretches of the calendar: the start belongs, the stop does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import Struct

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)


class Interval(Struct, frozen=True, order=True):
    """Days from `start` up to, not including, `stop`."""

    start: date
    stop: date

    def __post_init__(self) -> None:
        if self.stop < self.start:
            raise ValueError(f"interval ends before it starts: {self.start}..{self.stop}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.stop

    def __len__(self) -> int:
        return (self.stop - self.start).days

    def __iter__(self) -> Iterator[date]:
        return (self.start + timedelta(days=n) for n in range(len(self)))

    @property
    def last(self) -> date:
        """The last day inside, for pages that say "по … включительно"."""
        return self.stop - timedelta(days=1)

    def overlaps(self, other: Interval) -> bool:
        """Whether some day lies in both."""
        return max(self.start, other.start) < min(self.stop, other.stop)


class Month(Struct, frozen=True, order=True):
    """One calendar month."""

    year: int
    month: int

    def __post_init__(self) -> None:
        date(self.year, self.month, 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def __contains__(self, day: date) -> bool:
        return day in self.days

    @classmethod
    def parse(cls, text: str) -> Month:
        """A month written `2026-10`.

        Raises: ValueError for anything else.
        """
        if not _MONTH.fullmatch(text):
            raise ValueError(f"a month is written YYYY-MM, not {text!r}")
        return cls(int(text[:4]), int(text[5:]))

    @classmethod
    def of(cls, day: date) -> Month:
        """The month a day lies in."""
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def after(self) -> date:
        """The first day after it."""
        return self.next().first

    @property
    def days(self) -> Interval:
        """All its days."""
        return Interval(self.first, self.after)

    def next(self) -> Month:
        """The month after this one."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def previous(self) -> Month:
        """The month before this one."""
        return Month.of(self.first - timedelta(days=1))
