# SPDX-License-Identifier: Apache-2.0
"""Rollup rows as columns of numbers, and the daily counts of many streams at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.measures.columns import Block, Columns, columns_digest, rows_of
from nadzor.measures.rollup import ALL, Row

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Key = Literal["device", "version", "site", "finding", "dimension", "stratum", "measure"]
NAMED: tuple[Literal["device", "version", "site", "finding", "stratum"], ...] = (
    "device", "version", "site", "finding", "stratum",
)  # fmt: skip
STREAM_KEYS: tuple[Literal["device", "version", "site", "stratum", "finding"], ...] = (
    "device", "version", "site", "stratum", "finding",
)  # fmt: skip
Wanted = Collection[tuple[str, str]]
"""The (measure, dimension) pairs that a detector reads."""


class Stream(Struct, frozen=True, order=True):
    """Whose days these are; an empty field is not split."""

    device: str = ""
    version: str = ""
    site: str = ""
    stratum: str = ""
    finding: str = ""


class Days:
    """Rollup rows held as columns, parsed once for all detectors.

    Rows are taken as they come: equal cells are added, in whatever order and parts they arrive.  `columns`
    are all of them by measure and dimension; the arrays of this object are those blocks laid end to end.
    """

    def __init__(self, rows: Iterable[Row] | Columns, wanted: Wanted) -> None:
        whole = rows if isinstance(rows, Columns) else Columns.of_rows(rows)
        self.columns = whole.only(wanted)
        self.names: dict[Key, list[str]] = {
            **{key: self.columns.names[key] for key in NAMED},
            "measure": sorted({measure for measure, _ in self.columns.blocks}),
            "dimension": sorted({dimension for _, dimension in self.columns.blocks}),
        }

    @classmethod
    def of(cls, rows: Iterable[Row] | Columns | Days, wanted: Wanted) -> Days:
        """The wanted measures of rows, of columns, or of days that were parsed before."""
        return rows.only(wanted) if isinstance(rows, Days) else cls(rows, wanted)

    def only(self, wanted: Wanted) -> Days:
        """The rows of these measures alone, so that a digest covers exactly what a detector reads."""
        return Days(self.columns, wanted)

    def where(self, chosen: NDArray[np.bool_] | Ints) -> Days:
        """The chosen rows alone, by mask or by position."""
        if chosen.dtype != bool:
            chosen = np.isin(np.arange(len(self)), chosen)
        blocks, start = {}, 0
        for pair, block in self.columns.blocks.items():
            blocks[pair] = block.where(chosen[start : start + len(block)])
            start += len(block)
        return Days(Columns(self.columns.names, blocks), blocks)

    def block(self, measure: str, dimension: str = ALL) -> Block:
        """The rows of one measure in one dimension; empty where there are none."""
        return self.columns.blocks.get((measure, dimension), _NOTHING)

    def __len__(self) -> int:
        return len(self.columns)

    def __getitem__(self, at: int) -> Row:
        for (measure, dimension), block in self.columns.blocks.items():
            if at < len(block):
                return next(rows_of(self.columns, measure, dimension, block.where([at])))
            at -= len(block)
        raise IndexError(at)

    @cached_property
    def n(self) -> Ints:
        """The counts."""
        return self._column("n")

    @cached_property
    def bin(self) -> Ints:
        """The bins."""
        return self._column("bin")

    @cached_property
    def day(self) -> Ints:
        """The days of the facts, as ordinals."""
        return self._column("day")

    @cached_property
    def known(self) -> Ints:
        """The dates on which the facts became known, as ordinals."""
        return self._column("known")

    @cached_property
    def code(self) -> dict[Key, Ints]:
        """For each key, the place of every row's value among the names."""
        lengths = [len(block) for block in self.columns.blocks.values()]
        pairs = list(self.columns.blocks)
        placed = {
            "measure": [self.names["measure"].index(measure) for measure, _ in pairs],
            "dimension": [self.names["dimension"].index(dimension) for _, dimension in pairs],
        }
        told: dict[Key, Ints] = {key: self._column(key) for key in NAMED}
        told["measure"], told["dimension"] = (
            np.repeat(np.array(placed[key], np.int64), lengths) for key in ("measure", "dimension")
        )
        return told

    @property
    def first(self) -> int:
        """The first day, as an ordinal."""
        return min((int(block.day.min()) for block in self._full()), default=0)

    @property
    def after(self) -> int:
        """The day after the last one, as an ordinal."""
        return max((int(block.day.max()) + 1 for block in self._full()), default=0)

    def is_(self, key: Key, value: str) -> NDArray[np.bool_]:
        """Which rows have this value."""
        names = self.names[key]
        return np.asarray(self.code[key] == (names.index(value) if value in names else -1))

    def digest(
        self, *, device: str = "", first: date | None = None, after: date | None = None
    ) -> tuple[str, int]:
        """The digest of the rows of a device (or all) within [first, after), and how many rows there are."""
        names = self.columns.names["device"]
        code = names.index(device) if device in names else -1
        blocks = {}
        for pair, block in self.columns.blocks.items():
            mine = block.where(np.flatnonzero(block.device == code)) if device else block
            chosen = np.ones(len(mine), dtype=bool)
            if first:
                chosen &= mine.day >= first.toordinal()
            if after:
                chosen &= mine.day < after.toordinal()
            blocks[pair] = mine.where(np.flatnonzero(chosen))
        return columns_digest(Columns(self.columns.names, blocks))

    def seal(self) -> tuple[str, int]:
        """The digest of these rows, and how many cells there are."""
        return columns_digest(self.columns)

    def _full(self) -> list[Block]:
        return [block for block in self.columns.blocks.values() if len(block)]

    def _column(self, name: str) -> Ints:
        parts = [getattr(block, name) for block in self.columns.blocks.values()]
        return np.concatenate(parts).astype(np.int64) if parts else np.array([], np.int64)


_NOTHING = Block(**{name: np.array([], np.int64) for name in Block.__struct_fields__})


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
        for key in STREAM_KEYS:
            if key in by:
                of_row = _dense(of_row * len(days.names[key]) + days.code[key])
        example = np.zeros(int(of_row.max()) + 1 if len(of_row) else 0, np.int64)
        example[of_row] = np.arange(len(of_row))
        told = {key: [days.names[key][i] for i in days.code[key][example].tolist()] for key in by}
        streams = [
            Stream(**dict(zip(told, values, strict=True))) for values in zip(*told.values(), strict=True)
        ]
        return of_row, streams if told else [Stream() for _ in example]

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
