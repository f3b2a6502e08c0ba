# SPDX-License-Identifier: Apache-2.0
"""The journal's hands: one transaction for many batches, then the signature over what was committed."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.receipts.checkpoint import sign_checkpoint
from nadzor.receipts.tree import Frontier, append
from nadzor_wire.base64text import unb64
from nadzor_wire.merkle import leaf_hash, verify_inclusion
from nadzor_wire.receipt import Verdict

from .bodies import BodyKeys
from .entry import Conflict, Entry, Foreign, Outcome, RefusalNote, Repeated, Stored
from .nodes import Proofs, node_reader
from .placing import Again, Fresh, Place
from .sheet import Sheet, parse_verdicts, prepare
from .statements import STATEMENTS, founding
from .store import RETRY_S, Store, Unreachable, Unreadable
from .turn import Totals, Turn, read_totals
from .where import Where, store_at

TAIL_CHECKED: Final = (
    256  # newest leaves compared with their nodes at opening: the groups a crash may have cut
)
_Fates = tuple[int, tuple[Verdict, ...], tuple[Verdict, ...]]  # accepted, rejected, flagged
_STORE_FAILURES: Final = (sqlite3.Error, Unreachable, Unreadable)
_FAILURES: Final = (*_STORE_FAILURES, OSError, ValueError, LookupError)


class Journal:
    """The writing side; one a process, used by one thread.

    Durability: `append` returns only after fsync, and only what was read back and recomputed.
    Order: by commit; batches of one call in the order given.
    Concurrency: any number of processes; the frontier's row is their one lock.
    Raises: Refusal journal.unavailable; then nothing of the call was acknowledged, and it may be repeated.
    """

    def __init__(self, store: Store, *, log_key: Ed25519PrivateKey, origin: str, body_keys: BodyKeys) -> None:
        self._store = store
        self._log_key = log_key
        self._origin = origin
        self._keys = body_keys
        self._unsaved: tuple[int, bytes, str] | None = None
        self._doubtful = False
        self._broken = False
        self._line = store.line()
        self._connection = store.writing()

    @classmethod
    def open(cls, place: Where, *, log_key: Ed25519PrivateKey, origin: str, body_keys: BodyKeys) -> Journal:
        """The journal in a file or on a server, made if there is none.

        Raises: Refusal journal.unavailable, or journal.other-log when the tables belong to another log.
        """
        try:
            store = store_at(place)
            store.found(founding(origin))
            journal = cls(store, log_key=log_key, origin=origin, body_keys=body_keys)
            found = journal._opened()
        except _FAILURES as error:
            raise Refusal("journal.unavailable", retry_after_s=RETRY_S) from error
        if found != origin:
            journal.close()
            raise Refusal("journal.other-log", found=found, expected=origin)
        return journal

    def append(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Store what is new and answer for each entry, in order."""
        try:
            sheets = [prepare(entry, self._keys) for entry in entries]
            turn, places = self._commit(sheets, (), Counter())
            self._check(turn)
            note = self._sign(turn.after)
            near = turn.before.frontier.nodes() | turn.made
            proofs = Proofs(turn.after.size, node_reader(self._connection, near=near))
            signed = _Signed(turn, note, proofs)
            return [
                self._outcome(signed, sheet, placed) for sheet, placed in zip(sheets, places, strict=True)
            ]
        except _FAILURES as error:
            self._retreat()
            raise Refusal("journal.unavailable", retry_after_s=RETRY_S) from error

    def count_refused(self, counts: Counter[tuple[str, str]], kept: Sequence[RefusalNote]) -> None:
        """Add refusals to their counts by (day, code), and keep some of them one by one."""
        try:
            self._commit([], kept, counts)
        except _FAILURES as error:
            self._retreat()
            raise Refusal("journal.unavailable", retry_after_s=RETRY_S) from error

    def checkpoint(self) -> str:
        """The signed checkpoint of the tree as committed; it is kept by the next `settle`."""
        return self._sign(read_totals(self._connection).frontier)

    def settle(self) -> None:
        """Keep the checkpoint signed last, if it is not kept yet."""
        if self._unsaved is not None:
            self.count_refused(Counter(), ())

    def close(self) -> None:
        """Keep the last checkpoint and let the file go."""
        with suppress(Refusal):
            self.settle()
        self._connection.close()
        self._line.close()

    def _opened(self) -> str:
        """Look at what is there before anything is added; the origin that it names."""
        try:
            found = read_totals(self._connection).origin
            self._check_tail()
            self.checkpoint()
        except BaseException:
            self._connection.close()
            self._line.close()
            raise
        return found

    def _commit(
        self, sheets: Sequence[Sheet], kept: Sequence[RefusalNote], counts: Counter[tuple[str, str]]
    ) -> tuple[Turn, list[tuple[Place, int]]]:
        """One transaction, after those who came before."""
        if self._broken:
            raise Refusal("journal.damaged", what="leaf")
        with self._line:
            return self._transaction(sheets, kept, counts)

    def _transaction(
        self, sheets: Sequence[Sheet], kept: Sequence[RefusalNote], counts: Counter[tuple[str, str]]
    ) -> tuple[Turn, list[tuple[Place, int]]]:
        """From the lock to the fsync."""
        if self._doubtful:
            self._make_sure()
        for statement in self._store.begin:
            self._connection.execute(statement)
        turn = Turn(self._connection, sheets)
        if turn.before.origin != self._origin:  # the tables were given to another log meanwhile
            raise ValueError("the tables of another log")
        places = [turn.take(sheet) for sheet in sheets]
        turn.write()
        self._write_notes(kept, counts)
        if self._unsaved is not None:
            self._connection.execute(STATEMENTS["put_checkpoint"], self._unsaved)
        try:
            self._connection.execute("COMMIT")
        except _STORE_FAILURES:
            self._resolve(turn)
        self._unsaved = None
        return turn, places

    def _write_notes(self, kept: Sequence[RefusalNote], counts: Counter[tuple[str, str]]) -> None:
        for note in kept:
            row = (note.at.isoformat(), note.digest, note.code, note.seq, note.place, note.keyid)
            self._connection.execute(STATEMENTS["put_refusal"], row)
        for (day, code), number in counts.items():
            self._connection.execute(STATEMENTS["count_refused"], (day, code, number))

    def _check(self, turn: Turn) -> None:
        """Read the committed rows back and recompute the tree from them.

        Why: in 2022 one flipped bit between a leaf and its hash ended a public log for good; what does not
        recompute is never signed.
        """
        start, stop = turn.before.frontier.size, turn.after.size
        rows = self._connection.execute(STATEMENTS["leaves"], (start, stop)).fetchall()
        again, _ = append(turn.before.frontier, [leaf_hash(leaf.encode()) for _, leaf in rows])
        if again != turn.after:
            self._broken = True
            raise Refusal("journal.damaged", what="leaf")

    def _check_tail(self) -> None:
        size = read_totals(self._connection).frontier.size
        rows = self._connection.execute(STATEMENTS["leaves"], (max(0, size - TAIL_CHECKED), size)).fetchall()
        nodes = node_reader(self._connection)([(0, index) for index, _ in rows])
        if any(nodes[0, index] != leaf_hash(leaf.encode()) for index, leaf in rows):
            raise Refusal("journal.damaged", what="leaf")

    def _sign(self, frontier: Frontier) -> str:
        note = sign_checkpoint(frontier, origin=self._origin, key=self._log_key)
        self._unsaved = (frontier.size, frontier.root, note)
        return note

    def _outcome(self, signed: _Signed, sheet: Sheet, placed: tuple[Place, int]) -> Outcome:
        fate, index = placed
        match fate:
            case Conflict() | Foreign():
                return fate
            case Fresh():
                entry = sheet.entry
                fates = (entry.accepted, entry.rejected, entry.flagged)
                return signed.outcome(Stored, index, entry, leaf=sheet.leaf, fates=fates)
            case Again():
                row = self._connection.execute(STATEMENTS["headings"], (index, index + 1)).fetchone()
                kept, leaf = parse_verdicts(row[16]), row[17].encode()
                signed.prove(index, leaf)
                fates = (row[14], kept.rejected, kept.flagged)
                return signed.outcome(Repeated, index, sheet.entry, leaf=leaf, fates=fates)

    def _resolve(self, turn: Turn) -> None:
        """The commit failed and may still have happened: ask the tables on a fresh connection.

        Raises: an error of the store, or ValueError when the batches are not there.
        """
        self._reopen()
        self._doubtful = True
        self._make_sure()
        start = turn.before.frontier.size
        rows = self._connection.execute(STATEMENTS["leaves"], (start, turn.after.size)).fetchall()
        if [leaf.encode() for _, leaf in rows] != [sheet.leaf for sheet in turn.new]:
            raise ValueError("the commit did not happen")

    def _make_sure(self) -> None:
        """Go on only when what is seen is final and durable."""
        self._store.assure(self._connection)
        self._doubtful = False

    def _retreat(self) -> None:
        """Leave nothing half done: a connection that failed is not used again."""
        with suppress(*_STORE_FAILURES):
            self._reopen()

    def _reopen(self) -> None:
        with suppress(*_STORE_FAILURES):
            self._connection.close()
        self._connection = self._store.writing()


class _Signed(Struct, frozen=True):
    """One transaction after its signature: everything its receipts have in common."""

    turn: Turn
    note: str
    proofs: Proofs

    def outcome(self, kind: type[Stored], index: int, entry: Entry, *, leaf: bytes, fates: _Fates) -> Stored:
        """The outcome with its receipt."""
        accepted, rejected, flagged = fates
        return kind(
            index=index,
            leaf=leaf,
            body_sha256=entry.body_sha256,
            checkpoint=self.note,
            proof=self.proofs.of(index),
            expected_seq=self.turn.expected_seq(entry.header.stream),
            accepted=accepted,
            rejected=rejected,
            flagged=flagged,
        )

    def prove(self, index: int, leaf: bytes) -> None:
        """Check a leaf read from the file against the tree before it is vouched for again.

        Raises: ProofError, a ValueError, when the row is not what was signed.
        """
        proof = [unb64(step) for step in self.proofs.of(index)]
        verify_inclusion(leaf_hash(leaf), index, self.turn.after.size, proof, self.turn.after.root)


__all__ = ["RETRY_S", "Journal", "Totals"]
