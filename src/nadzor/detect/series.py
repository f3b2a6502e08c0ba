# SPDX-License-Identifier: Apache-2.0
"""Rollup rows as columns of numbers, and the daily counts of many streams at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from datetime import date
from operator import attrgetter
from typing import Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.measures.rollup import ALL, Row, rows_digest

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Key = Literal["device", "version", "site", "finding", "dimension", "stratum", "measure"]
KEYS: tuple[Key, ...] = ("device", "version", "site", "finding", "dimension", "stratum", "measure")
Wanted = Collection[tuple[str, str]]
"""The (measure, dimension) pairs that a detector reads."""


class Stream(Struct, frozen=True, order=True):
    """Whose days these are; an empty field is not split."""

    device: str = ""
    version: str = ""
    site: str = ""


class Days:
    """Rollup rows held as columns, parsed once for all detectors.

    Rows are taken as they come: equal cells are added, in whatever order and parts they arrive.
    """

    def __init__(self, rows: Iterable[Row], wanted: Wanted) -> None:
        keep = frozenset(wanted)
        self._rows: Sequence[Row] = [row for row in rows if (row.measure, row.dimension) in keep]
        self._at: Ints = np.arange(len(self._rows))
        self.n = self._numbers("n")
        self.bin = self._numbers("bin")
        self.names: dict[Key, list[str]] = {}
        self.code: dict[Key, Ints] = {}
        for key in KEYS:
            self.names[key], self.code[key] = self._coded(key)
        self.day, self.known = (self._ordinals(name) for name in ("day", "known"))

    @classmethod
    def of(cls, rows: Iterable[Row] | Days, wanted: Wanted) -> Days:
        """The wanted measures of rows, or of days that were parsed before."""
        return rows.only(wanted) if isinstance(rows, Days) else cls(rows, wanted)

    def only(self, wanted: Wanted) -> Days:
        """The rows of these measures alone, so that a digest covers exactly what a detector reads."""
        cells = set(wanted)
        chosen = np.zeros(len(self), dtype=bool)
        for i, measure in enumerate(self.names["measure"]):
            for j, dimension in enumerate(self.names["dimension"]):
                if (measure, dimension) in cells:
                    chosen |= (self.code["measure"] == i) & (self.code["dimension"] == j)
        return self.where(chosen)

    def where(self, chosen: NDArray[np.bool_] | Ints) -> Days:
        """The chosen rows alone."""
        part = copy(self)
        for name in ("_at", "n", "bin", "day", "known"):
            setattr(part, name, getattr(self, name)[chosen])
        part.code = {key: code[chosen] for key, code in self.code.items()}
        return part

    def __len__(self) -> int:
        return len(self._at)

    def __getitem__(self, at: int) -> Row:
        return self._rows[int(self._at[at])]

    @property
    def first(self) -> int:
        """The first day, as an ordinal."""
        return int(self.day.min()) if len(self) else 0

    @property
    def after(self) -> int:
        """The day after the last one, as an ordinal."""
        return int(self.day.max()) + 1 if len(self) else 0

    def is_(self, key: Key, value: str) -> NDArray[np.bool_]:
        """Which rows have this value."""
        names = self.names[key]
        return np.asarray(self.code[key] == (names.index(value) if value in names else -1))

    def digest(
        self, *, device: str = "", first: date | None = None, after: date | None = None
    ) -> tuple[str, int]:
        """The digest of the rows of a device (or all) within [first, after), and how many rows there are."""
        chosen = np.ones(len(self), dtype=bool)
        if first:
            chosen &= self.day >= first.toordinal()
        if after:
            chosen &= self.day < after.toordinal()
        if device:
            chosen &= self.is_("device", device)
        return self.where(chosen).seal()

    def seal(self) -> tuple[str, int]:
        """The digest of these rows, and how many there are."""
        return rows_digest(self._rows[at] for at in self._at.tolist()), len(self)

    def _numbers(self, name: str) -> Ints:
        return np.fromiter(map(attrgetter(name), self._rows), np.int64, len(self._rows))

    def _ordinals(self, name: str) -> Ints:
        days, code = self._coded(name)
        return np.array([day.toordinal() for day in days], np.int64)[code]

    def _coded(self, name: str) -> tuple[list[Any], Ints]:
        """The different values of a column in order, and for each row the place of its value among them.

        Why: mapped without a list or tuple a row, since there are a million rows.
        """
        value = attrgetter(name)
        found = sorted(set(map(value, self._rows)))
        index = {one: i for i, one in enumerate(found)}
        places = map(index.__getitem__, map(value, self._rows))
        return found, np.fromiter(places, np.int64, len(self._rows))


class Panel:
    """Daily counts of many streams: one row a stream, one column a day, several measures.

    Days on which a stream has no row count zero; the calendar runs over all days of the rows.
    """

    def __init__(
        self, days: Days, *, by: Collection[Key], measures: Sequence[str], after: date | None = None
    ) -> None:
        self.days = days
        self.first = days.first
        self.length = max(0, (after.toordinal() if after else days.after) - days.first)
        stream_of_row, self.streams = self._streams(days, by)
        self.counts: Mapping[str, Floats] = {
            measure: self._count(days.is_("measure", measure), stream_of_row) for measure in measures
        }

    def _streams(self, days: Days, by: Collection[Key]) -> tuple[Ints, list[Stream]]:
        of_row = np.zeros(len(days), np.int64)
        for key in ("device", "version", "site"):
            if key in by:
                of_row = _dense(of_row * len(days.names[key]) + days.code[key])
        example = np.zeros(int(of_row.max()) + 1 if len(of_row) else 0, np.int64)
        example[of_row] = np.arange(len(of_row))
        return of_row, [Stream(**{key: getattr(days[i], key) for key in by}) for i in example.tolist()]

    def _count(self, chosen: NDArray[np.bool_], stream_of_row: Ints) -> Floats:
        size = len(self.streams) * self.length
        if not size:
            return np.zeros((len(self.streams), self.length))
        chosen = chosen & (self.days.day - self.first < self.length)
        cell = stream_of_row[chosen] * self.length + (self.days.day[chosen] - self.first)
        counts = np.bincount(cell, weights=self.days.n[chosen], minlength=size)
        return np.asarray(counts.reshape(len(self.streams), self.length), dtype=np.float64)

    def date(self, column: int) -> date:
        """The calendar day of a column."""
        return date.fromordinal(self.first + int(column))

    def weekdays(self) -> Ints:
        """The weekday of each column, Monday is 0."""
        return np.asarray((self.first + np.arange(self.length) + 6) % 7, dtype=np.int64)


def _dense(codes: Ints) -> Ints:
    """The same codes without holes, in the same order; without sorting, since there are a million of them."""
    if not len(codes):
        return codes
    present = np.bincount(codes) > 0
    return np.asarray((np.cumsum(present) - 1)[codes], dtype=np.int64)


def unsplit(*measures: str) -> Wanted:
    """The whole counts of these measures, not their strata."""
    return frozenset((measure, ALL) for measure in measures)


def grouped(values: Floats, group: Ints) -> Floats:
    """Rows added by group; groups are numbered without holes."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    return np.asarray(np.add.reduceat(values[order], starts, axis=0), dtype=np.float64)
