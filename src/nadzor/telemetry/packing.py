# SPDX-License-Identifier: Apache-2.0
"""Rows of a family as three integers, so that DuckDB sorts numbers and nothing is copied as text.

A cell is measure, dimension, stratum, finding and face, a place is day, known and bin; both keep the
canonical order.  This is a matter of speed only: the rollup's meaning is in sql/, and the reference engine
knows no packing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
from msgspec import Struct

from nadzor.measures.catalogue import catalogue
from nadzor.measures.rollup import BLOCK
from nadzor.telemetry.schema import CODE, TABLES

Ints = np.ndarray[Any, np.dtype[np.int64]]

DAY_BITS: Final = 22  # every date of the calendar, counted from the year 1
BIN_BITS: Final = 15  # every integer score, and -1
EPOCH: Final = 719_162  # days from 0001-01-01 to 1970-01-01
TEXTS: Final = ("measure", "dimension", "stratum", "finding")
FACES: Final = ("device", "version", "build", "site", "installation")
_FACES: Final = """
    SELECT origin AS face, device, version, build, site, code AS installation FROM origin
    UNION ALL
    SELECT DISTINCT l.line, o.device, o.version, '', '', '' FROM line l JOIN origin o ON l.origin = o.origin
    ORDER BY device, version, build, site, installation
"""
_PACKED: Final = """
    SELECT {cell} * {faces} + f.rank AS cell,
           ((r.day - DATE '0001-01-01') * CAST({days} AS BIGINT) + (r.known - DATE '0001-01-01')) * {bins}
               + r.bin + 1 AS place,
           CAST(r.n AS BIGINT) AS n
    FROM ({family}) r JOIN face f ON r.origin = f.face
    WHERE r.n <> 0
    ORDER BY cell, place
"""


class Packing(Struct, frozen=True):
    """Everything that a number can stand for: words in order, and faces in order."""

    words: list[str]
    faces: pa.Table

    @property
    def word_bits(self) -> int:
        """Bits that tell one word from all others."""
        return len(self.words).bit_length()

    @property
    def face_bits(self) -> int:
        """Bits that tell one face from all others."""
        return int(self.faces.num_rows).bit_length()

    def query(self, family: str) -> str:
        """A family packed and put in canonical order."""
        cell = "CAST(0 AS BIGINT)"
        for name in TEXTS:
            cell = f"({cell}) * {1 << self.word_bits} + enum_code(CAST(r.{name} AS word))"
        widths = {"faces": 1 << self.face_bits, "days": 1 << DAY_BITS, "bins": 1 << BIN_BITS}
        return _PACKED.format(cell=f"({cell})", family=family, **widths)

    def measures(self, cells: Ints) -> Ints:
        """The word that is each cell's measure."""
        return np.asarray(cells >> (3 * self.word_bits + self.face_bits))

    def unpacked(self, packed: pa.Table) -> pa.Table:
        """Packed rows as rows of the rollup."""
        cell, place = (packed[name].to_numpy() for name in ("cell", "place"))
        found: dict[str, Any] = {name: self._face(name, _low(cell, self.face_bits)) for name in FACES}
        for number, name in enumerate(reversed(TEXTS)):
            word = _low(cell >> (self.face_bits + number * self.word_bits), self.word_bits)
            found[name] = pa.DictionaryArray.from_arrays(pa.array(word), self.words)
        for number, name in enumerate(("known", "day")):
            days = _low(place >> (BIN_BITS + number * DAY_BITS), DAY_BITS) - EPOCH
            found[name] = pa.array(days).cast(pa.date32())
        return pa.table({**found, "bin": _low(place, BIN_BITS) - 1, "n": packed["n"]})

    def _face(self, name: str, faces: np.ndarray[Any, Any]) -> pa.DictionaryArray:
        distinct = self.faces[name].combine_chunks().dictionary_encode()
        return pa.DictionaryArray.from_arrays(distinct.indices.take(pa.array(faces)), distinct.dictionary)


def packing(store: duckdb.DuckDBPyConnection) -> Packing:
    """How to pack what this lake holds; the lake's words and faces are made known to the engine."""
    columns = [
        (table, name) for table, names in TABLES.items() for name, kind in names.items() if kind == CODE
    ]
    texts = " UNION ".join(f"SELECT DISTINCT {name} FROM {table}" for table, name in columns)
    listed = {text for (text,) in store.execute(texts).fetchall()}
    words = sorted(listed | {"", *catalogue().measures, *catalogue().dimensions})
    quoted = ", ".join("'" + word.replace("'", "''") + "'" for word in words)
    store.execute(f"CREATE TYPE word AS ENUM ({quoted})")
    faces = store.sql(_FACES).to_arrow_table()
    store.register("face", pa.table({"face": faces["face"], "rank": np.arange(faces.num_rows)}))
    return Packing(words, faces)


def blocks(store: duckdb.DuckDBPyConnection, family: str, pack: Packing) -> Iterator[tuple[str, pa.Table]]:
    """The packed rows of a family in canonical order, in blocks of one measure each."""
    reader = store.sql(pack.query(family)).to_arrow_reader(BLOCK)
    for measure, pieces in groupby(_pieces(reader, pack), key=itemgetter(0)):
        for packed in _filled(piece for _, piece in pieces):
            yield pack.words[measure], packed


def _filled(pieces: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Pieces put together into blocks, whole but for the last."""
    waiting: list[pa.RecordBatch] = []
    for piece in pieces:
        waiting.append(piece)
        while sum(some.num_rows for some in waiting) >= BLOCK:
            whole = pa.Table.from_batches(waiting)
            yield whole.slice(0, BLOCK)
            waiting = whole.slice(BLOCK).to_batches()
    if waiting:
        yield pa.Table.from_batches(waiting)


def _pieces(batches: Iterable[pa.RecordBatch], pack: Packing) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Each batch cut where its measure changes."""
    for batch in batches:
        measures = pack.measures(batch.column("cell").to_numpy())
        starts = [0, *(np.flatnonzero(np.diff(measures)) + 1).tolist(), batch.num_rows]
        for start, stop in zip(starts, starts[1:], strict=False):
            if stop > start:
                yield int(measures[start]), batch.slice(start, stop - start)


def _low(numbers: Ints, bits: int) -> np.ndarray[Any, np.dtype[np.int32]]:
    return (numbers & ((1 << bits) - 1)).astype(np.int32)
