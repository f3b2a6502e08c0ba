# SPDX-License-Identifier: Apache-2.0
"""Streams and ledgers derived a second time, from the batches alone, to compare with what the tables say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from nadzor_wire.base64text import unb64
from nadzor_wire.batch import BatchError, BatchHeader, parse_batch_header

from .fault import Fault
from .placing import Arrival, Fresh, Gap, Progress, advanced, place, progress_of, remains
from .record import BatchRecord
from .statements import STATEMENTS
from .store import Connection

_Rejected: TypeAlias = tuple[int, int, str, str, str]  # index, seq, device, code, place
_PREFIX = '"nadzor-batch": '


class Replay:
    """Takes every batch in order, then compares."""

    def __init__(self) -> None:
        self._streams: dict[bytes, Progress] = {}
        self._open: dict[bytes, list[Gap]] = {}
        self._gaps: dict[tuple[bytes, int, int], tuple[int, int | None]] = {}
        self._forks: dict[int, tuple[bytes, bytes, bytes]] = {}
        self._rejected: set[_Rejected] = set()

    def take(self, record: BatchRecord) -> Iterator[Fault]:
        """Place a stored batch again."""
        header = signed_header(record)
        stored = (record.stream, record.first, record.last)
        if header is None or (header.stream, header.first, header.last) != stored:
            yield Fault("signature", record.index, "nadzor-batch differs from what was signed")
            return
        arrival = Arrival(record.installation, header, record.body_sha256)
        progress = self._streams.get(header.stream)
        placed = place(arrival, progress, held=None, gaps=self._open.get(header.stream, []))
        if not isinstance(placed, Fresh):
            yield Fault("stream", record.index, "overlaps what was stored before, or is not its owner's")
            return
        self._streams[header.stream] = advanced(arrival, progress, record.index)
        self._rejected |= {
            (record.index, verdict.seq, record.device, verdict.code, verdict.at)
            for verdict in record.verdicts.rejected
        }
        self._note(header, placed, record.index)

    def compare(self, connection: Connection) -> Iterator[Fault]:
        """What the tables say otherwise."""
        tables = {
            "stream": (_streams(connection), self._streams),
            "gap": (_gaps(connection), self._gaps),
            "fork": (_forks(connection), self._forks),
            "quarantine": (_rejected(connection), self._rejected),
        }
        for name, (stored, replayed) in tables.items():
            if stored != replayed:
                yield Fault(name, None, "the table differs from the replayed one")

    def _note(self, header: BatchHeader, placed: Fresh, index: int) -> None:
        if placed.forks is not None:
            self._forks[index] = (header.stream, placed.forks, header.prev)
        if placed.gap:
            self._open_gap(header.stream, *placed.gap, index)
        if placed.fills:
            gap = placed.fills
            self._open[header.stream].remove(gap)
            self._gaps[header.stream, gap.first, gap.found_by] = (gap.last, index)
            for part in remains(gap, header.first, header.last):
                self._open_gap(header.stream, *part, index)

    def _open_gap(self, stream: bytes, first: int, last: int, index: int) -> None:
        self._open.setdefault(stream, []).append(Gap(first, last, index))
        self._gaps[stream, first, index] = (last, None)


def signed_header(record: BatchRecord) -> BatchHeader | None:
    """The batch header inside the signature base of a stored batch."""
    lines = unb64(record.leaf["base"]).decode("latin-1").split("\n")
    said = [line.removeprefix(_PREFIX) for line in lines if line.startswith(_PREFIX)]
    try:
        return parse_batch_header(said[0]) if len(said) == 1 else None
    except BatchError:
        return None


def _streams(connection: Connection) -> dict[bytes, Progress]:
    rows = connection.execute(STATEMENTS["all_streams"])
    return {bytes(row[0]): progress_of(row) for row in rows}


def _gaps(connection: Connection) -> dict[tuple[bytes, int, int], tuple[int, int | None]]:
    rows = connection.execute(STATEMENTS["gaps"])
    return {(bytes(row[0]), row[2], row[4]): (row[3], row[5]) for row in rows}


def _forks(connection: Connection) -> dict[int, tuple[bytes, bytes, bytes]]:
    rows = connection.execute(STATEMENTS["forks"])
    return {row[0]: (bytes(row[1]), bytes(row[2]), bytes(row[3])) for row in rows}


def _rejected(connection: Connection) -> set[_Rejected]:
    return {tuple(row[:5]) for row in connection.execute(STATEMENTS["all_quarantined"])}
