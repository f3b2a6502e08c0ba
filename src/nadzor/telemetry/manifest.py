# SPDX-License-Identifier: Apache-2.0
"""What the lake consists of: written last, so that whatever it names is whole.

Why a manifest: the tail is replaced on every load, in many tables at once; the rename of one small file makes
them all current in the same instant.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from nadzor.base.durable import write_atomic
from nadzor.base.problems import Refusal

FORMAT = 2
"""Raised when the columns of the lake change: an older lake is then loaded anew from the journal."""


class TableFile(Struct, frozen=True):
    """One file of one table."""

    file: str
    rows: int


class Part(Struct, frozen=True):
    """A stretch of the journal, [first, stop) in batches and in events."""

    number: int
    first_batch: int
    stop_batch: int
    first_event: int
    stop_event: int
    tables: dict[str, TableFile]


class Manifest(Struct, frozen=True):
    """Everything the lake consists of.  `journal_size` is the number of batches it was loaded from."""

    step: int
    format: int = FORMAT
    journal_size: int = 0
    events: int = 0
    rows: int = 0
    duplicates: int = 0
    origin: TableFile | None = None
    parts: list[Part] = []
    previous: list[str] = []

    @property
    def files(self) -> list[str]:
        """Every file named, relative to the lake."""
        named = [table.file for part in self.parts for table in part.tables.values()]
        return [*named, self.origin.file] if self.origin else named

    def table(self, name: str) -> list[str]:
        """The files of one table that hold rows."""
        tables = [part.tables[name] for part in self.parts if name in part.tables]
        return [table.file for table in tables if table.rows]


def read_manifest(lake: Path) -> Manifest | None:
    """The manifest of a lake; None where nothing was ever loaded.

    Raises: Refusal lake.damaged when it cannot be read.
    """
    try:
        return msgspec.json.decode((lake / "manifest.json").read_bytes(), type=Manifest)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise Refusal("lake.damaged", at="manifest.json") from error


def manifest_to_extend(lake: Path, *, step: int) -> Manifest:
    """The manifest that a load goes on from; an empty one where the lake was never cut, or cut otherwise."""
    found = read_manifest(lake)
    return found if found and (found.step, found.format) == (step, FORMAT) else Manifest(step=step)


def write_manifest(lake: Path, manifest: Manifest) -> None:
    """Make a manifest the current one, then remove files that neither it nor the one before it names.

    Why one generation stays: a reader that opened the old manifest a moment ago may still be reading.
    """
    lake.mkdir(parents=True, exist_ok=True)
    write_atomic(lake / "manifest.json", msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    kept = {*manifest.files, *manifest.previous}
    for path in lake.glob("*/*"):
        if str(path.relative_to(lake)) not in kept:
            path.unlink()
