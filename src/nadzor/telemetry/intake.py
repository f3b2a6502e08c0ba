# SPDX-License-Identifier: Apache-2.0
"""Batches of the journal, sorted by kind of event, until there are enough for a chunk of every table."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, Final

import pyarrow as pa

from nadzor.journal.bodies import Shredded
from nadzor.telemetry import line as said
from nadzor.telemetry.columns import codes, event_table, key_halves, software, tables_of
from nadzor.telemetry.origins import NO_SOFTWARE, Origins, Source
from nadzor.telemetry.part import Tables
from nadzor.telemetry.pile import Arrival, Pile
from nadzor.telemetry.schema import TABLES, arrow_schema
from nadzor.telemetry.stored import StoredBatch, rejections
from nadzor_wire.batch import split_lines

CHUNK: Final = 50_000  # lines: enough that column making costs little, few enough to stay small in memory

Counted = list[tuple[int, Any]]
"""Accepted lines of a batch with their offsets."""


class Intake:
    """Takes batch after batch; gives tables when asked to empty out."""

    def __init__(self, origins: Origins) -> None:
        self._origins = origins
        self._start_anew()

    def _start_anew(self) -> None:
        self._all: Pile[Any] = Pile()
        self._kinds: dict[str, Pile[Any]] = defaultdict(Pile)
        self._batches: list[dict[str, Any]] = []
        self._rejected: list[dict[str, Any]] = []

    @property
    def full(self) -> bool:
        """Whether enough lines are piled up for a chunk."""
        return len(self._all) >= CHUNK or len(self._batches) >= CHUNK

    def take(self, batch: StoredBatch) -> None:
        """One batch: its accepted lines by kind, and the count of every fate."""
        source = Source(batch.device, batch.site, batch.installation)
        refused = rejections(batch)
        try:
            lines = _accepted(batch, refused)
        except Shredded:
            lines = None
        spoken = [software(line) for _, line in lines or ()]
        numbers = self._origins.enter(source, spoken)
        arrival = Arrival(batch.cum_events, self._origins.installation(source), batch.received_at)
        self._pile_up(arrival, lines or [], [numbers[pair] for pair in spoken])
        self._note(batch, arrival, origin=numbers[NO_SOFTWARE], lines=lines)
        self._note_rejections(batch, arrival, numbers[NO_SOFTWARE], refused)

    def empty_out(self) -> Tables:
        """Tables of everything taken since the last time."""
        tables: dict[str, list[pa.Table]] = defaultdict(list)
        if len(self._all):
            tables["event"].append(event_table(self._all))
        for kind, pile in self._kinds.items():
            for name, table in tables_of(kind, pile).items():
                tables[name].append(table)
        tables["batch"].append(pa.Table.from_pylist(self._batches, schema=arrow_schema(TABLES["batch"])))
        tables["rejection"].append(_rejection_table(self._rejected))
        self._start_anew()
        return {name: pa.concat_tables(chunks) for name, chunks in tables.items()}

    def _pile_up(self, arrival: Arrival, lines: Counted, origins: list[int]) -> None:
        self._all.add(arrival, [line for _, line in lines], [offset for offset, _ in lines])
        kinds: dict[type, list[tuple[int, Any, int]]] = defaultdict(list)
        for (offset, line), origin in zip(lines, origins, strict=True):
            if line.purpose == "clinical":
                kinds[type(line)].append((offset, line, origin))
        for kind, some in kinds.items():
            offsets, told, numbers = (list(column) for column in zip(*some, strict=True))
            self._kinds[said.KIND[kind]].add(arrival, told, offsets, numbers)

    def _note(self, batch: StoredBatch, arrival: Arrival, *, origin: int, lines: Counted | None) -> None:
        high, low = key_halves([batch.stream.hex()])
        total = batch.last - batch.first + 1
        self._batches.append({
            "batch": batch.index, "origin": origin, "installation": arrival.installation,
            "known": arrival.known,
            "stream_hi": int(high[0]), "stream_lo": int(low[0]), "first_seq": batch.first,
            "last_seq": batch.last,
            "first_event": batch.cum_events, "lines": total, "accepted": len(lines or ()), "duplicates": 0,
            "uncounted": sum(line.purpose != "clinical" for _, line in lines or ()),
            "unread": total if lines is None else 0,
        })  # fmt: skip

    def _note_rejections(
        self, batch: StoredBatch, arrival: Arrival, origin: int, refused: dict[int, str]
    ) -> None:
        for code, count in sorted(Counter(refused.values()).items()):
            told = {
                "batch": batch.index,
                "origin": origin,
                "known": arrival.known,
                "code": code,
                "rejected": count,
            }
            self._rejected.append(told)


def _accepted(batch: StoredBatch, refused: dict[int, str]) -> Counted:
    body = batch.body()
    if not refused:
        return list(enumerate(said.read_lines(body)))
    return [(k, said.read_line(raw)) for k, raw in enumerate(split_lines(body)) if k not in refused]


def _rejection_table(rows: list[dict[str, Any]]) -> pa.Table:
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in TABLES["rejection"]}
    columns["code"] = codes(columns["code"])
    arrays = [
        columns[n] if n == "code" else pa.array(columns[n], kind) for n, kind in TABLES["rejection"].items()
    ]
    return pa.table(arrays, schema=arrow_schema(TABLES["rejection"]))
