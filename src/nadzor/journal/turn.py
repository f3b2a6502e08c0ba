# SPDX-License-Identifier: Apache-2.0
"""One write transaction's batches: read what they touch, place each, then write everything at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from nadzor.receipts.tree import Frontier, Place, append

from .entry import Declared, Entry
from .placing import (
    Again,
    Arrival,
    Fresh,
    Gap,
    Held,
    Progress,
    advanced,
    covered_by,
    place,
    progress_of,
    remains,
)
from .placing import Place as Placed
from .sheet import Sheet
from .statements import EDITION, STATEMENTS, for_each
from .store import Connection


class Totals(Struct, frozen=True):
    """The frontier's row: the tree, and how many events it covers."""

    origin: str
    frontier: Frontier
    events: int
    accepted: int
    rejected: int


def read_totals(connection: Connection) -> Totals:
    """The frontier as committed, or as the current transaction sees it.

    Raises: ValueError when the row cannot be a frontier of this edition.
    """
    edition, origin, size, hashes, *counts = connection.execute(STATEMENTS["frontier"]).fetchone()
    if edition != EDITION:
        raise ValueError(f"journal of edition {edition}, expected {EDITION}")
    cut = tuple(hashes[start : start + 32] for start in range(0, len(hashes), 32))
    return Totals(origin, Frontier(size, cut), *counts)


