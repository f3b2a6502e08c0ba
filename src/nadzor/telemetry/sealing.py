# SPDX-License-Identifier: Apache-2.0
"""The digest of a measure, taken from columns as they are written: the same as `measures.rollup.measure_seal`."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nadzor.measures.rollup import CANONICAL, MeasureSeal

Positions = np.ndarray[Any, np.dtype[np.int32]]


def seal_of(rows: pa.Table) -> MeasureSeal:
    """The seal of one measure's rows, in canonical order, one a cell."""
    seal = sha256()
    for column in CANONICAL:
        for piece in _pieces(rows[column]):
            seal.update(piece)
    return MeasureSeal(rows.num_rows, seal.hexdigest())


def _pieces(column: pa.ChunkedArray) -> Sequence[Any]:
    if pa.types.is_dictionary(column.type):
        names, chunks = ranked(column)
        return [
            "".join(name + "\n" for name in names).encode(),
            *(chunk.astype("<i4", copy=False) for chunk in chunks),
        ]
    plain = column.cast(pa.int32()) if pa.types.is_date32(column.type) else column
    return [np.asarray(chunk).astype("<i8", copy=False) for chunk in plain.cast(pa.int64()).chunks]


def ranked(column: pa.ChunkedArray) -> tuple[list[str], list[Positions]]:
    """A column of codes as its distinct values in order, and positions in them chunk by chunk."""
    unified = column.unify_dictionaries()
    listed = unified.chunk(0).dictionary
    chunks = [np.asarray(chunk.indices, dtype=np.int32) for chunk in unified.chunks]
    used = np.unique(np.concatenate([np.unique(chunk) for chunk in chunks]))
    names = [listed[int(number)].as_py() for number in used]
    place = np.zeros(len(listed), np.int32)
    place[used] = np.asarray(pc.rank(pa.array(names), tiebreaker="dense")).astype(np.int32) - 1
    return sorted(names), [place[chunk] for chunk in chunks]
