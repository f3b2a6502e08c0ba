# SPDX-License-Identifier: Apache-2.0
"""The log of one stream on disk: segments of records; a record's place is its sequence number."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from threading import Lock, RLock

from nadzor_sdk.durable import sync_bytes, sync_folder
from nadzor_sdk.records import frame, frames, sound_part

SEGMENT_MAX = 4 * 1024 * 1024  # bytes: what a receipt frees at once
READ_MAX = 1024 * 1024  # bytes read for one batch: keeps a batch under every limit of the wire in any coding


class Retired(Exception):
    """The log takes no more records; another one has taken its place."""


class SegmentLog:
    """Append-only records, numbered from 1.

    Durability: what `append` returned for survives SIGKILL; what `sync` returned for survives power loss.
    Order: by return of `append`. Concurrency: `append` from any thread, also from a signal handler, and
    `sync`; all else from one thread. Absence: `read` never returns a record that is not synced.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = RLock()  # a signal handler may append while its own thread appends
        self._syncing = Lock()
        self._suspect = self._closed = False
        self._stale: list[int] = []  # descriptors of full segments, not yet synced
        self._folder_stale = True
        self._retired = False
        self._cursor = (1, 1, 0)  # sequence number, segment, offset
        self.gaps: list[tuple[int, int]] = []  # numbers that damage has taken
        self.durable = 0
        self._segments = sorted(int(path.stem) for path in folder.glob("*.log"))
        self._end, self._size, self.bytes = self._recover() if self._segments else self._begin(1)
        self._fd = self._open(self._segments[-1])

    @property
    def last(self) -> int:
        """Number of the last record, 0 if there is none."""
        return self._end - 1

    def append(self, line: bytes) -> int:
        """Number of the record, once the system has its bytes.

        Raises: OSError if the disk did not take it: then nothing of it stays. Retired.
        """
        record = frame(line)
        with self._lock:
            if self._retired:
                raise Retired
            if self._size >= SEGMENT_MAX:
                self._roll()
            size, number = len(record), self._end
            try:
                if os.write(self._fd, record) != size:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            except OSError:
                os.ftruncate(self._fd, self._size)
                raise
            self._size += size
            self.bytes += size
            self._end = number + 1
            return number

    def sync(self) -> int:
        """Number of the last record that survives power loss from now on.

        Raises: OSError, from then on always: a descriptor whose sync failed once may have lost its pages.
        """
        with self._syncing:
            if self._closed:
                return self.durable
            if self._suspect:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            self._suspect = True
            self._sync()
            self._suspect = False
            return self.durable

    def _sync(self) -> None:
        with self._lock:
            last, fd, stale, folder_stale = self._end - 1, self._fd, self._stale, self._folder_stale
            if last == self.durable and not folder_stale:
                return
            self._stale, self._folder_stale = [], False
        for old in stale:
            sync_bytes(old)
            os.close(old)
        sync_bytes(fd)
        if folder_stale:
            sync_folder(self._folder)
        self.durable = last

    def read(self, first: int, *, most: int) -> tuple[int, list[bytes | None]]:
        """Up to `most` synced lines from number `first` on, and the number of the first of them.

        A damaged line is None; where damage took numbers, reading goes on after them.
        """
        if self.durable < first:
            return first, []
        known = self._cursor[0] == first and self._cursor[1] in self._segments
        number, segment, offset = self._cursor if known else self._find(first)
        while True:
            lines, offset = self._read_segment(segment, offset, most=min(most, self.durable - number + 1))
            following = [begin for begin in self._segments if begin > segment]
            if lines or not following:
                break
            segment, offset = following[0], 0
            number = max(number, segment)
        self._cursor = (number + len(lines), segment, offset)
        return number, lines

    def drop(self, upto: int) -> None:
        """Removes the segments whose records all have numbers up to this one; the open one stays."""
        with self._lock:
            following = zip(self._segments, self._segments[1:], strict=False)
            full = [begin for begin, end in following if end - 1 <= upto]
            self._segments = self._segments[len(full) :]
            self.bytes -= sum(self._path(begin).stat().st_size for begin in full)
        for begin in full:
            self._path(begin).unlink()

    def salvage(self) -> None:
        """Gives up on syncing: takes no more records and lets `read` return all that the system still has."""
        self.durable = self.retire()

    def retire(self) -> int:
        """Takes no more records; returns the number of the last."""
        with self._lock:
            self._retired = True
            return self.last

    def descriptors(self) -> list[int]:
        """Open descriptors, for a forked child to close."""
        return [] if self._closed else [*self._stale, self._fd]

    def close(self) -> None:
        """Releases the descriptors; nothing is synced."""
        with self._syncing, self._lock:
            if self._closed:
                return
            self._retired = self._closed = True
            for fd in (*self._stale, self._fd):
                os.close(fd)
            self._stale = []

    def _roll(self) -> None:
        self._segments.append(self._end)
        try:
            fd = self._open(self._end)
        except OSError:
            self._segments.pop()
            raise
        self._stale.append(self._fd)
        self._fd, self._size, self._folder_stale = fd, 0, True

    def _begin(self, number: int) -> tuple[int, int, int]:
        self._segments = [number]
        return number, 0, 0

    def _recover(self) -> tuple[int, int, int]:
        """Cuts the torn tail; finds numbers that damage took; syncs what another process had not."""
        end, size, total = self._segments[0], 0, 0
        for begin in self._segments:
            if begin > end:
                self.gaps.append((end, begin - 1))
            count, size = sound_part(self._path(begin).read_bytes())
            end, total = begin + count, total + size
            self._settle(begin, size)
        return end, size, total

    def _settle(self, begin: int, size: int) -> None:
        fd = os.open(self._path(begin), os.O_WRONLY)
        try:
            os.ftruncate(fd, size)
            os.fsync(fd)
        finally:
            os.close(fd)

    def _find(self, number: int) -> tuple[int, int, int]:
        """Place of a record, by reading its segment from the start."""
        segment = max([begin for begin in self._segments if begin <= number], default=self._segments[0])
        offset = 0
        for at, (_, after) in enumerate(frames(self._path(segment).read_bytes()), segment):
            if at >= number:
                break
            offset = after
        return max(number, segment), segment, offset

    def _read_segment(self, segment: int, offset: int, *, most: int) -> tuple[list[bytes | None], int]:
        lines: list[bytes | None] = []
        if most < 1:
            return lines, offset
        with self._path(segment).open("rb") as file:
            file.seek(offset)
            content = file.read(READ_MAX)
        end = 0
        for line, after in frames(content):
            lines.append(line)
            end = after
            if len(lines) == most:
                break
        return lines, offset + end

    def _path(self, begin: int) -> Path:
        return self._folder / f"{begin:012d}.log"

    def _open(self, begin: int) -> int:
        return os.open(self._path(begin), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
