# SPDX-License-Identifier: Apache-2.0
"""One file of the rollup: the rows that became known on some dates, measure by measure and split by split.

Every row group holds one measure in one dimension; the footer says which.  A file is never changed: what it
is called says what it holds.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from weakref import WeakValueDictionary

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from msgspec import Struct

from nadzor.base.durable import sync_directory
from nadzor.measures.rollup import BLOCK, COLUMNS
from nadzor.telemetry.schema import CODE
from nadzor.telemetry.sealing import DaySeals, rollup_digest

KEY: Final = b"nadzor.rollup.part"
_NUMBERS: Final = {"day": pa.date32(), "known": pa.date32(), "bin": pa.int32(), "n": pa.int64()}
SCHEMA: Final = pa.schema([(name, _NUMBERS.get(name, CODE)) for name in COLUMNS])


class Group(Struct, frozen=True):
    """One row group: its number, its dimension, and the days it speaks of."""

    number: int
    dimension: str
    first: date
    last: date


class RollupPart(Struct, frozen=True):
    """One file as the manifest names it: what became known on [first, last], and the seal of each date."""

    file: str
    size: int
    first: date
    last: date
    days: DaySeals

    @property
    def rows(self) -> int:
        """How many rows it holds."""
        return sum(seal.rows for seal in self.days.values())


class PartWriter:
    """A part being written; nothing is seen of it until `finish`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._fresh = folder / f".part.{os.getpid()}.{id(self):x}.tmp"
        self._groups: dict[str, list[Group]] = defaultdict(list)
        self._written = 0

    def __enter__(self) -> Self:
        self._stream = self._fresh.open("wb")
        self._writer = pq.ParquetWriter(
            self._stream, SCHEMA, compression="zstd", compression_level=1, write_statistics=False
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        try:
            self._writer.close()
        finally:
            self._stream.close()
            self._fresh.unlink(missing_ok=True)

    def add(self, measure: str, dimension: str, rows: pa.Table) -> None:
        """More rows of a measure in a dimension, in canonical order within each date."""
        for start in range(0, rows.num_rows, BLOCK):
            block = rows.slice(start, BLOCK)
            self._writer.write_table(block, row_group_size=BLOCK)
            days = pc.min_max(block["day"])
            group = Group(self._written, dimension, days["min"].as_py(), days["max"].as_py())
            self._groups[measure].append(group)
            self._written += 1

    def finish(self, seals: DaySeals) -> RollupPart:
        """Make the file durable under its own name."""
        self._writer.add_key_value_metadata({KEY: msgspec.json.encode(self._groups)})
        self._writer.close()
        self._stream.flush()
        os.fsync(self._stream.fileno())
        first, last = min(seals), max(seals)
        name = f"known-{first}-{last}-{rollup_digest(seals)[:16]}.parquet"
        self._fresh.replace(self._folder / name)
        sync_directory(self._folder)
        size = (self._folder / name).stat().st_size
        return RollupPart(name, size, first, last, seals)


class OpenPart:
    """A part open for reading, for any number of readers.

    Concurrency: the bytes are mapped once and each read makes a reader of its own.
    """

    def __init__(self, path: Path) -> None:
        self._bytes = pa.memory_map(str(path)).read_buffer()
        self._metadata = pq.ParquetFile(pa.BufferReader(self._bytes)).metadata
        footer = (self._metadata.metadata or {})[KEY]
        self.groups = msgspec.json.decode(footer, type=dict[str, list[Group]])

    def read(self, numbers: list[int], columns: list[str]) -> pa.Table:
        """Some columns of some row groups."""
        file = pq.ParquetFile(pa.BufferReader(self._bytes), metadata=self._metadata)
        return file.read_row_groups(numbers, columns=columns, use_threads=False)


_OPEN: WeakValueDictionary[tuple[Any, ...], OpenPart] = WeakValueDictionary()


def open_part(path: Path) -> OpenPart:
    """A part, opened once for as long as somebody reads it.

    Raises: OSError, KeyError, pyarrow.ArrowInvalid or msgspec.DecodeError when it cannot be read.
    """
    found = path.stat()
    key = (path, found.st_ino, found.st_size, found.st_mtime_ns)
    part = _OPEN.get(key) or OpenPart(path)
    return _OPEN.setdefault(key, part)


def merge_parts(folder: Path, parts: list[RollupPart]) -> RollupPart:
    """Several parts as one; the dates of each come after those of the one before it."""
    files = [open_part(folder / part.file) for part in parts]
    measures = sorted({measure for file in files for measure in file.groups})
    with PartWriter(folder) as out:
        for measure in measures:
            groups = [(file, group) for file in files for group in file.groups.get(measure, [])]
            for dimension in sorted({group.dimension for _, group in groups}):
                _gather(out, measure, dimension, groups)
        return out.finish({day: seal for part in parts for day, seal in part.days.items()})


def _gather(out: PartWriter, measure: str, dimension: str, groups: list[tuple[OpenPart, Group]]) -> None:
    """Row groups of one measure and dimension, put together into whole blocks."""
    waiting: list[pa.Table] = []
    for file, group in groups:
        if group.dimension == dimension:
            waiting.append(file.read([group.number], list(COLUMNS)))
        while sum(some.num_rows for some in waiting) >= BLOCK:
            whole = _together(waiting)
            out.add(measure, dimension, whole.slice(0, BLOCK))
            waiting = [whole.slice(BLOCK)]
    if waiting:
        out.add(measure, dimension, _together(waiting))


def _together(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def coded(numbers: np.ndarray[Any, Any], *columns: Sequence[str]) -> list[pa.DictionaryArray]:
    """Columns of text of which each row has the entry of its number; a column names only texts it uses."""
    used = np.flatnonzero(np.bincount(numbers, minlength=len(columns[0])))
    return [_column(numbers, used, texts) for texts in columns]


def _column(
    numbers: np.ndarray[Any, Any], used: np.ndarray[Any, Any], texts: Sequence[str]
) -> pa.DictionaryArray:
    names = sorted({texts[number] for number in used.tolist()})
    rank = {name: place for place, name in enumerate(names)}
    place = np.zeros(len(texts), np.int32)
    place[used] = [rank[texts[number]] for number in used.tolist()]
    codes = place[numbers] if len(names) > 1 else np.zeros(len(numbers), np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(codes), names)


def dates(numbers: np.ndarray[Any, Any]) -> pa.Array:
    """Days since 1970 as a column of dates."""
    return pa.array(numbers, pa.int32()).cast(pa.date32())


def month_of(day: date) -> date:
    """The first day of its month."""
    return day - timedelta(days=day.day - 1)
