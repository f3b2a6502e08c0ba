# SPDX-License-Identifier: Apache-2.0
"""Take a backup of a working house.  Nothing is stopped, and no key leaves it.

The order decides whether the parts fit together.  What was shown to the world (tiles, checkpoints) is copied
first: it can only lag behind the journal.  Then register and journals, at one moment.  Then what rows refer
to: a file is on the disk before its row, so every row has its file.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from msgspec import Struct
from rich.progress import Progress

from nadzor.base.home import Home, Log
from nadzor.base.lock import alone
from nadzor.base.problems import Refusal
from nadzor.base.progress import ticker
from nadzor.journal.reader import Reader
from nadzor.receipts.checkpoint import sign_checkpoint
from nadzor_wire.base64text import b64

from .deeds import chain_head, has_deeds, shredded
from .folder import LAKE, SHOWN, Copier, files_below
from .manifest import HELD, FileLine, LogLine, Manifest, read_manifest, write_manifest
from .moment import REGISTER, Source, copy_database, logs_of, one_moment, row_counts
from .shelf import begun, drop_old, whole_backups
from .trace import leave_trace

FEWEST_KEPT: Final = 1


class Taken(Struct, frozen=True):
    """A finished backup.  Units: bytes, of all files and of those that were not linked; leaves."""

    path: str
    taken_at: datetime
    size: int
    root: str
    files: int
    bytes: int
    linked: int
    dropped: int
    left_out: tuple[str, ...]


class Wish(Struct, frozen=True):
    """How a backup is wanted: with lake and rollups, as the last one of this place, keeping so many."""

    with_lake: bool = False
    final: bool = False
    keep: int | None = None


def take_backup(
    home: Home, shelf: Path, *, now: datetime, wish: Wish | None = None, bar: Progress | None = None
) -> Taken:
    """Copy a house into a new folder below `shelf`; what the last backup holds unchanged is linked.

    Raises: Refusal backup.inside, backup.keep, and as `one_moment`; OSError where the disk is full.  Nothing
    of it remains then.
    """
    wish = wish or Wish()
    _must_be_possible(home, shelf, wish)
    with begun(shelf, now) as folder:
        made, linked = _filled(home, folder, shelf, wish, now, bar=bar)
    name = folder.name.removeprefix(".unfinished-")
    leave_trace(home.root, shelf / name, made)
    dropped = drop_old(shelf, wish.keep) if wish.keep else 0
    first = made.logs[0] if made.logs else None
    return Taken(
        path=str(shelf / name),
        taken_at=now,
        size=first.size if first else 0,
        root=first.root if first else "",
        files=len(made.files),
        bytes=made.bytes,
        linked=linked,
        dropped=dropped,
        left_out=made.left_out,
    )


def _must_be_possible(home: Home, shelf: Path, wish: Wish) -> None:
    if shelf.resolve().is_relative_to(home.root.resolve()):
        raise Refusal("backup.inside")
    if wish.keep is not None and wish.keep < FEWEST_KEPT:
        raise Refusal("backup.keep")


def _filled(
    home: Home, folder: Path, shelf: Path, wish: Wish, now: datetime, *, bar: Progress | None = None
) -> tuple[Manifest, int]:
    """Everything copied, the manifest written last."""
    copier = _copier(home, folder, shelf)
    left: list[str] = []
    if wish.with_lake:
        with alone(home.root / ".lake.lock"):
            left += _copy(home, copier, tuple(sorted(LAKE)), bar)
    left += _copy(home, copier, SHOWN, bar)
    told = _copy_moment(home, copier, bar, alone=wish.final)
    done = {line.path for line in copier.lines}
    rest = files_below(home.root, without=LAKE | set(SHOWN))
    tick = ticker(bar, "files", total=len(rest.files))
    for path in rest.files:
        if path not in done and not path.startswith(tuple(f"{part}/" for part in SHOWN)):
            copier.take(path)
        tick()
    copier.settle()
    name, _ = seal = home.seal_key()
    made = Manifest(
        taken_at=now,
        house=home.settings.origin,
        release=version("nadzor"),
        seal_vkey=(home.keys / "seal.vkey").read_text().strip(),
        logs=told.logs,
        files=tuple(sorted(copier.lines, key=lambda line: line.path)),
        rows=told.rows,
        deeds=told.deeds,
        deed=told.deed,
        shredded=told.shredded,
        left_out=tuple(sorted({*left, *rest.left_out})),
        with_lake=wish.with_lake,
        final=wish.final,
    )
    write_manifest(folder, made, seal)
    return made, copier.linked


def _copier(home: Home, folder: Path, shelf: Path) -> Copier:
    """Links to the newest whole backup that can be read; without one, copies."""
    to = folder / HELD
    to.mkdir(mode=0o700)
    for former in reversed(whole_backups(shelf)):
        try:
            lines = {line.path: line for line in read_manifest(former).files}
        except Refusal:
            continue
        return Copier(home.root, to, former / HELD, lines)
    no_lines: dict[str, FileLine] = {}
    return Copier(home.root, to, None, no_lines)


def _copy(home: Home, copier: Copier, parts: tuple[str, ...], bar: Progress | None) -> list[str]:
    """Copy some parts of the data directory; what was left out.

    Why: of tiles the checkpoint goes first: every tile it speaks for lies there already, and stays readable.
    """
    left: list[str] = []
    for part in parts:
        for note in ("checkpoint", "witnessed"):
            if (home.root / part / note).is_file():
                copier.take(f"{part}/{note}")
    done = {line.path for line in copier.lines}
    for part in parts:
        found = files_below(home.root, part)
        left += found.left_out
        tick = ticker(bar, part, total=len(found.files))
        for path in found.files:
            if path not in done:
                copier.take(path)
            tick()
    return left


class _Told(Struct, frozen=True):
    """What the databases say of themselves, all at one moment."""

    logs: tuple[LogLine, ...]
    rows: dict[str, int]
    deeds: int
    deed: str
    shredded: tuple[str, ...]


def _copy_moment(home: Home, copier: Copier, bar: Progress | None, *, alone: bool) -> _Told:
    logs: list[LogLine] = []
    rows: dict[str, int] = {}
    with one_moment(home, alone=alone) as databases:
        for path, source in databases.items():
            to = copier.add(path)
            copy_database(source, to, what=path, bar=bar)
            copier.noted(path)
            rows |= {f"{path}:{table}": count for table, count in row_counts(source).items()}
        deeds, deed, gone = _deeds(databases.get(REGISTER))
    for path, log in logs_of(home):
        if path in databases:
            logs.append(_log_line(copier.add(path), path, log))
    return _Told(tuple(logs), rows, deeds, deed, gone)


def _deeds(register: Source | None) -> tuple[int, str, tuple[str, ...]]:
    if not isinstance(register, sqlite3.Connection) or not has_deeds(register):
        return 0, "", ()
    gone = {f"{shelf.installation}/{shelf.month}" for shelf in shredded(register)}
    return *chain_head(register), tuple(sorted(gone))


def _log_line(copy: Path, path: str, log: Log) -> LogLine:
    """The log as it was copied, and the house's signature over that.

    Why: signed for the frontier of rows that were committed and now lie in the copy as well: a tree that the
    journal has, or is about to sign itself.
    """
    with closing(Reader(copy)) as reader:
        frontier = reader.totals().frontier
    note = sign_checkpoint(frontier, origin=log.origin, key=log.key)
    return LogLine(path, log.vkey, frontier.size, b64(frontier.root), note)
