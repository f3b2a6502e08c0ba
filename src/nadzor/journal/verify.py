# SPDX-License-Identifier: Apache-2.0
"""The whole journal recomputed from its batches: whatever disagrees with a leaf or a signature is found.

Needs the tables, as they are at one moment, and the log's public key; with the body keys it opens every body.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import islice
from typing import Any, Final

import msgspec

from nadzor.base.directory import KeyEntry
from nadzor.base.problems import Refusal
from nadzor.receipts.tree import Frontier, append
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.merkle import leaf_hash
from nadzor_wire.note import Checkpoint, NoteError, open_note, parse_vkey
from nadzor_wire.receipt import FLAGS, Verdict, assurance, leaf_bytes
from nadzor_wire.suites import SUITES, suite

from .bodies import BodyKeys, Shelf, Shredded
from .fault import Fault
from .reader import STEP, Reader
from .record import BatchRecord
from .replay import Replay
from .sheet import digest_of, receipt_month
from .statements import STATEMENTS
from .store import Connection
from .turn import Totals
from .where import Where

_SHA256: Final = "sha-256=:"
FAULTS_MAX: Final = 1_000  # a journal that bad is not read to the end


def verify_journal(
    place: Where,
    vkey: str,
    *,
    body_keys: BodyKeys | None = None,
    publics: Mapping[str, KeyEntry] | None = None,
) -> list[Fault]:
    """Every disagreement in a journal; an empty list means that it is whole.

    With `publics` (installation keys by keyid) the signature by every known key is checked as well.

    Raises: Refusal journal.missing when there is no journal.
    """
    found: list[Fault] = []
    with closing(Reader(place, body_keys=body_keys)) as reader:
        try:
            with reader.steady():
                found += islice(_Check(reader, vkey, publics or {}).faults(), FAULTS_MAX)
        except (sqlite3.Error, msgspec.DecodeError, ValueError, TypeError, LookupError) as error:
            found.append(Fault("unreadable", None, type(error).__name__))
    return found


class _Check:
    """One pass over a journal, from its first batch to its last."""

    def __init__(self, reader: Reader, vkey: str, publics: Mapping[str, KeyEntry]) -> None:
        self._reader, self._connection = reader, reader.connection
        self._vkey, self._publics = vkey, publics
        self._replay = Replay()
        self._frontier, self._events, self._rejected = Frontier(), 0, 0
        self._noted: dict[int, tuple[bytes, str]] = {}

    def faults(self) -> Iterator[Fault]:
        """Everything that disagrees."""
        yield from _store_faults(self._connection)  # (0) the file's own pages and indexes
        totals = self._reader.totals()
        rows = self._connection.execute(STATEMENTS["checkpoints"])
        self._noted = {row[0]: (bytes(row[1]), row[2]) for row in rows}
        if totals.origin != parse_vkey(self._vkey).name:  # (1) the log that the key speaks for
            yield Fault("origin", None, "the journal belongs to another log")
        yield from _checkpoint_faults(
            self._noted.pop(0, None), self._frontier, self._vkey
        )  # of the empty tree
        for low in range(0, totals.frontier.size, STEP):
            high = min(low + STEP, totals.frontier.size)
            records = list(self._reader.batches(low, high))
            yield from _indexes(records, low, high)  # (2) no row missing
            for record in records:
                yield from self._batch(record)
        yield from self._sums(totals)  # (9) the frontier is the sum of the rows
        yield from _leftovers(self._connection, self._frontier.size, sorted(self._noted))  # (10)
        yield from self._replay.compare(self._connection)  # (11) streams and ledgers are the replayed ones

    def _batch(self, record: BatchRecord) -> Iterator[Fault]:
        yield from _row_faults(record, self._events)  # (3) the row says what its leaf says
        yield from _signature_faults(record, self._publics)  # (4) the leaf says what was signed
        yield from _body_faults(record, keyed=self._reader.has_keys)  # (5) the body is the signed one
        yield from self._replay.take(record)  # (6) its place in its stream
        self._frontier, made = append(self._frontier, [leaf_hash(record.leaf_text)])
        yield from _node_faults(self._connection, made, record.index)  # (7) stored nodes
        noted = self._noted.pop(self._frontier.size, None)
        yield from _checkpoint_faults(noted, self._frontier, self._vkey)  # (8) signed roots
        self._events += record.accepted + record.rejected
        self._rejected += record.rejected

    def _sums(self, totals: Totals) -> Iterator[Fault]:
        counted = (self._frontier, self._events, self._events - self._rejected, self._rejected)
        if counted != (totals.frontier, totals.events, totals.accepted, totals.rejected):
            yield Fault("frontier", self._frontier.size, "differs from the recomputed one")


def _store_faults(connection: Connection) -> Iterator[Fault]:
    """What SQLite finds wrong in its file.

    Why: a row is found by an index, and an index that lost it decides whether a batch is a repeated one.
    """
    if isinstance(connection, sqlite3.Connection):
        said = [row[0] for row in connection.execute("PRAGMA integrity_check(9)")]
        yield from (Fault("store", None, line) for line in said if line != "ok")


def _indexes(records: list[BatchRecord], start: int, stop: int) -> Iterator[Fault]:
    missing = set(range(start, stop)) - {record.index for record in records}
    yield from (Fault("batch", index, "is missing") for index in sorted(missing))


def _row_faults(record: BatchRecord, events_before: int) -> Iterator[Fault]:
    leaf = record.leaf
    if leaf_bytes(leaf) != record.leaf_text:
        yield Fault("leaf", record.index, "is not canonical")
    for name, value in _said(record).items():
        if leaf[name] != value:
            yield Fault("row", record.index, f"{name} differs from the leaf")
    if record.month != receipt_month(record.received_at):
        yield Fault("row", record.index, "month is not that of receipt")
    if record.cum_events != events_before or record.rejected != len(record.verdicts.rejected):
        yield Fault("row", record.index, "counts do not add up")
    if any((verdict.code in FLAGS) != flagged for verdict, flagged in _fates(record)):
        yield Fault("row", record.index, "a verdict stands in the wrong list")
    if record.accepted + record.rejected != record.last - record.first + 1:
        yield Fault("row", record.index, "accepted and rejected are not all events")


def _fates(record: BatchRecord) -> Iterator[tuple[Verdict, bool]]:
    """Every verdict, and whether its event counts.

    Why: the leaf's digest is over all of them, so that a rejected event could be passed off as a flagged one.
    """
    yield from ((verdict, False) for verdict in record.verdicts.rejected)
    yield from ((verdict, True) for verdict in record.verdicts.flagged)


def _said(record: BatchRecord) -> Mapping[str, Any]:
    """The leaf's fields as the row has them."""
    return {
        "stream": b64(record.stream),
        "first": record.first,
        "last": record.last,
        "body": b64(record.body_sha256),
        "installation": record.installation,
        "device": record.device,
        "site": record.site,
        "keyid": record.keyid,
        "received_at": record.received_at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "directory": record.directory,
        "verdicts": digest_of(record.verdicts.rejected, record.verdicts.flagged),
    }