class Turn:
    """The batches of one transaction; call `take` for each, then `write`, between BEGIN and COMMIT."""

    def __init__(self, connection: Connection, sheets: Sequence[Sheet]) -> None:
        self._connection = connection
        self.before = read_totals(connection)
        self.new: list[Sheet] = []
        self._streams = self._read_streams({sheet.entry.header.stream for sheet in sheets})
        self._touched: set[bytes] = set()
        self._gaps: dict[bytes, list[Gap]] = {}
        self._told: dict[bytes, list[Declared]] = {}
        self._ledgers: list[tuple[str, tuple[Any, ...]]] = []
        self.after = self.before.frontier
        self.made: dict[Place, bytes] = {}

    def take(self, sheet: Sheet) -> tuple[Placed, int]:
        """The place of a batch and the index it has or gets (-1 for none); a new one joins the turn."""
        entry = sheet.entry
        progress = self._streams.get(entry.header.stream)
        arrival = Arrival(entry.installation, entry.header, entry.body_sha256)
        held, gaps = self._held(entry, progress), self._open_gaps(entry, progress)
        placed = place(arrival, progress, held=held, gaps=gaps)
        if isinstance(placed, Again):
            return placed, placed.index
        if not isinstance(placed, Fresh):
            return placed, -1
        index = self.before.frontier.size + len(self.new)
        self.new.append(sheet)
        self._streams[entry.header.stream] = advanced(arrival, progress, index)
        self._touched.add(entry.header.stream)
        self._note(entry, placed, index)
        return placed, index

    def expected_seq(self, stream: bytes) -> int:
        """The number that a stream's next batch should begin with."""
        return self._streams[stream].next_seq

    def write(self) -> None:
        """Write the batches, their nodes, streams and ledgers, and the new frontier."""
        if not self.new:
            return
        size = self.before.frontier.size
        self.after, self.made = append(self.before.frontier, [sheet.hash for sheet in self.new])
        many = self._connection.executemany
        rows, events = [], self.before.events
        for index, sheet in enumerate(self.new, size):
            rows.append(_row(sheet, index, events))
            events += sheet.entry.header.count
        many(STATEMENTS["put_batch"], rows)
        many(STATEMENTS["put_node"], [(level, index, node) for (level, index), node in self.made.items()])
        many(STATEMENTS["put_stream"], [self._stream_row(stream) for stream in self._touched])
        for name, values in self._ledgers:
            self._connection.execute(STATEMENTS[name], values)
        self._advance(events)

    def _advance(self, events: int) -> None:
        rejected = self.before.rejected + sum(len(sheet.entry.rejected) for sheet in self.new)
        hashes = b"".join(self.after.hashes)
        counts = (events, events - rejected, rejected)
        self._connection.execute(STATEMENTS["advance"], (self.after.size, hashes, *counts))

    def _read_streams(self, named: set[bytes]) -> dict[bytes, Progress]:
        if not named:
            return {}
        rows = self._connection.execute(for_each("streams", len(named)), list(named)).fetchall()
        return {row[0]: progress_of(row) for row in rows}

    def _stream_row(self, stream: bytes) -> tuple[Any, ...]:
        now = self._streams[stream]
        held = (now.installation, now.opened, now.next_seq, now.tail, now.after, now.after_last)
        return (stream, *held, int(now.restored))

    def _held(self, entry: Entry, progress: Progress | None) -> Held | None:
        """The batch stored, or taken in this turn, at the same first number, when there may be one."""
        header = entry.header
        if progress is None or header.first >= progress.next_seq:
            return None
        for index, sheet in enumerate(self.new, self.before.frontier.size):
            taken = sheet.entry
            if taken.header.stream == header.stream and taken.header.first == header.first:
                return Held(index, taken.header.first, taken.header.last, taken.body_sha256)
        row = self._connection.execute(STATEMENTS["stored"], (header.stream, header.first)).fetchone()
        return Held(*row) if row else None

    def _open_gaps(self, entry: Entry, progress: Progress | None) -> list[Gap]:
        if progress is None or entry.header.first >= progress.next_seq:
            return []
        return self._gaps_of(entry.header.stream)

    def _gaps_of(self, stream: bytes) -> list[Gap]:
        if stream not in self._gaps:
            rows = self._connection.execute(STATEMENTS["open_gaps"], (stream,)).fetchall()
            self._gaps[stream] = [Gap(*row) for row in rows]
        return self._gaps[stream]

    def _note(self, entry: Entry, placed: Fresh, index: int) -> None:
        """What the batch shows about its stream, for the ledgers."""
        stream = entry.header.stream
        if placed.gap:
            self._open_gap(stream, *placed.gap, index)
        if placed.fills:
            self._fill(entry, placed.fills, index)
        if placed.forks is not None:
            self._ledgers.append(("put_fork", (index, stream, placed.forks, entry.header.prev)))
        if entry.lost:
            self._declare(stream, entry.lost, index)
        for verdict, shape in zip(entry.rejected, entry.shapes, strict=True):
            row = (index, verdict.seq, entry.device, verdict.code, verdict.at, shape)
            self._ledgers.append(("put_quarantined", row))

    def _declare(self, stream: bytes, said: Sequence[Declared], index: int) -> None:
        """Note what will never arrive, and mark the gaps that all declarations together cover."""
        told = self._told_of(stream)
        told += said
        for one in said:
            row = (stream, one.first, one.last, one.code, index)
            self._ledgers.append(("put_declaration", row))
        for gap in self._gaps_of(stream):
            self._mark(stream, gap)

    def _mark(self, stream: bytes, gap: Gap) -> None:
        code = covered_by(gap, self._told_of(stream))
        if code is not None:
            self._ledgers.append(("declare_gap", (code, stream, gap.first, gap.found_by)))

    def _told_of(self, stream: bytes) -> list[Declared]:
        if stream not in self._told:
            rows = self._connection.execute(STATEMENTS["declarations"], (stream,)).fetchall()
            self._told[stream] = [Declared(*row) for row in rows]
        return self._told[stream]

    def _open_gap(self, stream: bytes, first: int, last: int, index: int) -> None:
        gap = Gap(first, last, index)
        self._gaps_of(stream).append(gap)
        self._ledgers.append(("put_gap", (stream, first, last, index)))
        self._mark(stream, gap)

    def _fill(self, entry: Entry, gap: Gap, index: int) -> None:
        stream, first, last = entry.header.stream, entry.header.first, entry.header.last
        self._gaps_of(stream).remove(gap)
        self._ledgers.append(("close_gap", (index, stream, gap.first, gap.found_by)))
        for part in remains(gap, first, last):
            self._open_gap(stream, *part, index)


def _row(sheet: Sheet, index: int, events_before: int) -> tuple[Any, ...]:
    entry = sheet.entry
    header = entry.header
    return (
        index,
        header.stream,
        header.first,
        header.last,
        entry.body_sha256,
        entry.installation,
        entry.device,
        entry.site,
        entry.keyid,
        sheet.received_at,
        sheet.month,
        entry.coding,
        entry.directory,
        events_before,
        entry.accepted,
        len(entry.rejected),
        sheet.verdicts,
        sheet.leaf.decode(),
        sheet.sealed,
    )
