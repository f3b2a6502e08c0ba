# SPDX-License-Identifier: Apache-2.0
"""Rollup rows as columns of numbers, and the daily counts of many streams at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Final, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.sparse import csr_array

from nadzor.detect.shelf import Shelf, Span
from nadzor.measures.columns import Block, Columns, Name, columns_digest, rows_of
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
SCATTERED: Final = 1 << 22
"""Keys below this are marked in one array instead of sorted."""
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

    def __init__(self, rows: Iterable[Row] | Columns, wanted: Wanted, *, shelf: Shelf | None = None) -> None:
        whole = rows if isinstance(rows, Columns) else Columns.of_rows(rows)
        self.columns = whole.only(wanted)
        self.shelf = shelf or Shelf()
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
        return Days(self.columns, wanted, shelf=self.shelf)

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

    @cached_property
    def first(self) -> int:
        """The first day, as an ordinal."""
        return min((int(block.day.min()) for block in self._full()), default=0)

    @cached_property
    def after(self) -> int:
        """The day after the last one, as an ordinal."""
        return max((int(block.day.max()) + 1 for block in self._full()), default=0)

    def is_(self, key: Key, value: str) -> NDArray[np.bool_]:
        """Which rows have this value."""
        names = self.names[key]
        return np.asarray(self.code[key] == (names.index(value) if value in names else -1))

    def digest(
        self, *, device: str = "", first: date | None = None, after: date | None = None,
        sites: Collection[str] = (),
    ) -> tuple[str, int]:  # fmt: skip
        """The digest of the rows of a device (or all) within [first, after), and how many rows there are.

        Where sites are named, only of those of all devices.
        """
        names = self.columns.names["device"]
        named = np.array([name in sites for name in self.columns.names["site"]])
        code = names.index(device) if device in names else -1
        span = (first.toordinal() if first else None, after.toordinal() if after else None)
        blocks = {}
        for pair, block in self.columns.blocks.items():
            if device:
                mine = self.shelf.rows(pair, block, "device", span=(code, code + 1))
                blocks[pair] = _within(mine, span)
            else:
                told = self.shelf.rows(pair, block, "day", span=span)
                blocks[pair] = told.where(np.flatnonzero(named[told.site])) if sites else told
        return columns_digest(Columns(self.columns.names, blocks))

    def seal(self) -> tuple[str, int]:
        """The digest of these rows, and how many cells there are."""
        return columns_digest(self.columns)

    def _full(self) -> list[Block]:
        return [block for block in self.columns.blocks.values() if len(block)]

    def _column(self, name: str) -> Ints:
        parts = [getattr(block, name) for block in self.columns.blocks.values()]
        return np.concatenate(parts).astype(np.int64) if parts else np.array([], np.int64)


def _within(block: Block, span: Span) -> Block:
    """The rows of days [first, after)."""
    chosen = np.ones(len(block), dtype=bool)
    if span[0] is not None:
        chosen &= block.day >= span[0]
    if span[1] is not None:
        chosen &= block.day < span[1]
    return block.where(chosen)


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
        keys = [key for key in STREAM_KEYS if key in by]
        codes, of_row = _streams(list(days.columns.blocks.values()), keys, days.columns.names)
        told = [[days.columns.names[key][i] for i in codes[key].tolist()] for key in keys]
        named = [Stream(**dict(zip(keys, some, strict=True))) for some in zip(*told, strict=True)]
        self.streams = named if keys else [Stream()] * bool(len(days))
        rows = list(zip(days.columns.blocks.items(), of_row, strict=True))
        self.counts: Mapping[str, Floats] = {
            measure: self._count([(block, row) for ((name, _), block), row in rows if name == measure])
            for measure in measures
        }

    def _count(self, rows: Sequence[tuple[Block, Ints]]) -> Floats:
        size = len(self.streams) * self.length
        counts = np.zeros(size)
        for block, stream in rows if size else []:
            cell = block.day - np.int64(self.first)
            inside = cell < self.length
            cell += stream * self.length
            n = block.n
            if not inside.all():
                cell, n = cell[inside], n[inside]
            counts += np.bincount(cell, weights=n, minlength=size)
        return counts.reshape(len(self.streams), self.length)

    def date(self, column: int) -> date:
        """The calendar day of a column."""
        return date.fromordinal(self.first + int(column))

    def weekdays(self) -> Ints:
        """The weekday of each column, Monday is 0."""
        return np.asarray((self.first + np.arange(self.length) + 6) % 7, dtype=np.int64)


def _streams(
    blocks: Sequence[Block], keys: Sequence[Name], names: Mapping[Name, Sequence[str]]
) -> tuple[dict[Name, Ints], list[Ints]]:
    """The codes of each stream by key, streams in order; and block by block, the stream of each row."""
    of_row: list[Ints] = [np.zeros(len(block), np.int64) for block in blocks]
    codes: dict[Name, Ints] = {}
    for key in keys:
        width = len(names[key])
        known, of_row = dense(
            [row * width + getattr(block, key) for row, block in zip(of_row, blocks, strict=True)]
        )
        codes = {name: code[known // width] for name, code in codes.items()}
        codes[key] = known % width
    return codes, of_row


def dense(keys: Sequence[Ints]) -> tuple[Ints, list[Ints]]:
    """The keys that occur in any part, in order, and for each part the place of each key among them.

    Keys are not negative.  Without sorting while the keys are not scattered, since there are millions.
    """
    rows, high = sum(map(len, keys)), max((int(part.max(initial=-1)) for part in keys), default=-1)
    if high >= max(SCATTERED, 4 * rows):
        known, whole = np.unique(np.concatenate(keys), return_inverse=True)
        return known.astype(np.int64), np.split(whole, np.cumsum([len(part) for part in keys])[:-1])
    present = np.zeros(high + 1, dtype=bool)
    for part in keys:
        present[part] = True
    place = np.cumsum(present) - 1
    return np.flatnonzero(present), [place[part] for part in keys]


def unsplit(*measures: str) -> Wanted:
    """The whole counts of these measures, not their strata."""
    return frozenset((measure, ALL) for measure in measures)


def grouped(values: Floats, group: Ints) -> Floats:
    """Rows added by group; groups are numbered without holes."""
    count = int(group.max()) + 1 if len(group) else 0
    ends = np.searchsorted(np.sort(group), np.arange(count + 1))
    order = np.argsort(group, kind="stable")
    together = csr_array((np.ones(len(group)), order, ends), shape=(count, len(group)))
    return np.asarray(together @ values, dtype=np.float64)
