# SPDX-License-Identifier: Apache-2.0
"""Quarters of the calendar, written `2026-Q3`."""

from __future__ import annotations

import re
from datetime import date

from msgspec import Struct

from .interval import Interval, Month

_QUARTER = re.compile(r"\d{4}-Q[1-4]", re.ASCII)


class Quarter(Struct, frozen=True, order=True):
    """One quarter of a year."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04d}-Q{self.number}"

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """A quarter written `2026-Q3`.

        Raises: ValueError for anything else.
        """
        if not _QUARTER.fullmatch(text):
            raise ValueError(f"a quarter is written YYYY-Qn, not {text!r}")
        return cls(int(text[:4]), int(text[6:]))

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter a day lies in."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def over(cls, day: date) -> Quarter:
        """The last quarter that is over on a day."""
        return cls.of(Month.of(cls.of(day).first).previous().first)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def after(self) -> date:
        """The first day after it."""
        return Month(self.year, 3 * self.number).after

    @property
    def days(self) -> Interval:
        """All its days."""
        return Interval(self.first, self.after)
