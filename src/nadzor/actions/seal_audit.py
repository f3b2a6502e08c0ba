# SPDX-License-Identifier: Apache-2.0
"""Seal deeds and readings: a step of their tree, its tiles, the row of the step, then the checkpoint.

Why in this order: a crash before the row leaves tiles of a size that nobody saw, and the next run makes
the same bytes again; after it, the checkpoint is one step old, and the next run puts the new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from nadzor.base.home import FormerLog, Home
from nadzor.base.lock import alone
from nadzor.base.problems import Refusal
from nadzor.journal.tiles import TileFiles
from nadzor.receipts.audit_leaf import AuditRow, hash_of, salted, salts_of
from nadzor.receipts.checkpoint import sign_checkpoint
from nadzor.receipts.tiles import new_tiles, root_from_tiles, tile_bytes, tile_reader
from nadzor.receipts.tree import Frontier, Nodes, append, subtrees
from nadzor.records import seals
from nadzor.records.chain import GENESIS, Link, entry_hash
from nadzor.records.seals import SealCard
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.note import Checkpoint, sign_note, vkey

STEP: Final = 4096  # rows of each kind in one step


class AuditLog(Struct, frozen=True):
    """The log of deeds and readings: name, key, secret of its salts, files, logs that ended when restored."""

    origin: str
    key: Ed25519PrivateKey
    secret: bytes
    files: TileFiles
    former: tuple[FormerLog, ...] = ()

    @property
    def vkey(self) -> str:
        """Its public key (C2SP verifier key)."""
        return vkey(self.origin, self.key.public_key())


def audit_log(home: Home) -> AuditLog:
    """The log of this house.

    Raises: Refusal home.damaged when its key was there and is lost.
    """
    origin, key = home.audit_key()
    secret = home.audit_salts() or salts_of(key)
    return AuditLog(origin, key, secret, TileFiles(home.audit_tiles), home.settings.former_audits)


def seal_audit(home: Home, *, now: datetime) -> str | None:
    """Take in everything that waits; what was done, or nothing.

    Raises: Refusal audit.behind, audit.rewritten, audit.broken: what was sealed before is not here any more,
    and nothing is signed over it.
    """
    log = audit_log(home)
    with alone(home.audit_tiles.parent / ".sealing.lock"):
        before = seals.last_seal()
        _must_hold(log, before)
        after = before
        while (grown := _step(log, after, now=now)) is not None:
            after = grown
        _publish(log, after)
    return f"sealed {after.size - before.size} rows" if after.size > before.size else None


def _must_hold(log: AuditLog, last: SealCard) -> None:
    """What the world was shown is what the steps say."""
    shown = log.files.published(log.vkey)
    if shown is None:
        return
    if shown.size > last.size:
        raise Refusal("audit.behind", held=last.size, published=shown.size)
    known = seals.seal_at(shown.size)
    if known is None or known.root != b64(shown.root):
        raise Refusal("audit.rewritten", size=shown.size)


def _step(log: AuditLog, last: SealCard, *, now: datetime) -> SealCard | None:
    """One step; None when nothing waits."""
    deeds, reads = seals.new_deeds(last.last_deed, STEP), seals.new_reads(last.last_read, STEP)
    if not deeds and not reads:
        return None
    _must_follow(last.last_deed, deeds)
    rows = [*(seals.deed_row(link) for link, _entry in deeds), *reads]
    grown = _grow(log, last, rows)
    after = SealCard(
        id=0, at=now,
        first_deed=last.last_deed + 1, last_deed=last.last_deed + len(deeds),
        first_read=last.last_read + 1, last_read=reads[-1].n if reads else last.last_read,
        size=grown.size, root=b64(grown.root),
        checkpoint=sign_checkpoint(grown, origin=log.origin, key=log.key),
    )  # fmt: skip
    seals.keep_seal(after)
    return after


def _must_follow(last: int, deeds: Sequence[tuple[Link, str]]) -> None:
    """Only a chain that holds is signed."""
    prev = (seals.hash_at(last) if last else GENESIS) if deeds else ""
    for seq, (link, entry) in enumerate(deeds, last + 1):
        if link.seq != seq or link.prev != prev or entry_hash(link) != entry:
            raise Refusal("audit.broken", seq=seq)
        prev = entry


def _grow(log: AuditLog, last: SealCard, rows: Sequence[AuditRow]) -> Frontier:
    """Append rows to the tree, write every tile that this made, and prove them from the files."""
    before = _frontier(log, last)
    now, made = append(before, [hash_of(salted(row, log.secret)) for row in rows])
    old = tile_reader(last.size, lambda tile: log.files.get(tile) or b"")
    for tile in new_tiles(last.size, now.size):
        older = [place for place in tile.places if place not in made]
        log.files.put(tile, tile_bytes(tile, {**(old(older) if older else {}), **made}))
    if root_from_tiles(now.size, lambda tile: log.files.get(tile) or b"") != now.root:
        raise Refusal("audit.rewritten", size=last.size)
    return now


def _frontier(log: AuditLog, last: SealCard) -> Frontier:
    """The tree after the last step, from its tiles; from the rows again where tiles are lost or altered."""
    try:
        return _checked(_from_tiles(log, last.size), last)
    except (ValueError, Refusal):
        return _checked(_from_rows(log, last.size), last)


def _from_tiles(log: AuditLog, size: int) -> Frontier:
    places = subtrees(0, size)
    nodes = tile_reader(size, lambda tile: log.files.get(tile) or b"")(places) if places else {}
    return Frontier(size, tuple(nodes[place] for place in places))


def _from_rows(log: AuditLog, size: int) -> Frontier:
    """All tiles anew from the rows."""
    frontier, nodes = Frontier(), dict[tuple[int, int], bytes]()
    for card in seals.seals():
        frontier, made = append(frontier, [hash_of(salted(row, log.secret)) for row in seals.rows_of(card)])
        nodes |= {place: node for place, node in made.items() if not place[0] % 8}
    if frontier.size == size:
        _put_all(log.files, size, nodes)
    return frontier


def _put_all(files: TileFiles, size: int, nodes: Nodes) -> None:
    for tile in new_tiles(0, size):
        files.put(tile, tile_bytes(tile, nodes))


def _checked(found: Frontier, last: SealCard) -> Frontier:
    if found.size != last.size or b64(found.root) != last.root:
        raise Refusal("audit.rewritten", size=last.size)
    return found


def _publish(log: AuditLog, last: SealCard) -> None:
    """Show the newest checkpoint, and take away the partial tiles that a full one holds now."""
    shown = log.files.published(log.vkey)
    if not last.size or (shown is not None and shown.size == last.size):
        return
    log.files.put_note(_note(log, last))
    for tile in new_tiles(shown.size if shown else 0, last.size):
        if tile.full:
            log.files.drop_parts(tile)


def _note(log: AuditLog, last: SealCard) -> str:
    """The checkpoint under the name that the house has now: the step's own, unless it was restored since."""
    return sign_note(Checkpoint(log.origin, last.size, unb64(last.root)).text(), log.origin, log.key)
