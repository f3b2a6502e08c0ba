# SPDX-License-Identifier: Apache-2.0
"""Which files of a data directory belong into a backup, and how one is copied or linked."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from msgspec import Struct

from nadzor.base.durable import sync_directory

from .manifest import KEYS, FileLine

BLOCK: Final = 1 << 20
MADE_ANEW: Final = frozenset({"charts", "run", "spool"})  # drawn from the rest, or of this machine only
LAKE: Final = frozenset({"lake", "rollups"})
SHOWN: Final = ("tiles", "sandbox/tiles", "audit", "directory.json")  # what the world was shown of it
_ASIDE: Final = (".lock", ".tmp", ".sqlite3", ".sqlite3-wal", ".sqlite3-shm", ".sqlite3-journal")
_MARKS: Final = frozenset({"read-only", "moved.json", "restored.json", "restoring"})


class Found(Struct, frozen=True):
    """What a walk came upon: files to copy by relative path, and what it will not follow."""

    files: tuple[str, ...]
    left_out: tuple[str, ...]


def files_below(root: Path, part: str = "", *, without: frozenset[str] = frozenset()) -> Found:
    """The files of a directory or of one part of it, in order.

    Why: whatever a room adds is copied unless it is named here: a list of what to copy forgets.  A link in
    the top directory may carry a room to another disk; deeper ones are never followed: they lead anywhere.
    """
    files: list[str] = []
    left: list[str] = []
    skipped = MADE_ANEW | {KEYS} | without
    for path in _walk(root, part, skipped):
        _sort(root, path, files, left)
    return Found(tuple(files), tuple(left))


def _walk(root: Path, part: str, skipped: frozenset[str]) -> Iterator[str]:
    start = root / part
    if start.is_file():
        yield part
        return
    with suppress(FileNotFoundError), os.scandir(start) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            path = f"{part}/{entry.name}" if part else entry.name
            if path in skipped or (not part and entry.name in _MARKS):
                continue
            if entry.is_dir(follow_symlinks=not part) and not _is_keys(root, root / path):
                yield from _walk(root, path, skipped)
            else:
                yield path


def _is_keys(root: Path, path: Path) -> bool:
    return path.resolve().is_relative_to((root / KEYS).resolve())


def _sort(root: Path, path: str, files: list[str], left: list[str]) -> None:
    try:
        path.encode()
    except UnicodeEncodeError:
        left.append(os.fsencode(path).hex())
        return
    try:
        kind = (root / path).lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(kind):
        left.append(path)
    elif not path.endswith(_ASIDE):
        files.append(path)


class Copier:
    """Copies files of one data directory into one backup; what a former backup holds unchanged is linked.

    Durability: every file is fsynced before `take` returns; names are durable after `settle`.
    """

    def __init__(self, root: Path, to: Path, former: Path | None, lines: Mapping[str, FileLine]) -> None:
        self._root, self._to, self._former, self._known = root, to, former, lines
        self._folders: set[Path] = {to}
        self.lines: list[FileLine] = []
        self.linked = 0

    def take(self, path: str) -> None:
        """Copy one file, or link the same bytes; one that is gone meanwhile is left."""
        to = self._place(path)
        try:
            source = _opened(self._root / path)
        except FileNotFoundError:
            return
        with source:
            mode = stat.S_IMODE(os.fstat(source.fileno()).st_mode)
            line = self._linked(path, to, source, mode) or _copied(path, to, source, mode)
        self.lines.append(line)

    def add(self, path: str) -> Path:
        """The place of a file that somebody else writes; `noted` takes it in."""
        return self._place(path)

    def noted(self, path: str) -> None:
        """Take in a file written at the place given."""
        with _opened(self._to / path) as file:
            os.fsync(file.fileno())
            digest, size = digest_of(file)
        self.lines.append(FileLine(path, size, digest))

    def settle(self) -> None:
        """Make all names durable."""
        for folder in self._folders:
            sync_directory(folder)

    def _place(self, path: str) -> Path:
        to = self._to / path
        folder, missing = to.parent, []
        while folder not in self._folders:
            missing.append(folder)
            folder = folder.parent
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
            self._folders.add(folder)
        return to

    def _linked(self, path: str, to: Path, source: BinaryIO, mode: int) -> FileLine | None:
        """The former copy under another name, if it is still what it was and what the file is now.

        Why: a copy that rotted must not be handed on from backup to backup.
        """
        known = self._known.get(path)
        if known is None or self._former is None or os.fstat(source.fileno()).st_size != known.size:
            return None
        same = (known.sha256, known.size)
        try:
            with _opened(self._former / path) as former:
                if digest_of(source) != same or digest_of(former) != same:
                    source.seek(0)
                    return None
            os.link(self._former / path, to, follow_symlinks=False)
        except OSError:
            source.seek(0)
            return None
        self.linked += 1
        return FileLine(path, known.size, known.sha256, mode)


def digest_of(file: BinaryIO) -> tuple[str, int]:
    """SHA-256 and length of the rest of a file."""
    running, size = hashlib.sha256(), 0
    while block := file.read(BLOCK):
        running.update(block)
        size += len(block)
    return running.hexdigest(), size


def copy_open(source: BinaryIO, to: Path, mode: int = 0o600) -> tuple[str, int]:
    """Copy the rest of an open file to a new one, fsynced; SHA-256 and length of what was written."""
    running, size = hashlib.sha256(), 0
    handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(handle, "wb") as target:
        while block := source.read(BLOCK):
            running.update(block)
            size += target.write(block)
        target.flush()
        os.fsync(target.fileno())
    return running.hexdigest(), size


def _copied(path: str, to: Path, source: BinaryIO, mode: int) -> FileLine:
    digest, size = copy_open(source, to)
    return FileLine(path, size, digest, mode)


def open_plain(path: Path) -> BinaryIO:
    """A regular file, open to read; never what a link points at.

    Raises: OSError for anything else.
    """
    return _opened(path)


def _opened(path: Path) -> BinaryIO:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    file = os.fdopen(handle, "rb")
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        file.close()
        raise FileNotFoundError(path)
    return file
