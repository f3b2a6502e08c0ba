# SPDX-License-Identifier: Apache-2.0
"""The digest of a measure, taken from columns as they are written.

It is the same as `measures.rollup.measure_seal`; the engines' tests hold the two together.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa

from nadzor.measures.rollup import CANONICAL, MeasureSeal


class Sealing:
    """Takes the rows of one measure block by block, in canonical order, one a cell."""

    def __init__(self) -> None:
        self._seal = sha256()
        self.rows = 0

    def add(self, block: pa.Table) -> None:
        """The next block, whole but for the last one."""
        self.rows += block.num_rows
        for name in CANONICAL:
            column = block[name].combine_chunks()
            if isinstance(column, pa.DictionaryArray):
                self._add_text(column)
            else:
                plain = column.cast(pa.int32()) if pa.types.is_date32(column.type) else column
                self._seal.update(np.asarray(plain).astype("<i8" if name == "n" else "<i4", copy=False).data)

    def seal(self) -> MeasureSeal:
        """The seal of everything added."""
        return MeasureSeal(self.rows, self._seal.hexdigest())

    def _add_text(self, column: pa.DictionaryArray) -> None:
        names, places = ranked(column)
        self._seal.update("".join(name + "\n" for name in names).encode())
        if len(names) > 1:
            self._seal.update(places.astype("<i4", copy=False).data)


def ranked(column: pa.DictionaryArray) -> tuple[list[str], np.ndarray[Any, np.dtype[np.int32]]]:
    """A column of codes as its distinct values in order, and the position of each row among them."""
    numbers = np.asarray(column.indices, dtype=np.int32)
    used = np.flatnonzero(np.bincount(numbers, minlength=len(column.dictionary)))
    names = column.dictionary.take(pa.array(used)).to_pylist()
    place = np.zeros(len(column.dictionary), np.int32)
    place[used] = np.argsort(np.argsort(np.array(names, object)))
    return sorted(names), place[numbers]
