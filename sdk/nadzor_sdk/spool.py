# SPDX-License-Identifier: Apache-2.0
"""The folder of an installation's streams: the one being written, and those that dead processes left."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from nadzor_sdk import clock, ids
from nadzor_sdk.durable import sync_folder, write_atomic
from nadzor_sdk.health import logger
from nadzor_sdk.placeholders import lost_line
from nadzor_sdk.room import folder_bytes
from nadzor_sdk.stream import Origin, Sealed, Stream, lock_folder
from nadzor_sdk.turns import Turns

NURSERY_S = 3600.0  # a stream is made in milliseconds; a younger folder may be somebody's at work
REFUSED_MAX = 128 * 1024**2  # bytes of refused batches that are kept for a person


class LastStream(Struct, frozen=True):
    """The stream that ended last, cleanly."""

    stream: bytes
    created_ns: int
    last: int


class Refusal(Struct, frozen=True):
    """Why a batch was given up."""

    status: int
    code: str


class Spool:
    """All streams of one installation on this machine.

    Concurrency: any number of processes may use one spool; each owns the streams whose locks it holds.
    """

    def __init__(self, root: Path, *, refused_max: int = REFUSED_MAX) -> None:
        self._root = root
        self._refused_max = refused_max
        self._fresh = not root.exists()
        missing = [folder for folder in root.parents if not folder.exists()]
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (root, *missing):
            _keep_name(folder)
        self.turns = Turns(root)

    def adopt(self) -> list[Stream]:
        """Streams whose owners died, oldest first, torn tails cut, and what damage took declared lost."""
        found = [self._adopt(folder) for folder in self._root.glob("s-*")]
        streams = [stream for stream in found if stream]
        for stream in streams:
            for first, last in stream.log.gaps:
                stream.log.append(lost_line(first, last, "spool.corrupt"))
        return sorted(streams, key=lambda stream: stream.origin.created_ns)

    def held(self) -> list[Path]:
        """Folders of streams that hold records."""
        return [
            folder for folder in self._root.glob("s-*") if any(_size(log) for log in folder.glob("*.log"))
        ]

    def open(self, predecessors: list[Stream]) -> Stream:
        """A new stream that names the one it continues.

        Why: a stream is new for every process and every unclean reopen, because a number that might have
        been used must never be used twice.
        """
        name, made = ids.stream_id(), clock.now_ns()
        after, after_last = self._predecessor(predecessors)
        origin = Origin(name, made, after, after_last, restored=after is None and self._fresh)
        nursery, folder = self._root / f"new-{name.hex()}", self._root / f"s-{name.hex()}"
        nursery.mkdir(mode=0o700)
        lock = lock_folder(nursery)
        assert lock is not None, "nobody else knows this folder"
        write_atomic(nursery / "origin.json", msgspec.json.encode(origin))
        nursery.rename(folder)  # seen by others only with its lock held
        sync_folder(self._root)
        self._fresh = False
        return Stream(folder, lock)

    def finish(self, stream: Stream) -> None:
        """Ends a stream of which everything is settled."""
        if stream.log.last:
            last = LastStream(stream.origin.stream, stream.origin.created_ns, stream.log.last)
            known = self._last()
            if known is None or known.created_ns <= last.created_ns:
                write_atomic(self._root / "last.json", msgspec.json.encode(last))
        stream.destroy()

    def refuse(self, sealed: Sealed, refusal: Refusal) -> None:
        """Keeps a batch that will never be accepted, with the reason; of too many only the reasons."""
        folder = self._root / "refused"
        folder.mkdir(exist_ok=True, mode=0o700)
        name = f"{sealed.header.stream.hex()}-{sealed.header.first}"
        if folder_bytes(folder) + len(sealed.body) <= self._refused_max:
            write_atomic(folder / f"{name}.batch", sealed.encode())
        write_atomic(folder / f"{name}.json", msgspec.json.encode(refusal))

    def last_answer_at(self) -> float | None:
        """When the last receipt of this spool was verified, by any process.  Units: seconds since 1970."""
        try:
            return (self._root / "last-answer.json").stat().st_mtime
        except FileNotFoundError:
            return None

    def keep_answer(self, answer: bytes) -> None:
        """Keeps the last verified answer: the newest checkpoint this installation has seen."""
        fresh = self._root / f"last-answer.{os.getpid()}.new"
        fresh.write_bytes(answer)
        fresh.replace(self._root / "last-answer.json")

    def _adopt(self, folder: Path) -> Stream | None:
        lock = lock_folder(folder)
        if lock is None:
            return None
        try:
            return Stream(folder, lock)
        except (OSError, ValueError) as bad:  # ours, but unreadable: set aside for a person, not tried again
            logger.error("nadzor spool: a stream cannot be read (%s)", type(bad).__name__)
            folder.rename(folder.with_name(folder.name.replace("s-", "damaged-")))
            os.close(lock)
            return None

    def _predecessor(self, streams: list[Stream]) -> tuple[bytes | None, int]:
        """The stream that ended last, orphaned or cleanly; an empty one passes on its own predecessor."""
        named = [(s.origin.created_ns, s.origin.stream, s.log.last) for s in streams if s.log.last]
        named += [
            (s.origin.created_ns, s.origin.after, s.origin.after_last)
            for s in streams
            if not s.log.last and s.origin.after
        ]
        if last := self._last():
            named.append((last.created_ns, last.stream, last.last))
        return max(named)[1:] if named else (None, 0)

    def _last(self) -> LastStream | None:
        try:
            return msgspec.json.decode((self._root / "last.json").read_bytes(), type=LastStream)
        except (FileNotFoundError, msgspec.DecodeError):
            return None


def clear_nurseries(root: Path) -> None:
    """Removes what a process left that died while it made a stream; one at work may finish meanwhile."""
    for folder in root.glob("new-*"):
        with suppress(FileNotFoundError):
            if clock.now_s() - folder.stat().st_mtime > NURSERY_S:
                shutil.rmtree(folder, ignore_errors=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _keep_name(folder: Path) -> None:
    """Makes a folder's own name durable, unless the folder above may not be read.

    Why: what is synced in a folder is lost with the folder's name; a process that made it may have died.
    """
    with suppress(PermissionError):
        sync_folder(folder.parent)
