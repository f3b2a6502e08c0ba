# SPDX-License-Identifier: Apache-2.0
"""Rollup rows as columns: a block of numbers for each measure and dimension, names told once.

Rows are for people and digests; a country's year is tens of millions of them, and detectors read columns.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from itertools import groupby
from typing import Any, Final, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.measures.rollup import BLOCK, CANONICAL, MeasureSeal, Row, digest_of

Ints = NDArray[Any]
Pair = tuple[str, str]
"""A measure and a dimension."""
Name = Literal["device", "version", "build", "site", "installation", "stratum", "finding"]
NAMES: Final[tuple[Name, ...]] = (
    "device",
    "version",
    "build",
    "site",
    "installation",
    "stratum",
    "finding",
)
_DAY_ZERO: Final = date(1970, 1, 1).toordinal()


class Block(Struct, frozen=True):
    """The rows of one measure in one dimension, one array a column, all of one length.

    Units: day and known are ordinals of dates; n is a number of facts; the rest, places in `Columns.names`.
    """

    device: Ints
    version: Ints
    build: Ints
    site: Ints
    installation: Ints
    stratum: Ints
    finding: Ints
    day: Ints
    known: Ints
    bin: Ints
    n: Ints

    def __len__(self) -> int:
        return len(self.n)

    def where(self, chosen: Any) -> Block:
        """The chosen rows alone, by mask or by position."""
        return Block(**{name: getattr(self, name)[chosen] for name in self.__struct_fields__})


class Columns:
    """Blocks by (measure, dimension), and the sorted names that their codes stand for."""

    def __init__(self, names: Mapping[Name, Sequence[str]], blocks: Mapping[Pair, Block]) -> None:
        self.names: dict[Name, list[str]] = {name: list(names.get(name, [""])) for name in NAMES}
        self.blocks: dict[Pair, Block] = dict(blocks)

    @classmethod
    def of_rows(cls, rows: Iterable[Row]) -> Columns:
        """Rows as they come; equal cells stay apart until somebody adds them."""
        told = sorted(rows, key=_pair)
        places: dict[Name, dict[str, int]] = {}
        for name in NAMES:
            values = sorted({getattr(row, name) for row in told})
            places[name] = {value: i for i, value in enumerate(values)}
        blocks = {pair: _block(list(some), places) for pair, some in groupby(told, key=_pair)}
        return cls({name: list(place) for name, place in places.items()}, blocks)

    def only(self, wanted: Collection[Pair]) -> Columns:
        """The blocks of these measures and dimensions alone; the names stay."""
        return Columns(
            self.names, {pair: self.blocks[pair] for pair in sorted(wanted) if pair in self.blocks}
        )

    def rows(self) -> Iterator[Row]:
        """The rows as structs, block by block."""
        for (measure, dimension), block in self.blocks.items():
            yield from rows_of(self, measure, dimension, block)

    def __len__(self) -> int:
        return sum(map(len, self.blocks.values()))


def rows_of(columns: Columns, measure: str, dimension: str, block: Block) -> Iterator[Row]:
    """The rows of one block as structs."""
    named = [[columns.names[name][code] for code in getattr(block, name).tolist()] for name in NAMES]
    days = {day: date.fromordinal(day) for day in {*block.day.tolist(), *block.known.tolist()}}
    numbers = (block.day.tolist(), block.known.tolist(), block.bin.tolist(), block.n.tolist())
    for values in zip(*named, *numbers, strict=True):
        device, version, build, site, installation, stratum, finding, day, known, bin, n = values
        yield Row(
            days[day], days[known], device, version, build, site, installation, dimension, stratum, measure,
            finding, bin, n,
        )  # fmt: skip


def columns_digest(columns: Columns) -> tuple[str, int]:
    """The digest of all rows, the same that `rows_digest` gives, and how many cells remain once added up."""
    measures = sorted({measure for measure, _ in columns.blocks})
    seals = {measure: _measure_seal(columns, measure) for measure in measures}
    told = {measure: seal for measure, seal in seals.items() if seal.rows}
    return digest_of(told), sum(seal.rows for seal in told.values())


def _pair(row: Row) -> Pair:
    return row.measure, row.dimension


def _block(rows: list[Row], places: Mapping[Name, Mapping[str, int]]) -> Block:
    codes = {name: np.array([places[name][getattr(row, name)] for row in rows], np.int32) for name in NAMES}
    return Block(
        **codes,
        day=np.array([row.day.toordinal() for row in rows], np.int32),
        known=np.array([row.known.toordinal() for row in rows], np.int32),
        bin=np.array([row.bin for row in rows], np.int32),
        n=np.array([row.n for row in rows], np.int64),
    )


def _measure_seal(columns: Columns, measure: str) -> MeasureSeal:
    """One measure's digest as `measure_seal` makes it.

    Method: cells are packed into as few integers as hold them, sorted once, and equal ones added.
    """
    mine = sorted((dimension, block) for (of, dimension), block in columns.blocks.items() if of == measure)
    table = _joined(mine)
    keys = _packed([table[name] for name in CANONICAL[:-1]])
    order = np.argsort(keys[0]) if len(keys) == 1 else np.lexsort(keys[::-1])
    n = np.concatenate([block.n for _, block in mine])[order]
    starts = np.flatnonzero(_changes([key[order] for key in keys], len(n)))
    added = np.add.reduceat(n, starts) if len(n) else n
    kept, n = order[starts[added != 0]], added[added != 0]
    words: dict[str, list[str]] = {"dimension": [dimension for dimension, _ in mine]}
    words.update({name: columns.names[name] for name in NAMES})
    seal = sha256()
    for start in range(0, len(kept), BLOCK):
        part = kept[start : start + BLOCK]
        for name in CANONICAL:
            seal.update(_bytes(name, table, words, (part, n[start : start + BLOCK])))
    return MeasureSeal(len(kept), seal.hexdigest())


def _joined(mine: list[tuple[str, Block]]) -> dict[str, Ints]:
    """The columns of all dimensions end to end; one block alone is left as it is."""
    blocks = [block for _, block in mine]
    table = {
        name: getattr(blocks[0], name)
        if len(mine) == 1
        else np.concatenate([getattr(b, name) for b in blocks])
        for name in CANONICAL
        if name not in ("dimension", "n")
    }
    table["dimension"] = np.repeat(np.arange(len(mine)), [len(block) for block in blocks])
    return table


def _packed(keys: list[Ints]) -> list[Ints]:
    """The same order in fewer keys: neighbours share one integer while they fit."""
    packed: list[Ints] = []
    room = 0
    for key in keys:
        low, high = _ends(key)
        width = high - low + 1
        if packed and room * width < 2**62:
            packed[-1] = packed[-1] * width + (key - low)
            room *= width
        elif width > 1 or not packed:
            packed.append(key.astype(np.int64) - low)
            room = width
    return packed


def _ends(values: Ints) -> tuple[int, int]:
    """The least and the largest; a column of one value in no room is not read through."""
    if not len(values):
        return 0, 0
    if not values.strides[0]:
        return int(values[0]), int(values[0])
    return int(values.min()), int(values.max())


def _changes(keys: list[Ints], length: int) -> NDArray[np.bool_]:
    changed = np.zeros(length, dtype=bool)
    changed[:1] = True
    for key in keys:
        changed[1:] |= key[1:] != key[:-1]
    return changed


def _bytes(
    name: str, table: Mapping[str, Ints], words: Mapping[str, list[str]], cells: tuple[Ints, Ints]
) -> bytes:
    """A column as a digest reads it; text is its distinct values, then the place of each among them."""
    part, n = cells
    if name == "n":
        return n.astype("<i8").tobytes()
    column = table[name]
    values = column[part] if column.strides[0] else column[: len(part)]
    if name in ("day", "known"):
        return (values - _DAY_ZERO).astype("<i4").tobytes()
    if name == "bin":
        return values.astype("<i4").tobytes()
    present, places = _places(values)
    listed = "".join([words[name][code] + "\n" for code in present.tolist()]).encode()
    return listed + (places.astype("<i4").tobytes() if len(present) > 1 else b"")


def _places(values: Ints) -> tuple[Ints, Ints]:
    """The values that occur, in order, and the place of each among them; sorted only where they are few."""
    low, high = _ends(values)
    if low == high:
        return values[:1], values[:0]
    if high - low > 4 * len(values):
        return np.unique(values, return_inverse=True)
    above = values - low
    present = np.zeros(high - low + 1, dtype=bool)
    present[above] = True
    return np.flatnonzero(present) + low, (np.cumsum(present, dtype=np.int32) - 1)[above]
