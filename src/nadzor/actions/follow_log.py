# SPDX-License-Identifier: Apache-2.0
"""Be a monitor: look at a log from outside, compare with what it showed before, and say what is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nadzor.base.durable import write_atomic
from nadzor.base.problems import Refusal
from nadzor.base.web import Site, Unreachable
from nadzor.journal.tiles import checkpoint_of
from nadzor.receipts.following import Alarm, Grown, TileMissing, compare, grow, proved
from nadzor.receipts.tiles import HASH, Tile
from nadzor.receipts.tree import Frontier
from nadzor_wire.cosignature import Cosignature, cosignatures
from nadzor_wire.note import Checkpoint

FULL_EVERY: Final = timedelta(days=1)  # between two readings of every tile
AHEAD: Final = timedelta(minutes=5)  # a witness's clock may run before ours by this much
INTEGRITY: Final = frozenset(
    ("bad-signature", "shrunk", "fork", "rewritten", "split-view", "tile-missing", "tile-altered")
)


class Watch(Struct, frozen=True, kw_only=True):
    """What to look at, and what to expect of it. `log` is the address that `/checkpoint` stands under."""

    log: str
    vkey: str
    state: Path
    witnesses: tuple[str, ...] = ()
    min_witnesses: int = 0
    stale_after: timedelta = timedelta(days=1)
    peers: tuple[str, ...] = ()
    full: bool = False


class Look(Struct, frozen=True, kw_only=True):
    """One look: what was shown, what was read, and every alarm."""

    at: datetime
    log: str
    size: int | None = None
    root: str | None = None
    witnesses: tuple[str, ...] = ()
    tiles: int = 0  # read
    full: bool = False  # whether those were all tiles
    alarms: tuple[Alarm, ...] = ()


class Memory(Struct, frozen=True, kw_only=True):
    """What a monitor knows of a log: kept in its directory, replaced after each look that found it whole."""

    vkey: str
    note: str
    size: int
    hashes: tuple[bytes, ...]
    grown_at: datetime  # when this size was first seen
    full_at: datetime  # when every tile was last read

    @property
    def frontier(self) -> Frontier:
        """The tree as it was added up."""
        return Frontier(self.size, self.hashes)


def follow_log(watch: Watch, *, now: datetime) -> Look:
    """Look once.

    Why: others are asked before the log, so that a log which shows us less than them cannot have grown since;
    what is remembered moves on only when nothing contradicts it.
    Raises: Refusal monitor.damaged, monitor.other-log for a directory that cannot be used.
    """
    memory = _remembered(watch)
    said = [(peer, _peer(peer)) for peer in watch.peers]
    with closing(Site(watch.log)) as site:
        try:
            note = _text(site, "/checkpoint")
        except Unreachable as error:
            return Look(at=now, log=watch.log, alarms=(Alarm("unreachable", f"no checkpoint: {error}"),))
        shown = checkpoint_of(note, watch.vkey)
        if shown is None:
            _keep_evidence(watch, [note])
            told = Alarm("bad-signature", "the checkpoint is not signed by the log")
            return Look(at=now, log=watch.log, alarms=(told,))
        return _Round(watch, site, memory, now).look(note, shown, said)


class _Round:
    """One look, after the log has shown a checkpoint that it signed."""

    def __init__(self, watch: Watch, site: Site, memory: Memory | None, now: datetime) -> None:
        self._watch, self._site, self._memory, self._now = watch, site, memory, now
        self._full = memory is None or watch.full or now >= memory.full_at + FULL_EVERY

    def look(self, note: str, shown: Checkpoint, said: Sequence[tuple[str, str | None]]) -> Look:
        """Compare with memory, read the tiles, compare with others, and count witnesses."""
        watch, memory = self._watch, self._memory
        seen = checkpoint_of(memory.note, watch.vkey) if memory else None
        found = Look(at=self._now, log=watch.log, size=shown.size, root=shown.root.hex())
        if against := compare(seen, shown):
            _keep_evidence(watch, [memory.note if memory else "", note])
            return replace(found, alarms=(against,))
        grown = self._grow(seen, shown)
        found = replace(found, tiles=grown.tiles, full=self._full)
        alarms = [*grown.alarms, *self._against_peers(shown, said)]
        if any(one.code in INTEGRITY for one in alarms):
            kept = [memory.note if memory else "", note, *(text for _, text in said if text)]
            _keep_evidence(watch, kept)
            return replace(found, alarms=tuple(alarms))
        signed = self._witnessed(note, shown)
        after = self._remember(note, shown, grown.frontier)
        alarms += _too_few(watch, signed) + self._stale(after, signed)
        return replace(found, alarms=tuple(alarms), witnesses=tuple(one.name for one in signed))

    def _grow(self, seen: Checkpoint | None, shown: Checkpoint) -> Grown:
        """Read what is new; every tile when it is time, or when what is new raises an alarm."""
        if self._memory is not None and not self._full:
            grown = grow(self._memory.frontier, seen, shown, self._fetch)
            if not grown.alarms:
                return grown
        self._full = True
        return grow(Frontier(), seen, shown, self._fetch)

    def _against_peers(self, shown: Checkpoint, said: Sequence[tuple[str, str | None]]) -> list[Alarm]:
        alarms = []
        for peer, text in said:
            theirs = checkpoint_of(text, self._watch.vkey)
            if text is None:
                alarms.append(Alarm("peer-unreachable", f"{peer} shows no checkpoint"))
            elif theirs is None:
                alarms.append(Alarm("bad-signature", f"{peer} holds a checkpoint that the log did not sign"))
            elif theirs.size > shown.size:
                told = f"{peer} was shown {theirs.size} leaves, we are shown {shown.size}"
                alarms.append(Alarm("split-view", told))
            elif not self._extends(theirs, shown):
                alarms.append(Alarm("split-view", f"{peer} was shown another tree of {theirs.size} leaves"))
        return alarms

    def _extends(self, old: Checkpoint, new: Checkpoint) -> bool:
        try:
            return proved(old, new, self._fetch)
        except TileMissing:
            return False

    def _witnessed(self, note: str, shown: Checkpoint) -> list[Cosignature]:
        """Our witnesses' signatures that are new enough: under the checkpoint, or under one it grew from."""
        signed = self._signed(note)
        if len(signed) >= self._watch.min_witnesses:
            return signed
        try:
            older = _text(self._site, "/witnessed")
        except Unreachable:
            return signed
        theirs = checkpoint_of(older, self._watch.vkey)
        if theirs is None or theirs.size > shown.size or not self._extends(theirs, shown):
            return signed
        return list({one.name: one for one in [*self._signed(older), *signed]}.values())

    def _signed(self, note: str) -> list[Cosignature]:
        oldest = (self._now - self._watch.stale_after).timestamp()
        latest = (self._now + AHEAD).timestamp()
        return [one for one in cosignatures(note, self._watch.witnesses) if oldest <= one.time <= latest]

    def _stale(self, after: Memory, signed: Sequence[Cosignature]) -> list[Alarm]:
        """Nothing newer than the limit: neither growth nor a witness's signature."""
        newest = max([after.grown_at.timestamp(), *(one.time for one in signed)])
        if self._now.timestamp() - newest <= self._watch.stale_after.total_seconds():
            return []
        return [
            Alarm("stale", f"nothing new since {datetime.fromtimestamp(newest, self._now.tzinfo):%F %T}Z")
        ]

    def _remember(self, note: str, shown: Checkpoint, frontier: Frontier) -> Memory:
        before = self._memory
        same = before is not None and before.size == shown.size
        after = Memory(
            vkey=self._watch.vkey,
            note=note,
            size=shown.size,
            hashes=frontier.hashes,
            grown_at=before.grown_at if before is not None and same else self._now,
            full_at=self._now if self._full or before is None else before.full_at,
        )
        self._watch.state.mkdir(parents=True, exist_ok=True)
        write_atomic(self._watch.state / "checkpoint", note.encode())
        write_atomic(self._watch.state / "memory.json", msgspec.json.encode(after))
        return after

    def _fetch(self, tile: Tile) -> bytes:
        """A tile as the log serves it; the beginning of the full one where a partial one is gone."""
        for wanted in (tile, Tile(tile.level, tile.index)):
            try:
                answer = self._site.get(f"/{wanted.path}")
            except Unreachable as error:
                raise TileMissing(tile.path) from error
            if answer.status == 200:
                return answer.body[: tile.width * HASH] if not tile.full and wanted.full else answer.body
        raise TileMissing(tile.path)


