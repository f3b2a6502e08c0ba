# SPDX-License-Identifier: Apache-2.0
"""Questions to the rollup.  Cheap enough for a web request: only the asked measure is read from the file.

A `Rollups` is one rollup as it was when opened; a newer one may replace the file meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, Self, TypedDict, Unpack

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.measures.catalogue import catalogue
from nadzor.measures.columns import Columns, Pair
from nadzor.measures.rollup import ALL, CANONICAL, COLUMNS, Row, rows_digest
from nadzor.telemetry.as_columns import columns_of
from nadzor.telemetry.rollup_file import PARTS, RollupManifest, read_rollup_manifest
from nadzor.telemetry.rollup_part import SCHEMA, Group, OpenPart, open_part
from nadzor.telemetry.schema import CODE

DAY_ZERO: Final = date(1970, 1, 1).toordinal()
ATTEMPTS: Final = 3  # to open a rollup that is replaced at that moment
Wanted = str | Collection[str]


class Within(TypedDict, total=False):
    """Which rows of a device: any column by one value or several, `day` in [since, until).

    `dimension` is "all" unless said, so that nothing is counted twice.
    """

    version: Wanted
    build: Wanted
    site: Wanted
    installation: Wanted
    dimension: Wanted
    stratum: Wanted
    finding: Wanted
    bin: int
    since: date | None
    until: date | None


class Where(Within, total=False):
    """Which rows, of which devices."""

    device: Wanted


class Rollups:
    """One rollup, open for questions."""

    def __init__(self, parts: list[OpenPart], manifest: RollupManifest, known_by: date | None = None) -> None:
        self._parts = parts
        self._known_by = known_by
        self.manifest = manifest

    @classmethod
    def open(cls, home: Home) -> Self:
        """The current rollup.

        Raises: Refusal rollup.missing before the first one was made.
        """
        return cls.open_at(home.rollups)

    @classmethod
    def open_at(cls, rollups: Path) -> Self:
        """The same in a directory that stands anywhere.

        Why not only the first: a rollup that is damaged or of an older release must be made anew, like one
        that is not there.
        """
        for attempt in range(ATTEMPTS):
            try:
                manifest = read_rollup_manifest(rollups)
                return cls([open_part(rollups / PARTS / part.file) for part in manifest.parts], manifest)
            except FileNotFoundError as error:  # replaced since the manifest was read, unless it stays so
                if attempt + 1 == ATTEMPTS:
                    raise Refusal("rollup.missing") from error
            except (KeyError, msgspec.DecodeError, pa.ArrowInvalid) as error:
                raise Refusal("rollup.missing") from error
        raise AssertionError

    def known_on(self, day: date) -> Self:
        """The same rollup as it was known at the end of a day."""
        return type(self)(self._parts, self.manifest, day)

    def rows(self, measure: str, **where: Unpack[Where]) -> list[Row]:
        """Rows of a measure, in canonical order.

        Raises: Refusal measure.unknown for a measure that the catalogue does not hold.
        """
        table = _in_order(self._select(measure, where, COLUMNS))
        return [Row(*values) for values in zip(*(_values(table[name]) for name in COLUMNS), strict=True)]

    def columns(self, pairs: Collection[Pair], **where: Unpack[Where]) -> Columns:
        """The rows of several measures and dimensions as columns, their names in order."""
        tables = {
            (measure, dimension): self._select(measure, {**where, "dimension": dimension}, COLUMNS)
            for measure, dimension in sorted(pairs)
        }
        return columns_of({pair: table for pair, table in tables.items() if table.num_rows})

    def daily(
        self, measure: str, *, by: Sequence[str] = ("device", "version", "site"), **where: Unpack[Where]
    ) -> list[tuple[Any, ...]]:
        """Sums (day, *by, n), ordered; days whose facts cancelled out are left out."""
        return self._summed(measure, ("day", *by), where)

    def totals(
        self, measure: str, *, by: Sequence[str] = ("device",), **where: Unpack[Where]
    ) -> list[tuple[Any, ...]]:
        """Sums (*by, n), ordered, over all days asked for."""
        return self._summed(measure, tuple(by), where)

    def total(self, measure: str, **where: Unpack[Where]) -> int:
        """One number: the sum of a measure."""
        return int(pc.sum(self._select(measure, where, ("n",))["n"]).as_py() or 0)

    def digest_of(self, measure: str, **where: Unpack[Where]) -> str:
        """The digest of the rows that an answer was made from; what evidence quotes."""
        return rows_digest(self.rows(measure, **where))

    def events_by_kind(self) -> dict[str, int]:
        """Distinct events by kind, whatever their purpose."""
        return dict(self.manifest.events)

    def _summed(self, measure: str, by: tuple[str, ...], where: Where) -> list[tuple[Any, ...]]:
        table = self._select(measure, where, (*by, "n"))
        cells = zip(*(_values(table[name]) for name in by), strict=True) if by else [()] * table.num_rows
        sums: Counter[tuple[Any, ...]] = Counter()
        for cell, n in zip(cells, _values(table["n"]), strict=True):
            sums[cell] += n
        return sorted((*cell, n) for cell, n in sums.items() if n)

    def _select(self, measure: str, where: Where, columns: Sequence[str]) -> pa.Table:
        """Some columns of the rows asked for; row groups of other dimensions and days are not read."""
        if measure not in catalogue().measures:
            raise Refusal("measure.unknown", measure=measure)
        wanted: dict[str, Any] = {"dimension": ALL, **where}
        needed = sorted({*columns, *wanted, "day", "known"} & {*COLUMNS})
        found = [
            part.read(numbers, needed)
            for held, part in zip(self.manifest.parts, self._parts, strict=True)
            if (self._known_by is None or held.first <= self._known_by)
            and (numbers := _numbers(part.groups.get(measure, []), wanted))
        ]
        if not found:
            return pa.schema([SCHEMA.field(name) for name in needed]).empty_table()
        kept = [table.filter(_mask(table, wanted, self._known_by)) for table in found]
        return pa.concat_tables(kept).unify_dictionaries()


def _numbers(groups: list[Group], wanted: dict[str, Any]) -> list[int]:
    """Row groups that may hold what is asked for."""
    dimensions = {wanted["dimension"]} if isinstance(wanted["dimension"], str) else {*wanted["dimension"]}
    since, until = wanted.get("since") or date.min, wanted.get("until") or date.max
    return [
        group.number
        for group in groups
        if group.dimension in dimensions and group.last >= since and group.first < until
    ]


def _in_order(table: pa.Table) -> pa.Table:
    """Rows in canonical order.

    Method: each column becomes ranks, and those that differ at all are sorted by, the last first.
    """
    keys = [_ranks(table[name]) for name in CANONICAL]
    differing = [key for key in keys if len(key) and key.min() != key.max()]
    return table.take(np.lexsort(differing[::-1])) if differing else table


def _ranks(column: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    if column.type != CODE:
        plain = column.cast(pa.int32()) if pa.types.is_date32(column.type) else column
        return np.asarray(plain.to_numpy())
    codes = column.unify_dictionaries().combine_chunks()
    codes = codes.chunk(0) if isinstance(codes, pa.ChunkedArray) else codes
    names = codes.dictionary.to_pylist()
    place = np.zeros(len(names), np.int32)
    place[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return np.asarray(place[np.asarray(codes.indices)])


def _values(column: pa.ChunkedArray) -> list[Any]:
    """A column as Python values; text and dates, which repeat, are made once each."""
    if column.type == CODE:
        return [text for chunk in column.chunks for text in _texts(chunk)]
    if pa.types.is_date32(column.type):
        days = column.cast(pa.int32()).to_numpy().tolist()
        dates = {day: date.fromordinal(day + DAY_ZERO) for day in set(days)}
        return [dates[day] for day in days]
    return list(column.to_numpy().tolist())


def _texts(chunk: pa.DictionaryArray) -> list[str]:
    names = chunk.dictionary.to_pylist()
    return [names[number] for number in chunk.indices.to_numpy().tolist()]


def _mask(table: pa.Table, wanted: dict[str, Any], known_by: date | None) -> pa.ChunkedArray:
    wanted = dict(wanted)
    since, until = wanted.pop("since", None), wanted.pop("until", None)
    masks = [_among(table[name], values) for name, values in wanted.items()]
    if since is not None:
        masks.append(pc.greater_equal(table["day"], since))
    if until is not None:
        masks.append(pc.less(table["day"], until))
    if known_by is not None:
        masks.append(pc.less_equal(table["known"], known_by))
    whole = masks[0]
    for mask in masks[1:]:
        whole = pc.and_(whole, mask)
    return whole


def _among(column: pa.ChunkedArray, wanted: Wanted | int) -> pa.ChunkedArray:
    if isinstance(wanted, int):
        return pc.equal(column, wanted)
    values = [wanted] if isinstance(wanted, str) else list(wanted)
    return pc.is_in(column, value_set=pa.array(values, pa.string()))
