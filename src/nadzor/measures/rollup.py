# SPDX-License-Identifier: Apache-2.0
"""One row of the rollup, and the digest of a set of rows.

A rollup is a bag of signed counts.  Adding rows is the only operation: what a cell held on a date is the sum
of its rows known by that date, so nothing is ever rewritten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from itertools import groupby
from struct import pack
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple

NO_BIN = -1
"""The `bin` of a measure that has no bins."""

ALL = "all"
"""The dimension that is not split; its only stratum is the empty string."""

COLUMNS = (
    "day", "known", "device", "version", "build", "site", "installation",
    "dimension", "stratum", "measure", "finding", "bin", "n",
)  # fmt: skip


class Row(Struct, frozen=True):
    """A signed count of one measure in one cell, and the date on which the count became known.

    Units: n is a number of facts, negative when a correction takes facts back; an empty string means "not
    split by this column".
    """

    day: date
    known: date
    device: str
    version: str = ""
    build: str = ""
    site: str = ""
    installation: str = ""
    dimension: str = ALL
    stratum: str = ""
    measure: str = ""
    finding: str = ""
    bin: int = NO_BIN
    n: int = 0


Cell = tuple[date, date, str, str, str, str, str, str, str, str, str, int]
"""A row without its count: the twelve columns that say what was counted."""

CANONICAL = (
    "dimension", "stratum", "finding", "device", "version", "build", "site", "installation",
    "day", "known", "bin", "n",
)  # fmt: skip
"""The order of rows, and of columns in a digest, within one measure."""


class MeasureSeal(Struct, frozen=True):
    """How many rows a measure has, and their digest."""

    rows: int
    digest: str


BLOCK = 1 << 17
"""Rows that a digest reads at a time, so that no measure need be in memory whole."""

_DAY_ZERO = date(1970, 1, 1).toordinal()


def rows_digest(rows: Iterable[Row]) -> str:
    """SHA-256 of a set of rows; the same for every engine and every order in which they come.

    Method: rows are added up per cell, empty cells dropped, and put in canonical order; each measure has
    its own digest, and `digest_of` seals the list of them.
    """
    groups = groupby(add_up(rows), key=lambda row: row.measure)
    return digest_of({measure: measure_seal(list(some)) for measure, some in groups})


def digest_of(seals: Mapping[str, MeasureSeal]) -> str:
    """SHA-256 of the sorted lines `measure, rows, digest`: what `sort` and `sha256sum` would say.

    >>> digest_of({}) == sha256(b"").hexdigest()
    True
    """
    lines = [f"{measure}\t{seal.rows}\t{seal.digest}\n" for measure, seal in sorted(seals.items())]
    return sha256("".join(lines).encode()).hexdigest()


def measure_seal(rows: Sequence[Row]) -> MeasureSeal:
    """The digest of one measure's rows, which must be in canonical order, one a cell.

    Method: in blocks of 131,072 rows, each column by column.  Text is its distinct values in order, a newline
    after each, then the position of each row among them, left out where there is one value; dates are days
    since 1970-01-01.  Numbers are little-endian, 64 bits for `n`, 32 bits for all others.
    """
    seal = sha256()
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        for column in CANONICAL:
            seal.update(column_bytes([getattr(row, column) for row in block], wide=column == "n"))
    return MeasureSeal(len(rows), seal.hexdigest())


def column_bytes(values: Sequence[Any], *, wide: bool = False) -> bytes:
    """One column as a digest reads it; `wide` numbers take 64 bits."""
    if isinstance(values[0], str):
        names = sorted(set(values))
        place = {name: number for number, name in enumerate(names)}
        listed = "".join(name + "\n" for name in names).encode()
        return listed + _little([place[v] for v in values] if len(names) > 1 else [])
    if isinstance(values[0], date):
        return _little([day.toordinal() - _DAY_ZERO for day in values])
    return _little(values, wide=wide)


def add_up(rows: Iterable[Row]) -> list[Row]:
    """The rows with counts of equal cells added, cells that came to nothing dropped, in canonical order."""
    counts: Counter[Cell] = Counter()
    for row in rows:
        *cell, n = astuple(row)
        counts[tuple(cell)] += n
    return sorted((Row(*cell, n) for cell, n in counts.items() if n), key=canonical_place)


def canonical_place(row: Row) -> tuple[Any, ...]:
    """Where a row stands among others."""
    return (row.measure, *(getattr(row, column) for column in CANONICAL))


def _little(values: Sequence[int], *, wide: bool = False) -> bytes:
    return pack(f"<{len(values)}{'q' if wide else 'i'}", *values)
