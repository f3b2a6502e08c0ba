# SPDX-License-Identifier: Apache-2.0
"""Rollups for tests, written from rows as a roll-up would write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

import msgspec
import pyarrow as pa

from nadzor.base.home import Home
from nadzor.measures.rollup import Row, add_up
from nadzor.telemetry.rollup_file import FORMAT, PARTS, RollupManifest, bins_digest, publish
from nadzor.telemetry.rollup_part import SCHEMA, PartWriter, RollupPart
from nadzor.telemetry.sealing import rollup_digest, table_seals

DEVICE = "ai-901"


def write_rollups(home: Home, rows: Iterable[Row], *, journal_size: int = 1) -> str:
    """Make these rows the current rollup; returns its digest."""
    whole = sorted(add_up(rows), key=lambda row: (row.measure, row.dimension))
    parts = [_part(home.rollups / PARTS, whole)] if whole else []
    seals = {day: seal for part in parts for day, seal in part.days.items()}
    manifest = RollupManifest(
        format=FORMAT, digest=rollup_digest(seals), rows=len(whole), journal_size=journal_size, events={},
        duplicates=0, known_until=max(seals, default=None), bins=bins_digest({}), definition="", lake="",
        parts=parts,
    )  # fmt: skip
    publish(home.rollups, manifest, {})
    return manifest.digest


def _part(folder: Path, rows: list[Row]) -> RollupPart:
    with PartWriter(folder) as out:
        for pair, some in groupby(rows, key=lambda row: (row.measure, row.dimension)):
            out.add(*pair, _table(some))
        return out.finish(table_seals(_table(rows)))


def _table(rows: Iterable[Row]) -> pa.Table:
    return pa.Table.from_pylist([msgspec.structs.asdict(row) for row in rows], schema=SCHEMA)


def row(measure: str, n: int, day: date, **more: object) -> Row:
    """A row of the sample device, known the day after unless said."""
    told = {"version": "1.0", "known": day + timedelta(days=1), "device": DEVICE, **more}
    return Row(day=day, measure=measure, n=n, **told)


def steady(
    first: date, after: date, *, studies: int = 40, failed: int = 1, site: str = "s-1"
) -> Iterator[Row]:
    """The same day over and over: so many studies, so many of them failed, one heartbeat."""
    for offset in range((after - first).days):
        day = first + timedelta(days=offset)
        yield row("studies", studies, day, site=site)
        yield row("heartbeats", 1, day, site=site)
        if failed:
            yield row("failed", failed, day, site=site)
