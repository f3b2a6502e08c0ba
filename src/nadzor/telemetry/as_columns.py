# SPDX-License-Identifier: Apache-2.0
"""Tables of the rollup as the columns that detectors read: codes stay codes, no row becomes an object."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa

from nadzor.measures.columns import NAMES, Block, Columns, Name, Pair
from nadzor.telemetry.schema import CODE

DAY_ZERO: Final = date(1970, 1, 1).toordinal()


def columns_of(tables: Mapping[Pair, pa.Table]) -> Columns:
    """Tables by measure and dimension as columns with one set of names."""
    coded = {pair: {name: _coded(table[name]) for name in NAMES} for pair, table in tables.items()}
    names: dict[Name, list[str]] = {
        name: sorted({text for each in coded.values() for text in each[name][0]}) or [""] for name in NAMES
    }
    places = {name: {text: i for i, text in enumerate(texts)} for name, texts in names.items()}
    blocks = {}
    for pair, table in tables.items():
        told = {
            name: np.array([places[name][text] for text in texts], np.int32)[codes]
            for name, (texts, codes) in coded[pair].items()
        }
        blocks[pair] = Block(
            **told, day=_ordinals(table["day"]), known=_ordinals(table["known"]),
            bin=table["bin"].to_numpy(), n=table["n"].to_numpy(),
        )  # fmt: skip
    return Columns(names, blocks)


def _coded(column: pa.ChunkedArray) -> tuple[list[str], Any]:
    """The different texts of a column, and for each row the place of its own."""
    codes = (column if column.type == CODE else column.dictionary_encode()).unify_dictionaries()
    whole = codes.combine_chunks()
    chunks = whole.chunks if isinstance(whole, pa.ChunkedArray) else [whole]
    texts = chunks[0].dictionary.to_pylist()
    return texts, np.concatenate([chunk.indices.to_numpy() for chunk in chunks])


def _ordinals(column: pa.ChunkedArray) -> Any:
    return column.cast(pa.int32()).to_numpy() + np.int32(DAY_ZERO)
