# SPDX-License-Identifier: Apache-2.0
"""The journal becomes the lake.

(1) Batches are read in journal order; the verdict stored with each decides which lines count.
(2) Lines become columns; a repeated (installation, id) is dropped, the first in journal order stays.
(3) A part ends where the journal's count of events crosses a step; the open tail is replaced on each load.
(4) Files are written under new names and made durable; the manifest that names them comes last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
from msgspec import Struct
from msgspec.structs import replace

from nadzor.base.home import Home
from nadzor.telemetry.intake import Intake
from nadzor.telemetry.manifest import Manifest, Part, manifest_to_extend, write_manifest
from nadzor.telemetry.origins import Origins
from nadzor.telemetry.part import Building, Tables, read_tables, without_repeats, write_table, write_tables
from nadzor.telemetry.stored import Reader, StoredBatch
from nadzor.telemetry.turn import in_turn

STEP: Final = 1_000_000  # events a part: about 100 MB in memory a table, a second or two of writing


class LoadReport(Struct, frozen=True):
    """What a load did.  `rows` are events in the lake, `duplicates` those dropped, since the beginning."""

    rows: int
    duplicates: int
    parts: int
    batches: int
    journal_size: int


def load(home: Home, reader: Reader, *, step: int = STEP) -> LoadReport:
    """Bring the lake up to the journal.

    Durability: a crash at any point leaves the lake as it was, or as it becomes.
    Concurrency: loads of one lake wait for each other.
    """
    return load_lake(home.lake, reader, step=step)


def load_lake(lake: Path, reader: Reader, *, step: int = STEP) -> LoadReport:
    """The same on a lake that stands anywhere, as a rebuild needs it."""
    with in_turn(lake):
        return _load(lake, reader, step)


def _load(lake: Path, reader: Reader, step: int) -> LoadReport:
    manifest = manifest_to_extend(lake, step=step)
    size = reader.size()
    if size > manifest.journal_size or manifest.origin is None:
        origins = Origins(_origin_table(lake, manifest))
        grown = manifest
        fresh = reader.batches(manifest.journal_size, size)
        for number, batches in groupby(fresh, key=lambda batch: batch.cum_events // step):
            grown = _extend(lake, grown, number, _tables(batches, origins))
        origin = write_table(lake, f"origin/{size:09d}.parquet", origins.table())
        _publish(lake, manifest, replace(grown, journal_size=size, origin=origin))
    current = manifest_to_extend(lake, step=step)
    return LoadReport(
        rows=current.rows,
        duplicates=current.duplicates,
        parts=len(current.parts),
        batches=size - manifest.journal_size,
        journal_size=size,
    )


def _tables(batches: Iterable[StoredBatch], origins: Origins) -> Iterator[Tables]:
    intake = Intake(origins)
    for batch in batches:
        intake.take(batch)
        if intake.full:
            yield intake.empty_out()
    yield intake.empty_out()


def _extend(lake: Path, manifest: Manifest, number: int, chunks: Iterator[Tables]) -> Manifest:
    """The manifest with a part added, or with its open tail replaced by a longer one."""
    parts = [part for part in manifest.parts if part.number != number]
    building = Building()
    for tail in manifest.parts[len(parts) :]:
        building.add(read_tables(lake, tail.tables))
    for chunk in chunks:
        building.add(chunk)
    earlier = [lake / part.tables["event"].file for part in parts if "event" in part.tables]
    tables = without_repeats(building.whole(), earlier=earlier)
    return _with_part(lake, replace(manifest, parts=parts), number, tables)


def _with_part(lake: Path, manifest: Manifest, number: int, tables: Tables) -> Manifest:
    batch = tables["batch"].select(["batch", "first_event", "lines"]).to_pylist()
    last = batch[-1]
    stop_event = last["first_event"] + last["lines"]
    part = Part(
        number=number,
        first_batch=batch[0]["batch"],
        stop_batch=last["batch"] + 1,
        first_event=batch[0]["first_event"],
        stop_event=stop_event,
        tables=write_tables(lake, tables, name=f"part-{number:05d}-{last['batch'] + 1:09d}"),
    )
    return replace(manifest, parts=[*manifest.parts, part], events=stop_event)


def _publish(lake: Path, before: Manifest, after: Manifest) -> None:
    rows = sum(part.tables["event"].rows for part in after.parts if "event" in part.tables)
    repeats = sum(_sum(lake / part.tables["batch"].file, "duplicates") for part in after.parts)
    write_manifest(lake, replace(after, rows=rows, duplicates=repeats, previous=before.files))


def _sum(file: Path, column: str) -> int:
    return int(sum(pq.read_table(file, columns=[column], partitioning=None)[column].to_pylist()))


def _origin_table(lake: Path, manifest: Manifest) -> pq.Table | None:
    return pq.read_table(lake / manifest.origin.file, partitioning=None) if manifest.origin else None
