# SPDX-License-Identifier: Apache-2.0
"""Events that were dropped and that no heartbeat has told of yet, kept across the death of a process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import RLock

import msgspec

from nadzor_sdk import ids

SIZE = 4096  # bytes, written in full at the start: a count can be kept when the disk has no room left


class Tally:
    """Counts by reason in a file of its own, locked while its process lives.

    Durability: a count survives SIGKILL; power loss can take the last second's. Absence: a file that the
    disk refuses leaves the counts in memory. Concurrency: any thread; a process that dies between writing a
    heartbeat and striking what it told is told of twice, never not at all.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = RLock()  # a signal handler may drop while its own thread counts
        self._counts: dict[str, int] = {}
        self._path: Path | None = None
        self._fd = -1

    def counts(self) -> dict[str, int]:
        """What is to be told."""
        with self._lock:
            return dict(self._counts)

    def add(self, reason: str) -> None:
        """One event was dropped."""
        self._change({reason: 1})

    def told(self, counts: Mapping[str, int]) -> None:
        """A heartbeat that says so is on disk."""
        self._change({reason: -count for reason, count in counts.items()})

    def inherit(self) -> bool:
        """Takes over what dead processes left; whether there was anything."""
        with self._lock:
            if self._fd < 0:
                self._begin()
            found = [path for path in self._root.glob("drops-*.json") if path != self._path]
            return sum(self._take(path) for path in found) > 0

    def release(self) -> None:
        """Leaves what is untold to another process."""
        with self._lock:
            fd, self._fd = self._fd, -1
            if fd >= 0:
                if not self._counts and self._path:
                    self._path.unlink(missing_ok=True)
                self._counts = {}
                os.close(fd)

    def abandon(self) -> None:
        """In a forked child: lets the file be the parent's alone."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def _change(self, by: Mapping[str, int]) -> None:
        with self._lock:
            if self._fd < 0:
                self._begin()
            sums = {
                reason: self._counts.get(reason, 0) + by.get(reason, 0) for reason in {**self._counts, **by}
            }
            self._counts = {reason: count for reason, count in sums.items() if count > 0}
            self._write()

    def _begin(self) -> None:
        """A file of our own, locked before anybody can see it under its name."""
        path = self._root / f"drops-{ids.stream_id().hex()}.json"
        fresh = path.with_name("new-" + path.name)
        with suppress(OSError):
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._fd = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._write()
            fresh.rename(path)
            self._path = path

    def _write(self) -> None:
        if self._fd >= 0:
            with suppress(OSError):
                os.pwrite(self._fd, msgspec.json.encode(self._counts).ljust(SIZE), 0)

    def _take(self, path: Path) -> bool:
        try:
            fd = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left = _counts_of(os.pread(fd, SIZE, 0)) if path.exists() else {}
            self._change(left)
            path.unlink(missing_ok=True)
            return bool(left)
        except OSError:  # its process lives
            return False
        finally:
            os.close(fd)


def _counts_of(content: bytes) -> dict[str, int]:
    try:
        return msgspec.json.decode(content, type=dict[str, int])
    except msgspec.DecodeError:
        return {}
