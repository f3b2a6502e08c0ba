# SPDX-License-Identifier: Apache-2.0
"""Rollups for tests, written from rows as a roll-up would write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import msgspec
import pyarrow as pa

from nadzor.base.home import Home
from nadzor.measures.rollup import Row, add_up
from nadzor.telemetry.rollup_file import SCHEMA, RollupFile

DEVICE = "ai-901"


def write_rollups(home: Home, rows: Iterable[Row], *, journal_size: int = 1) -> str:
    """Make these rows the current rollup; returns its digest."""
    whole = sorted(add_up(rows), key=lambda row: row.measure)
    known = max((row.known for row in whole), default=None)
    with RollupFile(home.rollups, bins={}) as out:
        for measure in dict.fromkeys(row.measure for row in whole):
            told = [msgspec.structs.asdict(row) for row in whole if row.measure == measure]
            out.add(measure, pa.Table.from_pylist(told, schema=SCHEMA))
        return out.finish(journal_size=journal_size, events={}, duplicates=0, known_until=known)


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