def _signature_faults(record: BatchRecord, publics: Mapping[str, KeyEntry]) -> Iterator[Fault]:
    leaf = record.leaf
    base, stated = unb64(leaf["base"]), _stated(record, "content-digest")
    if stated is None or (stated.startswith(_SHA256) and stated != f"{_SHA256}{b64(record.body_sha256)}:"):
        yield Fault("signature", record.index, "content-digest differs from what was signed")
    if (_stated(record, "content-encoding") or "identity") != record.coding:
        yield Fault("signature", record.index, "content-encoding differs from what was signed")
    if (leaf["signature"] == "") is (assurance(leaf) == "A"):  # level B, and it alone, has none
        yield Fault("signature", record.index, "does not suit what keyid names")
    key = publics.get(record.keyid)
    if key is None or key.suite not in SUITES:
        return
    if not suite(key.suite).verify(unb64(key.public), unb64(leaf["signature"]), base):
        yield Fault("signature", record.index, "is not by the installation's key")


def _stated(record: BatchRecord, component: str) -> str | None:
    """A header that was signed; None for one that was not."""
    start = f'"{component}": '.encode()
    for line in unb64(record.leaf["base"]).split(b"\n"):
        if line.startswith(start):
            return line.removeprefix(start).decode("latin-1")
    return None


def _body_faults(record: BatchRecord, *, keyed: bool) -> Iterator[Fault]:
    if not keyed:
        return
    try:
        coded, stated = record.coded(), _stated(record, "content-digest") or ""
        known = [one for one in SUITES.values() if stated.startswith(f"{one.digest}=")]
        if hashlib.sha256(coded).digest() != record.body_sha256:
            yield Fault("body", record.index, "differs from its digest")
        elif any(one.content_digest(coded) != stated for one in known):
            yield Fault("body", record.index, "differs from the digest that was signed")
    except Shredded:
        if record.keys is not None and not record.keys.was_shredded(Shelf(record.installation, record.month)):
            yield Fault("body", record.index, "its key is gone and was never shredded")
    except Refusal:
        yield Fault("body", record.index, "does not open")


def _node_faults(
    connection: Connection, made: Mapping[tuple[int, int], bytes], index: int
) -> Iterator[Fault]:
    for place, expected in made.items():
        row = connection.execute(STATEMENTS["node"], place).fetchone()
        if row is None or bytes(row[0]) != expected:
            yield Fault("node", index, f"level {place[0]} differs from the recomputed hash")


def _checkpoint_faults(noted: tuple[bytes, str] | None, frontier: Frontier, vkey: str) -> Iterator[Fault]:
    if noted is None:
        return
    root, note = noted
    try:
        said = Checkpoint.parse(open_note(note, vkey))
    except NoteError:
        yield Fault("checkpoint", frontier.size, "is not signed by the log key")
        return
    if (said.size, said.root, root) != (frontier.size, frontier.root, frontier.root):
        yield Fault("checkpoint", frontier.size, "signed another tree")


def _leftovers(connection: Connection, size: int, unmatched: list[int]) -> Iterator[Fault]:
    for beyond in unmatched:
        yield Fault("checkpoint", beyond, "signed a tree that is not there")
    nodes, batches = connection.execute(STATEMENTS["row_counts"]).fetchone()
    if nodes != 2 * size - size.bit_count():
        yield Fault("node", size, "nodes are missing or left over")
    if batches != size:
        yield Fault("batch", size, "rows are missing or left over")
