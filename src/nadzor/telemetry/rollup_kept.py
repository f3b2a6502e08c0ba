# SPDX-License-Identifier: Apache-2.0
"""What a rollup keeps of days whose rows were destroyed: the figures as they were made then, never made anew.

Everything that became known up to a day is kept; later days are made from what the lake still holds.  Kept
rows stand by the definitions of their time.  Where the registered edges of a finding change, its histograms
of kept days go: counted by other edges, they would say what was never measured.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from nadzor.base.durable import write_atomic
from nadzor.measures.bins import Bins
from nadzor.measures.catalogue import catalogue
from nadzor.measures.rollup import COLUMNS
from nadzor.telemetry.rollup_file import (
    MANIFEST,
    RollupManifest,
    bins_digest,
    read_bins,
    read_rollup_manifest,
)
from nadzor.telemetry.rollup_part import OpenPart, PartWriter, RollupPart, open_part
from nadzor.telemetry.sealing import table_seals
from nadzor.telemetry.turn import in_turn

REGISTERED: Final = "registered"


def keep_until(rollups: Path, day: date, *, named: str, events: Mapping[str, int]) -> None:
    """Keep all figures of days up to one, and count the events that are to be destroyed under a name.

    Why before anything is destroyed: whatever dies after this leaves the figures as they are.  The same name
    again counts nothing: half of it may be gone by then.
    """
    with in_turn(rollups):
        found = read_rollup_manifest(rollups)
        until = max(day, found.kept_until) if found.kept_until else day
        destroyed = {named: dict(events), **found.destroyed}
        kept = replace(found, kept_until=until, destroyed=destroyed)
        write_atomic(rollups / MANIFEST, msgspec.json.format(msgspec.json.encode(kept)) + b"\n")


def kept_parts(rollups: Path, folder: Path, before: RollupManifest | None, bins: Bins) -> list[RollupPart]:
    """The parts that stay whatever the lake says now; none where nothing was ever destroyed."""
    if before is None or before.kept_until is None:
        return []
    parts = [part for part in before.parts if part.last <= before.kept_until]
    if before.bins == bins_digest(bins):
        return parts
    former = read_bins(rollups)
    changed = {key for key in {*former, *bins} if former.get(key) != bins.get(key)}
    return [_without(folder, part, changed) for part in parts]


def _without(folder: Path, part: RollupPart, changed: Collection[tuple[str, str]]) -> RollupPart:
    """A part without the histograms of findings whose edges changed; the part itself where it has none."""
    file, tables = open_part(folder / part.file), []
    pairs = sorted({(measure, one.dimension) for measure, held in file.groups.items() for one in held})
    with PartWriter(folder) as out:
        for measure, dimension in pairs:
            table = _read(file, measure, dimension)
            if catalogue().measures[measure].bins == REGISTERED:
                table = table.filter(pc.invert(_among(table, changed)))
            if table.num_rows:
                out.add(measure, dimension, table)
                tables.append(table)
        seals = table_seals(pa.concat_tables(tables).unify_dictionaries()) if tables else {}
        return out.finish(seals) if seals else part


def _read(file: OpenPart, measure: str, dimension: str) -> pa.Table:
    numbers = [group.number for group in file.groups[measure] if group.dimension == dimension]
    return file.read(numbers, list(COLUMNS)).unify_dictionaries().combine_chunks()


def _among(table: pa.Table, changed: Collection[tuple[str, str]]) -> pa.Array:
    pairs = zip(table["device"].to_pylist(), table["finding"].to_pylist(), strict=True)
    return pa.array([pair in changed for pair in pairs], pa.bool_())
