# SPDX-License-Identifier: Apache-2.0
"""Recompute the chain of deeds, the tree of deeds and readings, every seal and every tile from the rows.

An operator with the database and all keys can make another history that adds up; it then contradicts any
checkpoint that somebody keeps outside, which is what `kept` is for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final

from msgspec import Struct

from nadzor.actions.seal_audit import AuditLog, audit_log
from nadzor.base.home import Home
from nadzor.receipts.audit_leaf import AuditRow, hash_of, salted
from nadzor.receipts.tiles import HASH, HEIGHT, WIDTH, Tile, tile_bytes, tiles_of
from nadzor.receipts.tree import Frontier, Place, append
from nadzor.records import audit, seals
from nadzor.records.seals import NOTHING, SealCard
from nadzor_wire.base64text import b64
from nadzor_wire.note import Checkpoint, NoteError, note_text, open_note, parse_vkey, vkey

NAMES: Final = {"deed": "deed", "read": "reading"}


class AuditFault(Struct, frozen=True):
    """One thing that does not hold: the part that shows it, the row where it begins, what was found."""

    part: str  # chain, seal, tree, tile, checkpoint, kept
    row: str
    detail: str


class AuditReport(Struct, frozen=True, kw_only=True):
    """The whole check.  `waiting`: rows that no seal covers yet."""

    deeds: int
    size: int
    root: str
    seals: int
    waiting: int
    faults: tuple[AuditFault, ...]


def verify_audit(home: Home, *, kept: Sequence[str] = ()) -> AuditReport:
    """Everything that is wrong, the first wrong row named; `kept`: checkpoints (notes) from outside."""
    log = audit_log(home)
    held, alien = _kept(log, kept)
    reading = _Reading(log, held)
    faults = [*alien, *_chain(), *reading.run()]
    last = seals.last_seal()
    if not reading.broken:
        faults += [*_shown(log, last), *_tiles(log, last, reading.nodes)]
    return AuditReport(
        deeds=audit.head()[0], size=last.size, root=last.root, seals=reading.seals,
        waiting=seals.waiting(), faults=tuple(faults),
    )  # fmt: skip


def _chain() -> Iterator[AuditFault]:
    told = {"gap": "is not the next number", "prev": "does not follow the one before", "entry": "was changed"}
    for one in audit.verify():
        yield AuditFault("chain", f"deed {one.seq}", told[one.what])


def _kept(log: AuditLog, notes: Sequence[str]) -> tuple[list[Checkpoint], list[AuditFault]]:
    """Checkpoints from outside; one that our key did not sign proves nothing."""
    held, alien = [], []
    for note in notes:
        found = signed_by_us(log, note)
        lost = "" if found is None else _lost_by_restore(log, note, found)
        if found is None:
            alien.append(AuditFault("kept", "", "the kept checkpoint is not signed by this audit's key"))
        elif lost:
            alien.append(AuditFault("kept", "", lost))
        else:
            held.append(found)
    return held, alien


def signed_by_us(log: AuditLog, note: str) -> Checkpoint | None:
    """The checkpoint in a note that the audit's key signed, or a former one; None for any other."""
    signed = (_signed_under(public, note) for public in (log.vkey, *(one.vkey for one in log.former)))
    return next((found for found in signed if found is not None), None)


def _signed_under(public: str, note: str) -> Checkpoint | None:
    """The checkpoint in a note that a key signed under the name that it bears."""
    try:
        origin = Checkpoint.parse(note_text(note)).origin
        return Checkpoint.parse(open_note(note, vkey(origin, parse_vkey(public).public)))
    except (NoteError, ValueError):
        return None


def _lost_by_restore(log: AuditLog, note: str, found: Checkpoint) -> str:
    """What was sealed under a former key beyond what came back; empty when nothing was."""
    if _signed_under(log.vkey, note) is not None:
        return ""
    ended = next(one for one in log.former if _signed_under(one.vkey, note) is not None)
    if found.size <= ended.size:
        return ""
    return f"{found.size} rows were sealed under a former key, {ended.size} of them came back from a backup"


