# SPDX-License-Identifier: Apache-2.0
"""Reading the journal: batches in order, receipts, counts and ledgers. Many readers, beside the writers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.receipts.checkpoint import sign_checkpoint
from nadzor.receipts.tree import Nodes, Place, consistency_proof, inclusion_proof
from nadzor_wire.base64text import b64
from nadzor_wire.merkle import leaf_hash, verify_inclusion
from nadzor_wire.receipt import Receipt

from .bodies import BodyKeys
from .nodes import node_reader
from .record import BatchRecord, record_of, sealed_reader
from .statements import STATEMENTS
from .store import Connection, Unreachable, Unreadable
from .turn import Totals, read_totals
from .where import Where, store_at

STEP: Final = 256  # rows fetched at once: few round trips, little memory


class JournalCounts(Struct, frozen=True, kw_only=True):
    """What the journal holds, in numbers. events = accepted + rejected."""

    batches: int
    events: int
    accepted: int
    rejected: int
    quarantined: int
    refused: int
    gaps: int
    forks: int
    tree_size: int
    root: bytes
    last_received: datetime | None


class Quarantined(Struct, frozen=True):
    """A rejected event: why, where, and its shape; never a value."""

    index: int
    seq: int
    device: str
    code: str
    at: str
    shape: str


class GapNote(Struct, frozen=True):
    """Numbers of a stream that did not arrive in their turn."""

    stream: bytes
    installation: str
    first: int
    last: int
    found_by: int
    closed_by: int | None
    declared: str | None
    device: str
    found_at: datetime
    closed_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether they are still missing."""
        return self.closed_by is None


class ForkNote(Struct, frozen=True):
    """A batch that does not name the predecessor that its stream has."""

    index: int
    stream: bytes
    expected: bytes
    stated: bytes
    installation: str
    device: str
    at: datetime


class RestoredNote(Struct, frozen=True):
    """A stream that began because its sender's disk, or the whole machine, was put back."""

    stream: bytes
    installation: str
    device: str
    at: datetime


class RefusedBatch(Struct, frozen=True):
    """A whole batch that was refused and kept for talking about it."""

    at: datetime
    digest: str
    code: str
    seq: int | None
    place: str | None
    keyid: str | None


