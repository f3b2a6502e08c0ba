# SPDX-License-Identifier: Apache-2.0
"""Show the published checkpoint to the log's witnesses, and keep what they sign beside it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog
from msgspec import Struct

from nadzor.base.durable import write_atomic
from nadzor.base.home import Home, Witness
from nadzor.base.problems import Refusal
from nadzor.base.web import Answer, Site, Unreachable
from nadzor.journal.tiles import WITNESSED, TileFiles
from nadzor.receipts.tiles import Tile, tile_reader
from nadzor.receipts.tree import consistency_proof
from nadzor.receipts.witnessing import render_request
from nadzor_wire.cosignature import cosignatures
from nadzor_wire.note import Checkpoint, NoteError, note_text, vkey

log = structlog.get_logger()

AGAIN: Final = timedelta(
    minutes=10
)  # an old tree is shown again: its newest signature says that it still stands
PAUSE: Final = timedelta(seconds=30)  # after a failure, doubled up to
PAUSE_MAX: Final = timedelta(minutes=10)
TIMEOUT_S: Final = 10.0
ANSWER_MAX: Final = 16_384


class Standing(Struct, frozen=True):
    """How we stand with one witness."""

    size: int = 0  # of the tree that it signed last
    signed_at: datetime | None = None
    failures: int = 0  # in a row
    asked_at: datetime | None = None
    trouble: str = ""
    line: str = ""  # its newest signature

    def due(self, size: int, now: datetime) -> bool:
        """Whether to ask it now, for a tree of this size."""
        if self.failures and self.asked_at is not None:
            return now >= self.asked_at + min(PAUSE * (1 << min(self.failures - 1, 8)), PAUSE_MAX)
        return self.signed_at is None or size != self.size or now >= self.signed_at + AGAIN


class Contradiction(Exception):
    """A witness has seen another history of this log than the one that we publish."""


def ask_witnesses(home: Home, *, now: datetime) -> str | None:
    """Ask each witness that is due, for the journal and for the audit. Returns who signed which, or nothing.

    Why: the checkpoints are public already; a witness that is slow or down delays nobody.
    """
    home = Home.open(home.root)  # as `nadzor witness add` left them a moment ago
    logs = [(TileFiles(home.tiles), home.log_vkey, "")]
    if (home.keys / "audit.vkey").exists():
        name, key = home.audit_key()
        logs.append((TileFiles(home.audit_tiles), vkey(name, key.public_key()), " of the audit"))
    told = [_ask_all(home.settings.witnesses, *each, now=now) for each in logs]
    return ", ".join(one for one in told if one) or None


def _ask_all(
    witnesses: tuple[Witness, ...], files: TileFiles, public: str, told: str, *, now: datetime
) -> str | None:
    """Show one log's checkpoint to those that are due."""
    note, published = files.note(), files.published(public)
    if not witnesses or note is None or published is None:
        return None
    before = _standings(files)
    due = [one for one in witnesses if before.get(one.vkey, Standing()).due(published.size, now)]
    if not due:
        return None
    with ThreadPoolExecutor(len(due)) as pool:
        asked = pool.map(lambda one: _ask(one, before.get(one.vkey, Standing()), files, note, now), due)
        after = before | {one.vkey: standing for one, standing in zip(due, asked, strict=True)}
    known = {one.vkey: after.get(one.vkey, Standing()) for one in witnesses}
    write_atomic(files.root / _FILE, msgspec.json.encode(known))
    signed = [one for one in known.values() if one.size == published.size and one.line]
    if not signed:
        return None
    files.put_note(note + "".join(one.line for one in signed), WITNESSED)
    return f"{len(signed)} of {len(witnesses)} witnesses signed {published.size}{told}"


def standings(home: Home) -> dict[str, Standing]:
    """How we stand with the witnesses of the journal, by key."""
    return _standings(TileFiles(home.tiles))


def _standings(files: TileFiles) -> dict[str, Standing]:
    try:
        return msgspec.json.decode((files.root / _FILE).read_bytes(), type=dict[str, Standing])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}


def _ask(one: Witness, before: Standing, files: TileFiles, note: str, now: datetime) -> Standing:
    """Its standing after one conversation; whatever goes wrong is written there."""
    shown = Checkpoint.parse(note_text(note))
    try:
        with closing(Site(one.url, timeout_s=TIMEOUT_S, limit=ANSWER_MAX)) as site:
            line = _converse(site, min(before.size, shown.size), files, note, shown)
        found = cosignatures(note + line, [one.vkey])
        if not found:
            raise Unreachable("its answer holds no valid signature")
        moment = datetime.fromtimestamp(found[0].time, now.tzinfo)
        return Standing(size=shown.size, signed_at=moment, asked_at=now, line=line)
    except (Unreachable, NoteError, Refusal, Contradiction) as error:
        told = f"{type(error).__name__}: {error}"
        if isinstance(error, Contradiction):
            log.error("witness.contradicts", url=one.url, size=shown.size, why=str(error))
        elif not before.failures:
            log.warning("witness.unreachable", url=one.url, why=told)
        return msgspec.structs.replace(before, failures=before.failures + 1, asked_at=now, trouble=told)


def _converse(site: Site, old: int, files: TileFiles, note: str, shown: Checkpoint) -> str:
    """Ask; where the witness stands at another size, prove growth from there and ask once more."""
    answer = _post(site, old, files, note, shown)
    if answer.status == 409 and (size := _size_in(answer)) != old:
        if size > shown.size:
            raise Contradiction("it has signed a larger tree")
        answer = _post(site, size, files, note, shown)
    if answer.status in (409, 422):
        raise Contradiction("it has signed another root")
    if answer.status != 200:
        raise Unreachable(f"status {answer.status}")
    return answer.body.decode("utf-8", errors="replace")


def _post(site: Site, old: int, files: TileFiles, note: str, shown: Checkpoint) -> Answer:
    read = tile_reader(shown.size, lambda tile: _held(files, tile))
    proof = consistency_proof(old, shown.size, read)
    return site.post("/add-checkpoint", render_request(old, proof, note))


def _size_in(answer: Answer) -> int:
    text = answer.body.decode("latin-1").strip()
    if not text.isdecimal() or len(text) > 16:
        raise Unreachable("its conflict names no size")
    return int(text)


def _held(files: TileFiles, tile: Tile) -> bytes:
    content = files.get(tile)
    if content is None:
        raise Refusal("log.tile-lost", tile=tile.path)
    return content


_FILE: Final = "witnesses.json"
