# SPDX-License-Identifier: Apache-2.0
"""Proof that the lake and its rollup are what the journal says: both are made anew beside them and compared.

Batches whose bodies were shredded since cannot be read again; their events are left out of the comparison,
and how many batches that were is part of the answer.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.measures.bins import Bins
from nadzor.telemetry.comparing import Places, shredded_since, table_digests
from nadzor.telemetry.load import load_lake
from nadzor.telemetry.manifest import read_manifest
from nadzor.telemetry.rollup import roll_up_lake
from nadzor.telemetry.rollup_file import RollupManifest, bins_digest, read_rollup_manifest, stored_seals
from nadzor.telemetry.sealing import DaySeals, rollup_digest
from nadzor.telemetry.stored import Reader, StoredBatch

ROLLUP: Final = "rollup"
KEPT: Final = "rollup of days destroyed"


class Pair(Struct, frozen=True):
    """Two digests of the same thing: as it lies there, and as made anew."""

    kept: str
    rebuilt: str


class ShreddedRange(Struct, frozen=True, kw_only=True):
    """What an installation reported in a month and nobody can read again: its leaves and how many events."""

    installation: str
    month: str
    first: int
    last: int
    batches: int
    events: int


class RebuildReport(Struct, frozen=True):
    """Whether everything is equal, and the digests by table, the rollup among them.

    `shredded` batches could not be read again; when there are any, the rollup is made from the lake that is
    kept.  `ranges` are what was destroyed on purpose: figures of their days are held against their own seals,
    because nothing is left to make them from.
    """

    equal: bool
    digests: dict[str, Pair]
    shredded: int
    journal_size: int
    ranges: tuple[ShreddedRange, ...] = ()


class _Until:
    """The journal as far as the lake has read it."""

    def __init__(self, reader: Reader, size: int) -> None:
        self._reader = reader
        self._size = size

    def size(self) -> int:
        return self._size

    def batches(self, start: int, stop: int) -> Iterator[StoredBatch]:
        return self._reader.batches(start, min(stop, self._size))


def rebuild(home: Home, reader: Reader, *, bins: Bins) -> RebuildReport:
    """Make lake and rollup anew from the journal, beside those that serve, and compare them by digest.

    Raises: Refusal lake.missing before the first load.
    """
    kept = read_manifest(home.lake)
    if kept is None:
        raise Refusal("lake.missing")
    with tempfile.TemporaryDirectory(dir=home.root, prefix=".rebuild-") as scratch:
        anew = Path(scratch) / "lake"
        load_lake(anew, _Until(reader, kept.journal_size), step=kept.step)
        gone = shredded_since(home.lake, anew)
        digests = _tables(home.lake, anew, gone) | _rollups(home, anew, bins, gone)
    equal = all(pair.kept == pair.rebuilt for pair in digests.values())
    return RebuildReport(equal, digests, len(gone), kept.journal_size)


def _tables(kept: Path, anew: Path, gone: Places) -> dict[str, Pair]:
    before, after = table_digests(kept, without=gone), table_digests(anew, without=gone)
    return {table: Pair(before[table], after[table]) for table in before}


def _rollups(home: Home, anew: Path, bins: Bins, gone: Places) -> dict[str, Pair]:
    """The rollup that serves beside that of the lake made anew."""
    source = home.lake if gone else anew
    rebuilt = roll_up_lake(source, anew.parent / "rollups", bins=bins)
    serving = _serving(home, bins, rebuilt.journal_size)
    if serving is None:
        return {ROLLUP: Pair(roll_up_lake(home.lake, anew.parent / "kept", bins=bins).digest, rebuilt.digest)}
    until, stored = serving.kept_until, stored_seals(home.rollups, serving)
    if until is None:
        return {ROLLUP: Pair(rollup_digest(stored), rebuilt.digest)}
    made = read_rollup_manifest(anew.parent / "rollups").seals
    return {
        ROLLUP: Pair(_digest(stored, after=until), _digest(made, after=until)),
        KEPT: Pair(_digest(stored, until=until), _digest(serving.seals, until=until)),
    }


def _digest(seals: DaySeals, *, after: date = date.min, until: date = date.max) -> str:
    return rollup_digest({day: seal for day, seal in seals.items() if after < day <= until})


def _serving(home: Home, bins: Bins, journal_size: int) -> RollupManifest | None:
    """The rollup that is served, if it claims to cover the same journal with the same bins."""
    try:
        claimed = read_rollup_manifest(home.rollups)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    same = (claimed.journal_size, claimed.bins) == (journal_size, bins_digest(bins))
    return claimed if same else None
