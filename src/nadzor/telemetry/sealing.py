# SPDX-License-Identifier: Apache-2.0
"""The digest of what became known on one date, and of a rollup: the list of its dates and their digests.

Why by date: rows known on a date never change, so a rollup that grows need not be read again to be sealed,
and it has the same digest however it was cut into files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final

import numpy as np
import pyarrow as pa
from msgspec import Struct

from nadzor.measures.rollup import MeasureSeal, digest_of

Numbers = np.ndarray[Any, np.dtype[np.int32]]
DaySeals = dict[date, MeasureSeal]

EPOCH: Final = date(1970, 1, 1)
GROUPS: Final = (
    ("measure", "dimension"), ("stratum",), ("finding",),
    ("device", "version", "build", "site", "installation"),
)  # fmt: skip
"""Texts that a digest reads as one line each."""


class Lines(Struct, frozen=True):
    """A column of lines: the distinct ones in order, and the place of each row among them."""

    names: Sequence[str]
    places: Numbers


class DayRows(Struct, frozen=True):
    """Rows known on one date, in canonical order, one a cell; `texts` are the four of GROUPS."""

    texts: tuple[Lines, ...]
    day: Numbers
    bin: Numbers
    n: np.ndarray[Any, np.dtype[np.int64]]


def day_seal(rows: DayRows) -> MeasureSeal:
    """How many rows, and their SHA-256.

    Method: rows stand by measure and then in canonical order.  Each group of texts is its distinct lines in
    order, columns parted by tabs, a newline after each, then the place of each row among them, left out
    where there is one; then days since 1970-01-01, bins and counts.  Numbers are little-endian, 64 bits for
    `n`, 32 bits for all others.
    """
    seal = sha256()
    for lines in rows.texts:
        used = np.flatnonzero(np.bincount(lines.places, minlength=len(lines.names)))
        seal.update("".join(lines.names[place] + "\n" for place in used.tolist()).encode())
        if len(used) > 1:
            place = np.zeros(len(lines.names), "<i4")
            place[used] = np.arange(len(used))
            seal.update(place[lines.places].data)
    for column, kind in ((rows.day, "<i4"), (rows.bin, "<i4"), (rows.n, "<i8")):
        seal.update(np.ascontiguousarray(column, dtype=kind).data)
    return MeasureSeal(len(rows.n), seal.hexdigest())


def rollup_digest(seals: Mapping[date, MeasureSeal]) -> str:
    """SHA-256 of the sorted lines `date, rows, digest`."""
    return digest_of({day.isoformat(): seal for day, seal in seals.items()})


def table_seals(table: pa.Table) -> DaySeals:
    """The seals of rows as a file holds them: those of each date in canonical order, dates anyhow."""
    whole = table.combine_chunks()
    known = np.asarray(whole["known"].cast(pa.int32()))
    order = np.argsort(known, kind="stable")
    texts = [_lines(whole, names) for names in GROUPS]
    days, bins, n = (np.asarray(whole[name].cast(kind)) for name, kind in
                     (("day", pa.int32()), ("bin", pa.int32()), ("n", pa.int64())))  # fmt: skip
    starts = np.flatnonzero(np.diff(known[order], prepend=-(2**31)))
    seals: DaySeals = {}
    for rows in np.split(order, starts[1:]) if len(order) else []:
        said = tuple(Lines(lines.names, lines.places[rows]) for lines in texts)
        seals[EPOCH + timedelta(days=int(known[rows[0]]))] = day_seal(
            DayRows(said, days[rows], bins[rows], n[rows])
        )
    return seals


def _lines(table: pa.Table, names: tuple[str, ...]) -> Lines:
    """Several columns of text as one column of lines."""
    columns = [_ranked(table[name]) for name in names]
    number = np.zeros(table.num_rows, np.int64)
    for texts, places in columns:
        number = number * max(len(texts), 1) + places
    used, found = np.unique(number, return_inverse=True)
    parts: list[list[str]] = []
    for texts, _ in reversed(columns):
        used, rest = np.divmod(used, max(len(texts), 1))
        parts.insert(0, [texts[place] for place in rest.tolist()])
    return Lines(["\t".join(cells) for cells in zip(*parts, strict=True)], found.astype(np.int32))


def _ranked(column: pa.ChunkedArray) -> tuple[list[str], Numbers]:
    """A column of codes as its texts in order, and the place of each row among them."""
    codes = column.unify_dictionaries().combine_chunks()
    codes = codes.chunk(0) if isinstance(codes, pa.ChunkedArray) else codes
    names = codes.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.zeros(len(names), np.int32)
    place[order] = np.arange(len(names))
    return [names[number] for number in order], place[np.asarray(codes.indices)]
