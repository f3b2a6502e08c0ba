# SPDX-License-Identifier: Apache-2.0
"""Take rows out of the lake whose bodies are to be destroyed, and put nothing else in their place.

The lake is loaded anew beside the one that serves, from what can still be read, and takes its place.  So it
is what any later load would make, repeats included: a line that was the second of two is the only one now.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from nadzor.base.durable import sync_directory
from nadzor.base.home import Home
from nadzor.telemetry.lake import opened
from nadzor.telemetry.load import STEP, load_lake
from nadzor.telemetry.manifest import read_manifest
from nadzor.telemetry.stored import Reader

ANEW: Final = ".lake-anew"
FORMER: Final = ".lake-former"
SCRATCH: Final = (ANEW, FORMER, ".rebuild-*")
_EVENTS: Final = """
    SELECT e.kind, count(*) FROM event e
    JOIN batch b ON e.event >= b.first_event AND e.event < b.first_event + b.lines
    WHERE b.batch IN (SELECT index FROM wanted)
    GROUP BY e.kind ORDER BY e.kind
"""


def rows_of(lake: Path, batches: Sequence[int]) -> dict[str, int]:
    """How many events of each kind the lake holds of some batches."""
    with opened(lake) as (store, _):
        store.execute("CREATE TEMP TABLE wanted (index BIGINT)")
        store.executemany("INSERT INTO wanted VALUES (?)", [[index] for index in batches])
        return dict(store.execute(_EVENTS).fetchall())


def load_anew(home: Home, reader: Reader) -> None:
    """Replace the lake by one of what can be read now.  The caller holds the lock of the lake.

    Durability: a crash leaves the former lake, the new one, or none; the next load then makes it.
    """
    sweep_scratch(home)
    kept, fresh, former = read_manifest(home.lake), home.root / ANEW, home.root / FORMER
    load_lake(fresh, reader, step=kept.step if kept else STEP)
    if home.lake.exists():
        home.lake.rename(former)
    fresh.rename(home.lake)
    sync_directory(home.root)
    sweep_scratch(home)


def sweep_scratch(home: Home) -> int:
    """Remove what a load or a comparison that died left beside the lake; returns how many folders went."""
    left = [path for pattern in SCRATCH for path in home.root.glob(pattern)]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)
