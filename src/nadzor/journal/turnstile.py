# SPDX-License-Identifier: Apache-2.0
"""The queue before the journal's lock: writers of several processes wait in line instead of knocking.

The frontier's row stays the one lock. SQLite alone makes a waiting writer sleep and try again,
longer each time, while the other takes the lock anew: one process would starve.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType


class Turnstile:
    """A file that one process at a time holds.

    Concurrency: whoever waits is woken when the holder leaves, also when it leaves by being killed.
    """

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> None:
        fcntl.flock(self._handle, fcntl.LOCK_EX)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let the file go; again is nothing."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)
