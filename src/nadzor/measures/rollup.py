# SPDX-License-Identifier: Apache-2.0
"""One row of the rollup, and the digest of a set of rows.

A rollup is a bag of signed counts.  Adding rows is the only operation: what a cell held on a date is the sum
of its rows known by that date, so nothing is ever rewritten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from hashlib import sha256

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


class Row(Struct, frozen=True, order=True):
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


def row_text(row: Row) -> str:
    """A row as one canonical line: columns in their order, a tab between them, a newline after.

    >>> row_text(Row(date(2026, 10, 1), date(2026, 10, 2), "ai-001", measure="studies", n=3))
    '2026-10-01\\t2026-10-02\\tai-001\\t\\t\\t\\t\\tall\\t\\tstudies\\t\\t-1\\t3\\n'
    """
    return "\t".join(map(str, astuple(row))) + "\n"


def rows_digest(rows: Iterable[Row]) -> str:
    """SHA-256 over the canonical lines in the order of the columns; the same for every engine and row order.

    Method: rows are first added up per cell and empty cells dropped, so that equal facts have equal digests.
    """
    seal = sha256()
    for row in add_up(rows):
        seal.update(row_text(row).encode())
    return seal.hexdigest()


def add_up(rows: Iterable[Row]) -> list[Row]:
    """The rows with counts of equal cells added, cells that came to nothing dropped, in canonical order."""
    counts: Counter[Cell] = Counter()
    for row in rows:
        *cell, n = astuple(row)
        counts[tuple(cell)] += n
    return sorted(Row(*cell, n) for cell, n in counts.items() if n)