def _remembered(watch: Watch) -> Memory | None:
    try:
        found = msgspec.json.decode((watch.state / "memory.json").read_bytes(), type=Memory)
        known = checkpoint_of(found.note, found.vkey)
        good = known is not None and known.size == found.size and found.frontier.root == known.root
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, ValueError) as error:
        raise Refusal("monitor.damaged", at=str(watch.state)) from error
    if not good:
        raise Refusal("monitor.damaged", at=str(watch.state))
    if found.vkey != watch.vkey:
        raise Refusal("monitor.other-log", at=str(watch.state))
    return found


def _peer(peer: str) -> str | None:
    """The checkpoint that somebody else was shown: in a file, or at another address of the log."""
    try:
        if not peer.startswith(("http://", "https://")):
            return Path(peer).read_text("utf-8", errors="replace")
        with closing(Site(peer)) as site:
            return _text(site, "/checkpoint")
    except OSError:
        return None


def _text(site: Site, path: str) -> str:
    answer = site.get(path)
    if answer.status != 200:
        raise Unreachable(f"status {answer.status}")
    return answer.body.decode("utf-8", errors="replace")


def _too_few(watch: Watch, signed: Sequence[Cosignature]) -> list[Alarm]:
    if len(signed) >= watch.min_witnesses:
        return []
    return [Alarm("witness-missing", f"signed by {len(signed)} of {watch.min_witnesses} witnesses")]


def _keep_evidence(watch: Watch, notes: Sequence[str]) -> None:
    """Keep what contradicts: signed notes prove to anyone what the log has said; the same ones once."""
    content = "\n".join(note for note in notes if note).encode()
    folder = watch.state / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(folder / f"{hashlib.sha256(content).hexdigest()[:16]}.txt", content)
