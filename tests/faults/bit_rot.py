# SPDX-License-Identifier: Apache-2.0
"""Experiment 5: bits that turn by themselves, one at a time, anywhere in the files of a log."""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Final

from msgspec import Struct

from nadzor.base.home import Log
from nadzor.base.problems import Refusal
from nadzor.journal.bodies import BodyKeys
from nadzor.journal.tile_check import find_tile_faults
from nadzor.journal.verify import verify_journal

PASSING: Final = ("-wal", "-shm", ".lock")
PROVED: Final = {
    "frontier": "*",
    "batch": "*",
    "node": "*",
    "checkpoint": "*",
    "stream": "*",
    "fork": "*",
    "gap": "stream, first, last, found_by, closed_by",
    "quarantine": "idx, seq, device, code, place",
}
"""What leaves and signatures prove; shapes, a maker's own declarations and refusals are the house's word."""


class Rot(Struct):
    """How many turned bits were found, how many changed nothing, and every one that was missed.

    `harmless` is a bit in free space or in what SQLite does not read: no figure of the log has changed and
    nothing is said. `missed` names file, byte and bit of a changed figure of which nothing is said.
    """

    found: int = 0
    harmless: int = 0
    missed: list[tuple[str, int, int]] = []


def rot(log: Log, *, flips: int, seed: int) -> Rot:
    """So many bits turned, one after another, and each turned back."""
    files, chance = rotting(log), random.Random(seed)
    whole, said = content(log), Rot()
    for _ in range(flips):
        file = chance.choices(files, [path.stat().st_size for path in files])[0]
        offset, bit = chance.randrange(file.stat().st_size), chance.randrange(8)
        with turned(file, offset, bit):
            if faults(log):
                said.found += 1
            elif file == log.journal and content(log) == whole:
                said.harmless += 1
            else:
                said.missed.append((file.name, offset, bit))
    assert faults(log) == []
    return said


def rotting(log: Log) -> list[Path]:
    """Every file of the log that must last: journal, tiles, notes, keys of bodies."""
    places = (log.journal.parent, log.tiles, log.body_keys)
    files = [path for place in places for path in sorted(place.rglob("*")) if path.is_file()]
    return [path for path in files if path.stat().st_size and not path.name.endswith(PASSING)]


class turned:
    """One bit of a file, turned and turned back."""

    def __init__(self, file: Path, offset: int, bit: int) -> None:
        self._file, self._offset, self._bit = file, offset, bit

    def __enter__(self) -> None:
        self._turn()

    def __exit__(self, *_: object) -> None:
        self._turn()

    def _turn(self) -> None:
        with self._file.open("r+b") as content:
            content.seek(self._offset)
            (held,) = content.read(1)
            content.seek(self._offset)
            content.write(bytes([held ^ 1 << self._bit]))
            content.flush()
            os.fsync(content.fileno())


def faults(log: Log) -> list[object]:
    """What `nadzor verify journal` says."""
    try:
        found = verify_journal(log, log.vkey, body_keys=BodyKeys(log.body_keys))
        return [*found, *find_tile_faults(log)]
    except (Refusal, sqlite3.Error, ValueError, LookupError) as refused:
        return [refused]


def content(log: Log) -> bytes | None:
    """A digest of every figure that is proved; None when SQLite cannot read them."""
    digest = sha256()
    try:
        with closing(sqlite3.connect(log.journal.absolute().as_uri() + "?mode=ro", uri=True)) as connection:
            for table, columns in PROVED.items():
                rows = connection.execute(f"SELECT {columns} FROM {table} NOT INDEXED").fetchall()
                digest.update(repr((table, sorted(map(repr, rows)))).encode())
    except (sqlite3.Error, ValueError):
        return None
    return digest.digest()
