# SPDX-License-Identifier: Apache-2.0
"""The rollup on disk: one Parquet file whose footer holds its own manifest.

Why in the footer: rows and what is said about them appear in the same rename; `manifest.json` beside it is
a copy for people.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from msgspec import Struct

from nadzor.base.durable import sync_directory, write_atomic
from nadzor.measures.bins import Bins
from nadzor.measures.rollup import BLOCK, COLUMNS, MeasureSeal, digest_of
from nadzor.telemetry.schema import CODE
from nadzor.telemetry.sealing import Sealing

KEY: Final = b"nadzor.rollup"
_NUMBERS: Final = {"day": pa.date32(), "known": pa.date32(), "bin": pa.int32(), "n": pa.int64()}
SCHEMA: Final = pa.schema([(name, _NUMBERS.get(name, CODE)) for name in COLUMNS])


class Group(Struct, frozen=True):
    """One row group of the file: its number, and the dimensions it holds."""

    number: int
    dimensions: list[str]


class RollupManifest(Struct, frozen=True):
    """What a rollup says about itself.

    `journal_size` is the number of batches it covers, `known_until` the last date on which any of it became
    known, `events` how many distinct events of each kind the lake held, test and phantom ones too. `groups`
    says in which row groups a measure lies.
    """

    digest: str
    rows: int
    journal_size: int
    events: dict[str, int]
    duplicates: int
    known_until: date | None
    bins: str
    measures: dict[str, MeasureSeal]
    groups: dict[str, list[Group]]


class RegisteredBins(Struct, frozen=True):
    """Edges of one finding of one device."""

    device: str
    finding: str
    edges: list[int]


def bins_digest(bins: Bins) -> str:
    """SHA-256 of the registered edges, so that a histogram says by which bins it was made."""
    lines = [f"{device}\t{finding}\t{list(edges)}\n" for (device, finding), edges in sorted(bins.items())]
    return sha256("".join(lines).encode()).hexdigest()


class RollupFile:
    """A rollup being written; nothing is seen of it until `finish`."""

    def __init__(self, rollups: Path, *, bins: Bins) -> None:
        rollups.mkdir(parents=True, exist_ok=True)
        self._path = rollups / "rollup.parquet"
        self._fresh = rollups / ".rollup.parquet.tmp"
        self._bins = bins
        self._sealings: dict[str, Sealing] = {}
        self._groups: dict[str, list[Group]] = defaultdict(list)
        self._written = 0

    def __enter__(self) -> Self:
        self._stream = self._fresh.open("wb")
        self._writer = pq.ParquetWriter(
            self._stream, SCHEMA, compression="zstd", compression_level=1, write_statistics=False
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._stream.close()
        self._fresh.unlink(missing_ok=True)

    @property
    def rows(self) -> int:
        """How many rows were added."""
        return sum(sealing.rows for sealing in self._sealings.values())

    def add(self, measure: str, block: pa.Table) -> None:
        """The next block of a measure, in canonical order, one row a cell; blocks of one come together."""
        self._sealings.setdefault(measure, Sealing()).add(block)
        self._writer.write_table(block.select(COLUMNS).cast(SCHEMA), row_group_size=BLOCK)
        dimensions = sorted(pc.unique(block["dimension"]).to_pylist())
        self._groups[measure].append(Group(self._written, dimensions))
        self._written += 1

    def finish(
        self, *, journal_size: int, events: Mapping[str, int], duplicates: int, known_until: date | None
    ) -> str:
        """Make the file durable and current; returns its digest."""
        seals = {measure: sealing.seal() for measure, sealing in self._sealings.items()}
        manifest = RollupManifest(
            digest=digest_of(seals),
            rows=self.rows,
            journal_size=journal_size,
            events=dict(events),
            duplicates=duplicates,
            known_until=known_until,
            bins=bins_digest(self._bins),
            measures=seals,
            groups=self._groups,
        )
        text = msgspec.json.encode(manifest)
        self._writer.add_key_value_metadata({KEY: text})
        self._writer.close()
        self._stream.flush()
        os.fsync(self._stream.fileno())
        write_atomic(self._path.with_name("bins.json"), _bins_text(self._bins))
        self._fresh.replace(self._path)
        sync_directory(self._path.parent)
        write_atomic(self._path.with_name("manifest.json"), msgspec.json.format(text) + b"\n")
        return manifest.digest


def read_rollup_manifest(footer: bytes) -> RollupManifest:
    """What a rollup says about itself."""
    return msgspec.json.decode(footer, type=RollupManifest)


def file_digest(file: pq.ParquetFile) -> str:
    """The digest of the rows that a file holds now, whatever its manifest says."""
    manifest = read_rollup_manifest(file.metadata.metadata[KEY])
    seals = {}
    for measure, groups in manifest.groups.items():
        sealing = Sealing()
        for group in groups:
            sealing.add(file.read_row_group(group.number))
        seals[measure] = sealing.seal()
    return digest_of(seals)


def read_bins(rollups: Path) -> Bins:
    """The registered edges by which a rollup was made."""
    rows = msgspec.json.decode((rollups / "bins.json").read_bytes(), type=list[RegisteredBins])
    return {(row.device, row.finding): row.edges for row in rows}


def _bins_text(bins: Bins) -> bytes:
    rows = [RegisteredBins(d, f, list(edges)) for (d, f), edges in sorted(bins.items())]
    return msgspec.json.encode(rows) + b"\n"
