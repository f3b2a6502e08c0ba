# SPDX-License-Identifier: Apache-2.0
"""How much of the disk the spool may still take, whoever fills it."""

from __future__ import annotations

import os
from pathlib import Path

from nadzor_sdk import clock
from nadzor_sdk.segments import SegmentLog

SHARES = 64  # the folder is looked at again after each such share of the limit: what others wrote is seen
LOOK_AGAIN_S = 1.0  # and, once full, this often: what others freed is seen
RESERVE_MIN = 4096


class Room:
    """Counts every byte of the spool's folder: all streams of all processes, sealed, refused and damaged.

    The last share is a reserve: heartbeats tell that the rest is full, and an adverse event is a duty.
    Concurrency: any thread; between two looks each further process can add one share unseen.
    """

    def __init__(self, root: Path, limit: int) -> None:
        self._root = root
        self._limit = limit
        self._share = max(RESERVE_MIN, limit // SHARES)
        self._elsewhere = 0
        self._looked_at = 0.0
        self.sure = 0  # bytes of the log below which nothing needs to be asked

    def admits(self, log: SegmentLog, *, urgent: bool = False) -> bool:
        """Whether the log may take another record."""
        if log.bytes < self.sure:
            return True
        self.look(log) if log.bytes < self._free() else self.refresh(log)
        return log.bytes <= (self._free() + self._share if urgent else self._free())

    def refresh(self, log: SegmentLog) -> None:
        """Looks again if the last look is old."""
        if clock.monotonic() - self._looked_at >= LOOK_AGAIN_S:
            self.look(log)

    def look(self, log: SegmentLog) -> None:
        """Measures what lies beside this log."""
        own, whole = log.bytes, folder_bytes(self._root)
        self._elsewhere = max(0, whole - own)
        self.sure = min(own + self._share, self._free())
        self._looked_at = clock.monotonic()

    def taken(self, log: SegmentLog) -> int:
        """Bytes of the folder: this log's as of now, all others' as of the last look."""
        return log.bytes + self._elsewhere

    def _free(self) -> int:
        """Bytes that this log may have before only urgent records are taken."""
        return self._limit - self._share - self._elsewhere


def folder_bytes(folder: Path) -> int:
    """Bytes of all files below a folder; what vanishes meanwhile counts nothing."""
    return sum(_size(f"{inner}/{name}") for inner, _, names in os.walk(folder) for name in names)


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except FileNotFoundError:
        return 0