class _Reading:
    """One pass over all rows in the order of their leaves."""

    def __init__(self, log: AuditLog, kept: Sequence[Checkpoint]) -> None:
        self.log = log
        self.seals = 0
        self.broken = False
        self.nodes: dict[Place, bytes] = {}
        self._kept = sorted(kept, key=lambda one: one.size)
        self._frontier = Frontier()

    def run(self) -> Iterator[AuditFault]:
        """Faults of seals and rows, up to the first step that does not add up, then of kept checkpoints."""
        before = NOTHING
        for card in seals.seals():
            self.seals += 1
            found = [*_joined(before, card), *self._step(before, card), *_signed(self.log, card)]
            yield from found
            if found:
                self.broken = True
                return
            before = card
        for one in self._kept:
            if one.size > self._frontier.size:
                told = f"{one.size} rows were sealed, {self._frontier.size} are here: the tail was cut"
                yield AuditFault("kept", "", told)

    def _step(self, before: SealCard, card: SealCard) -> Iterator[AuditFault]:
        rows = list(seals.rows_of(card))
        hashes = [hash_of(salted(row, self.log.secret)) for row in rows]
        yield from self._past_kept(hashes)
        self._frontier, made = append(self._frontier, hashes)
        self.nodes |= {place: node for place, node in made.items() if not place[0] % HEIGHT}
        if self._frontier.size != card.size or b64(self._frontier.root) != card.root:
            yield _first_wrong(self.log, before, card, rows, hashes)

    def _past_kept(self, hashes: list[bytes]) -> Iterator[AuditFault]:
        first = self._frontier.size
        for one in self._kept:
            if not first < one.size <= first + len(hashes):
                continue
            if append(self._frontier, hashes[: one.size - first])[0].root != one.root:
                told = f"the first {one.size} rows are not those that were sealed when it was kept"
                yield AuditFault("kept", "", told)


def _joined(before: SealCard, card: SealCard) -> Iterator[AuditFault]:
    """Each step begins where the one before ended."""
    if card.first_deed != before.last_deed + 1 or card.first_read != before.last_read + 1:
        yield AuditFault("seal", f"seal {card.id}", "does not begin where the one before ended")


def _signed(log: AuditLog, card: SealCard) -> Iterator[AuditFault]:
    found = signed_by_us(log, card.checkpoint)
    if found is None:
        yield AuditFault("seal", f"seal {card.id}", "its checkpoint is not signed by the audit's key")
    elif (found.size, b64(found.root)) != (card.size, card.root):
        yield AuditFault("seal", f"seal {card.id}", "its checkpoint speaks of another tree")
    elif _lost_by_restore(log, card.checkpoint, found):
        yield AuditFault("seal", f"seal {card.id}", "is signed by a key that had ended before")


def _first_wrong(
    log: AuditLog, before: SealCard, card: SealCard, rows: Sequence[AuditRow], hashes: Sequence[bytes]
) -> AuditFault:
    """The first row that is not the one whose hash stands in the public tile."""
    published = _published(log, before.size, card.size)
    for row, ours, theirs in zip_longest(rows, hashes, published):
        if ours == theirs:
            continue
        if row is None:
            return AuditFault("tree", f"seal {card.id}", "the last row that it sealed is missing")
        lost = _lost_before(card, rows, row)
        if lost:
            return AuditFault("tree", lost, "was sealed and is missing")
        if theirs is None:
            return AuditFault("tree", _name(row), "was put in after it was sealed")
        return AuditFault("tree", _name(row), "is not what was sealed")
    return AuditFault("seal", f"seal {card.id}", "its size or root is not that of its rows")


def _lost_before(card: SealCard, rows: Sequence[AuditRow], row: AuditRow) -> str:
    """The row whose number is left out just before another, if one is."""
    first = card.first_deed if row.kind == "deed" else card.first_read
    here = {one.n for one in rows if one.kind == row.kind}
    gap = next((n for n in range(first, row.n) if n not in here), None)
    return "" if gap is None else f"{NAMES[row.kind]} {gap}"


def _published(log: AuditLog, start: int, stop: int) -> list[bytes]:
    """Leaf hashes [start, stop) of the public tiles; empty ones where a tile is lost."""
    found: list[bytes] = []
    for index in range(start >> HEIGHT, ((stop - 1) >> HEIGHT) + 1):
        width = min(WIDTH, stop - (index << HEIGHT))
        content = log.files.get(Tile(0, index, width)) or b""
        found += [content[at * HASH : (at + 1) * HASH] for at in range(width)]
    return found[start % WIDTH :]


def _name(row: AuditRow) -> str:
    return f"{NAMES[row.kind]} {row.n}"


def _shown(log: AuditLog, last: SealCard) -> Iterator[AuditFault]:
    """The checkpoint that the world is shown is one of the steps."""
    note = log.files.note()
    if note is None:
        return
    shown = _signed_under(log.vkey, note)
    if shown is None:
        yield AuditFault("checkpoint", "", "is not signed by the audit's key")
        return
    if shown.size > last.size:
        told = f"{shown.size} rows were published, {last.size} are here: the database is an older copy"
        yield AuditFault("checkpoint", "", told)
    elif (card := seals.seal_at(shown.size)) is None or card.root != b64(shown.root):
        yield AuditFault("checkpoint", "", "speaks of another tree than the seals")


def _tiles(log: AuditLog, last: SealCard, nodes: dict[Place, bytes]) -> Iterator[AuditFault]:
    for tile in tiles_of(last.size):
        content = log.files.get(tile)
        if content is None:
            yield AuditFault("tile", "", f"{tile.path} is missing")
        elif content != tile_bytes(tile, nodes):
            yield AuditFault("tile", "", f"{tile.path} differs from the rows")
