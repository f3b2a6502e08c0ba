# SPDX-License-Identifier: Apache-2.0
"""The rollup on disk: files that never change, and a manifest that names those which are current.

The manifest is replaced in one rename after everything it names is durable; files that neither it nor the
one before it names are removed after that.
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from nadzor.base.durable import write_atomic
from nadzor.measures.bins import Bins
from nadzor.measures.rollup import COLUMNS
from nadzor.telemetry.rollup_part import RollupPart, open_part
from nadzor.telemetry.sealing import DaySeals, rollup_digest, table_seals

FORMAT: Final = 2
"""Raised when files or digests are made otherwise: an older rollup is then made anew from the lake."""

MANIFEST: Final = "manifest.json"
PARTS: Final = "parts"


class RollupManifest(Struct, frozen=True):
    """What a rollup says about itself.

    `journal_size` is the number of batches it covers and `lake` the seal of those batches as they were
    loaded; `definition` is the digest of the queries that made it.  `known_until` is the last date on which
    any of it became known, `events` how many distinct events of each kind the lake held, test and phantom
    ones too, and those that were destroyed since.  Figures of days up to `kept_until` are never made anew,
    and `destroyed` counts events by kind under the name of what was destroyed.
    """

    format: int
    digest: str
    rows: int
    journal_size: int
    events: dict[str, int]
    duplicates: int
    known_until: date | None
    bins: str
    definition: str
    lake: str
    parts: list[RollupPart]
    previous: list[str] = []
    kept_until: date | None = None
    destroyed: dict[str, dict[str, int]] = {}

    @property
    def seals(self) -> DaySeals:
        """The seal of each date."""
        return {day: seal for part in self.parts for day, seal in part.days.items()}

    @property
    def files(self) -> list[str]:
        """Every file named, relative to the rollups."""
        return [*(f"{PARTS}/{part.file}" for part in self.parts), bins_file(self.bins)]


class RegisteredBins(Struct, frozen=True):
    """Edges of one finding of one device."""

    device: str
    finding: str
    edges: list[int]


def bins_digest(bins: Bins) -> str:
    """SHA-256 of the registered edges, so that a histogram says by which bins it was made."""
    lines = [f"{device}\t{finding}\t{list(edges)}\n" for (device, finding), edges in sorted(bins.items())]
    return sha256("".join(lines).encode()).hexdigest()


def bins_file(digest: str) -> str:
    """Where the edges of a digest lie."""
    return f"{PARTS}/bins-{digest[:16]}.json"


def read_rollup_manifest(rollups: Path) -> RollupManifest:
    """What the current rollup says about itself.

    Raises: FileNotFoundError where there is none, msgspec.DecodeError when it is not of this release.
    """
    manifest = msgspec.json.decode((rollups / MANIFEST).read_bytes(), type=RollupManifest)
    if manifest.format != FORMAT:
        raise msgspec.DecodeError("another format")
    return manifest


def publish(rollups: Path, manifest: RollupManifest, bins: Bins) -> None:
    """Make a manifest the current one; its parts must be durable already."""
    edges = rollups / bins_file(manifest.bins)
    if not edges.exists():
        edges.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(edges, _bins_text(bins))
    write_atomic(rollups / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    kept = {*manifest.files, *manifest.previous}
    for path in (rollups / PARTS).iterdir():
        if f"{PARTS}/{path.name}" not in kept:
            path.unlink()


def whole(rollups: Path, manifest: RollupManifest) -> bool:
    """Whether every file that a manifest names lies there in its size."""
    found = {path.name: path.stat().st_size for path in (rollups / PARTS).glob("*")}
    edges = Path(bins_file(manifest.bins)).name in found
    return edges and all(found.get(part.file) == part.size for part in manifest.parts)


def stored_digest(rollups: Path, manifest: RollupManifest) -> str:
    """The digest of the rows that the files hold now, whatever the manifest says."""
    return rollup_digest(stored_seals(rollups, manifest))


def stored_seals(rollups: Path, manifest: RollupManifest) -> DaySeals:
    """The seals of the rows that the files hold now, whatever the manifest says."""
    seals: DaySeals = {}
    for part in manifest.parts:
        file = open_part(rollups / PARTS / part.file)
        numbers = sorted(group.number for groups in file.groups.values() for group in groups)
        seals |= table_seals(file.read(numbers, list(COLUMNS)))
    return seals


def read_bins(rollups: Path) -> Bins:
    """The registered edges by which a rollup was made."""
    path = rollups / bins_file(read_rollup_manifest(rollups).bins)
    rows = msgspec.json.decode(path.read_bytes(), type=list[RegisteredBins])
    return {(row.device, row.finding): row.edges for row in rows}


def _bins_text(bins: Bins) -> bytes:
    rows = [RegisteredBins(d, f, list(edges)) for (d, f), edges in sorted(bins.items())]
    return msgspec.json.encode(rows) + b"\n"
