# SPDX-License-Identifier: Apache-2.0
"""The whole journal recomputed from its batches: whatever disagrees with a leaf or a signature is found.

Needs the file and the log's public key; with the body keys it also opens every body.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from nadzor.base.problems import Refusal
from nadzor.receipts.tree import Frontier, append
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.merkle import leaf_hash
from nadzor_wire.note import Checkpoint, NoteError, open_note, parse_vkey
from nadzor_wire.receipt import leaf_bytes

from .bodies import BodyKeys, Shredded
from .fault import Fault
from .reader import STEP, Reader
from .record import BatchRecord
from .replay import Replay
from .sheet import digest_of
from .statements import STATEMENTS, connect_reading

FAULTS_MAX: Final = 1_000  # a journal that bad is not read to the end


def verify_journal(path: Path, vkey: str, *, body_keys: BodyKeys | None = None) -> list[Fault]:
    """Every disagreement in a journal; an empty list means that it is whole.

    Raises: Refusal journal.missing when there is no journal.
    """
    found: list[Fault] = []
    reader = Reader(path, body_keys=body_keys)
    try:
        for fault in _faults(reader, connect_reading(path), vkey):
            found.append(fault)
            if len(found) >= FAULTS_MAX:
                break
    except (sqlite3.Error, msgspec.DecodeError, ValueError, TypeError, LookupError) as error:
        found.append(Fault("unreadable", None, type(error).__name__))
    finally:
        reader.close()
    return found


def _faults(reader: Reader, connection: sqlite3.Connection, vkey: str) -> Iterator[Fault]:
    totals, replay = reader.totals(), Replay()
    frontier, events, rejected = Frontier(), 0, 0
    noted = {row[0]: (bytes(row[1]), row[2]) for row in connection.execute(STATEMENTS["checkpoints"])}
    try:
        if totals.origin != parse_vkey(vkey).name:  # (1) the log that the key speaks for
            yield Fault("origin", None, "the journal belongs to another log")
        for low in range(0, totals.frontier.size, STEP):
            records = list(reader.batches(low, min(low + STEP, totals.frontier.size)))
            yield from _indexes(records, low, min(low + STEP, totals.frontier.size))  # (2) no row missing
            for record in records:
                yield from _row_faults(record, events)  # (3) the row says what its leaf says
                yield from _body_faults(record, keyed=reader.has_keys)  # (4) the body is what was signed
                yield from replay.take(record)  # (5) its place in its stream
                frontier, made = append(frontier, [leaf_hash(record.leaf_text)])
                yield from _node_faults(connection, made, record.index)  # (6) stored nodes
                yield from _checkpoint_faults(
                    noted.pop(frontier.size, None), frontier, vkey
                )  # (7) signed roots
                events, rejected = events + record.accepted + record.rejected, rejected + record.rejected
        if (frontier, events, events - rejected, rejected) != (
            totals.frontier,
            totals.events,
            totals.accepted,
            totals.rejected,
        ):  # (8) the frontier is the sum of the rows
            yield Fault("frontier", frontier.size, "differs from the recomputed one")
        yield from _leftovers(connection, frontier.size, sorted(noted))  # (9) nothing beyond the tree
        yield from replay.compare(connection)  # (10) streams and ledgers are the replayed ones
    finally:
        connection.close()


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
    for name, value in _signed(record).items():
        if f'"{name}": {value}' not in unb64(leaf["base"]).decode("latin-1").split("\n"):
            yield Fault("signature", record.index, f"{name} differs from what was signed")
    if record.cum_events != events_before or record.rejected != len(record.verdicts.rejected):
        yield Fault("row", record.index, "counts do not add up")
    if record.accepted + record.rejected != record.last - record.first + 1:
        yield Fault("row", record.index, "accepted and rejected are not all events")


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


def _signed(record: BatchRecord) -> Mapping[str, str]:
    return {"content-digest": f"sha-256=:{b64(record.body_sha256)}:"}


def _body_faults(record: BatchRecord, *, keyed: bool) -> Iterator[Fault]:
    if not keyed:
        return
    try:
        if hashlib.sha256(record.coded()).digest() != record.body_sha256:
            yield Fault("body", record.index, "differs from its digest")
    except Shredded:
        return
    except Refusal:
        yield Fault("body", record.index, "does not open")


def _node_faults(
    connection: sqlite3.Connection, made: Mapping[tuple[int, int], bytes], index: int
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


def _leftovers(connection: sqlite3.Connection, size: int, unmatched: list[int]) -> Iterator[Fault]:
    for beyond in unmatched:
        if beyond != 0:
            yield Fault("checkpoint", beyond, "signed a tree that is not there")
    nodes, batches = connection.execute(STATEMENTS["row_counts"]).fetchone()
    if nodes != 2 * size - size.bit_count():
        yield Fault("node", size, "nodes are missing or left over")
    if batches != size:
        yield Fault("batch", size, "rows are missing or left over")