class Reader:
    """The reading side.

    Durability: reads only what was committed.
    Order: batches come in the order of the log.
    Concurrency: never waits for writers nor holds them up; one reader a thread.
    Absence: Refusal journal.missing when there is no file or table, journal.no-batch when there is no such
        index, journal.unavailable when the server is away.
    """

    def __init__(
        self,
        place: Where,
        *,
        body_keys: BodyKeys | None = None,
        log_key: Ed25519PrivateKey | None = None,
    ) -> None:
        store = store_at(place)
        self._connection = store.reading()
        self._snapshot = store.snapshot
        try:
            self._connection.execute(STATEMENTS["frontier"])
        except BaseException as error:
            self._connection.close()
            if isinstance(error, sqlite3.Error):
                raise Refusal("journal.missing") from error
            raise
        self._keys = body_keys
        self._log_key = log_key
        self._read_sealed = sealed_reader(self._connection, STATEMENTS["body"])

    @property
    def has_keys(self) -> bool:
        """Whether bodies can be opened, unless shredded."""
        return self._keys is not None

    @property
    def connection(self) -> Connection:
        """What it reads with; whoever shares it sees the same moment inside `steady`."""
        return self._connection

    def close(self) -> None:
        """Let the tables go."""
        self._connection.close()

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Everything read inside is of one moment, whatever is written meanwhile."""
        self._connection.execute(self._snapshot)
        try:
            yield
        finally:
            with suppress(sqlite3.Error, Unreachable, Unreadable):
                self._connection.execute("ROLLBACK")

    def totals(self) -> Totals:
        """Origin, frontier and event counts at this moment."""
        return read_totals(self._connection)

    def size(self) -> int:
        """Number of batches in the tree."""
        return self.totals().frontier.size

    def batch(self, index: int) -> BatchRecord:
        """The batch at an index."""
        for found in self.batches(index, index + 1):
            return found
        raise Refusal("journal.no-batch", index=index)

    def batches(self, start: int = 0, stop: int | None = None) -> Iterator[BatchRecord]:
        """The batches [start, stop), in order; up to the present end by default."""
        end = self.size() if stop is None else stop
        for low in range(max(start, 0), end, STEP):
            span = (low, min(low + STEP, end))
            for row in self._connection.execute(STATEMENTS["headings"], span).fetchall():
                yield record_of(row, keys=self._keys, read_sealed=self._read_sealed)

    def leaf_hashes(self, start: int, stop: int) -> list[bytes]:
        """Hashes of the leaves [start, stop), made anew from the stored rows.

        Why: a hash that flipped in the file is found here, before anybody is shown it.
        """
        return [leaf_hash(leaf.encode()) for _, leaf in self._rows("leaves", start, stop)]

    def nodes(self, places: Sequence[Place]) -> Nodes:
        """Complete subtrees as stored.

        Raises: KeyError when one is missing: the journal is damaged.
        """
        return node_reader(self._connection)(places)

    def receipt(self, index: int) -> Receipt:
        """A receipt for the batch at an index, under the newest checkpoint that covers it."""
        record = self.batch(index)
        size, root, note = self._covering(index)
        proof = inclusion_proof(index, size, node_reader(self._connection))
        verify_inclusion(leaf_hash(record.leaf_text), index, size, proof, root)
        return Receipt(msgspec.json.decode(record.leaf_text), index, note, [b64(step) for step in proof])

    def checkpoint(self) -> str:
        """The newest checkpoint that is kept; at most a moment older than the newest receipt."""
        return self._covering(-1)[2]

    def consistency(self, old: int, size: int) -> list[bytes]:
        """Proof that the tree of `size` batches only grew from that of `old`."""
        return consistency_proof(old, size, node_reader(self._connection))

    def counts(self) -> JournalCounts:
        """The journal in numbers."""
        totals = self.totals()
        size = totals.frontier.size
        last = self._connection.execute(STATEMENTS["last_received"], (size - 1,)).fetchone()
        return JournalCounts(
            batches=size,
            events=totals.events,
            accepted=totals.accepted,
            rejected=totals.rejected,
            quarantined=self._number("quarantined_count"),
            refused=sum(row[2] for row in self._rows("refused")),
            gaps=self._number("open_gap_count"),
            forks=len(self._rows("forks")),
            tree_size=size,
            root=totals.frontier.root,
            last_received=datetime.fromisoformat(last[0]) if last else None,
        )

    def quarantined(self, device: str | None = None) -> list[Quarantined]:
        """Rejected events of a device, or of all."""
        rows = self._rows("all_quarantined") if device is None else self._rows("quarantined", device)
        return [Quarantined(*row) for row in rows]

    def gaps(self, *, device: str | None = None, installation: str | None = None) -> list[GapNote]:
        """The ledger of gaps, closed ones too: of a device, of an installation, or of all."""
        found = [GapNote(*_dated(row, 8)) for row in self._rows("gap_ledger")]
        wanted = ((device, "device"), (installation, "installation"))
        asked = [(value, name) for value, name in wanted if value is not None]
        return [gap for gap in found if all(getattr(gap, name) == value for value, name in asked)]

    def forks(self) -> list[ForkNote]:
        """The ledger of batches that name another predecessor."""
        return [ForkNote(*_dated(row, 6)) for row in self._rows("fork_ledger")]

    def restored(self) -> list[RestoredNote]:
        """The streams that began with a machine put back, in the order in which they began."""
        return [RestoredNote(*_dated(row, 3)) for row in self._rows("restored")]

    def refusals(self) -> list[RefusedBatch]:
        """Whole batches refused, as far as they were kept one by one."""
        return [RefusedBatch(datetime.fromisoformat(row[0]), *row[1:]) for row in self._rows("refusals")]

    def refused(self) -> dict[tuple[str, str], int]:
        """How many whole batches were refused, by day and code: all of them."""
        return {(day, code): number for day, code, number in self._rows("refused")}

    def _covering(self, index: int) -> tuple[int, bytes, str]:
        row = self._connection.execute(STATEMENTS["newest_checkpoint"], (index,)).fetchone()
        if row is not None:
            return row[0], bytes(row[1]), row[2]
        if self._log_key is None:
            raise Refusal("journal.no-checkpoint", index=index)
        totals = self.totals()
        note = sign_checkpoint(totals.frontier, origin=totals.origin, key=self._log_key)
        return totals.frontier.size, totals.frontier.root, note

    def _rows(self, name: str, *values: Any) -> list[Any]:
        return self._connection.execute(STATEMENTS[name], values).fetchall()

    def _number(self, name: str) -> int:
        return int(self._rows(name)[0][0])


def _dated(row: tuple[Any, ...], start: int) -> tuple[Any, ...]:
    """The row with its columns from `start` on read as moments."""
    return (*row[:start], *(datetime.fromisoformat(text) if text else None for text in row[start:]))
