# SPDX-License-Identifier: Apache-2.0
"""A rollup made of rows that were counted elsewhere: the history of a simulated nation, without its events.

It is read like any other; it covers no journal, so that a house with batches of its own rolls up anew.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from nadzor.measures.bins import Bins
from nadzor.measures.columns import NAMES, Block, Columns
from nadzor.measures.rollup import CANONICAL, COLUMNS
from nadzor.telemetry.query import definition_digest
from nadzor.telemetry.rollup_file import FORMAT, PARTS, RollupManifest, bins_digest, publish
from nadzor.telemetry.rollup_part import SCHEMA, PartWriter, RollupPart
from nadzor.telemetry.sealing import rollup_digest, table_seals

_DAY_ZERO: Final = date(1970, 1, 1).toordinal()
_ORDER: Final = ("known", *(name for name in CANONICAL if name not in ("known", "dimension")))


def place_columns(rollups: Path, columns: Columns, *, known_before: date, bins: Bins) -> RollupManifest:
    """Make the rows that were known before a day the current rollup.

    Raises: ValueError when nothing was known by then.
    """
    tables = {pair: _table(columns, pair, known_before) for pair in sorted(columns.blocks)}
    filled = {pair: table for pair, table in tables.items() if table.num_rows}
    if not filled:
        raise ValueError("nothing was known before that day")
    manifest = _manifest(_written(rollups, filled), known_before, bins)
    publish(rollups, manifest, bins)
    return manifest


def _written(rollups: Path, tables: dict[tuple[str, str], pa.Table]) -> RollupPart:
    seals = table_seals(pa.concat_tables(tables.values()).unify_dictionaries())
    with PartWriter(rollups / PARTS) as part:
        for (measure, dimension), table in tables.items():
            part.add(measure, dimension, table)
        return part.finish(seals)


def _table(columns: Columns, pair: tuple[str, str], known_before: date) -> pa.Table:
    block = columns.blocks[pair]
    kept = block.where(np.asarray(block.known) < known_before.toordinal())
    kept = kept.where(_in_order(columns, kept))
    told = {name: _numbers(kept, name) for name in ("day", "known", "bin", "n")}
    told |= {name: _texts(columns.names[name], getattr(kept, name)) for name in NAMES}
    told |= {"measure": _same(pair[0], len(kept)), "dimension": _same(pair[1], len(kept))}
    return pa.table([told[name] for name in COLUMNS], schema=SCHEMA)


def _in_order(columns: Columns, block: Block) -> Any:
    """The places of the rows in canonical order, by date of knowing first; names count by their text."""
    keys = [_ranks(columns.names[name], getattr(block, name)) if name in NAMES else getattr(block, name)
            for name in _ORDER]  # fmt: skip
    return np.lexsort([np.asarray(key) for key in reversed(keys)])


def _ranks(names: list[str], places: Any) -> Any:
    ranks = np.empty(len(names), np.int64)
    ranks[np.argsort(np.array(names, dtype=str), kind="stable")] = np.arange(len(names))
    return ranks[np.asarray(places)]


def _numbers(block: Block, name: str) -> pa.Array:
    values = np.ascontiguousarray(getattr(block, name))
    if name in ("day", "known"):
        return pa.array((values - _DAY_ZERO).astype(np.int32), pa.int32()).cast(pa.date32())
    return pa.array(values, SCHEMA.field(name).type)


def _texts(names: list[str], places: Any) -> pa.Array:
    indices = pa.array(np.ascontiguousarray(places), pa.int32())
    return pa.DictionaryArray.from_arrays(indices, pa.array(names, pa.string()))


def _same(text: str, n: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, np.int32)), pa.array([text], pa.string()))


def _manifest(part: RollupPart, known_before: date, bins: Bins) -> RollupManifest:
    return RollupManifest(
        format=FORMAT, digest=rollup_digest(part.days), rows=part.rows, journal_size=0, events={},
        duplicates=0, known_until=known_before - timedelta(days=1), bins=bins_digest(bins),
        definition=definition_digest(), lake="", parts=[part],
    )  # fmt: skip
