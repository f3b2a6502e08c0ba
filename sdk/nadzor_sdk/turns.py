# SPDX-License-Identifier: Apache-2.0
"""Who may move the streams of a spool: its living senders, or somebody who carries batches by hand."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

from nadzor_sdk import clock

POLL_S = 0.05


class Busy(Exception):
    """Somebody else carries batches of this spool at this moment."""


class Turns:
    """One lock for a whole spool.

    Concurrency: an export or a settlement holds it; senders of running clients see that within a second, hand
    over their streams, go on recording into new ones, and take the old ones back when it is free.
    """

    def __init__(self, root: Path) -> None:
        self._path = root / "carrier.lock"

    def taken(self) -> bool:
        """Whether somebody carries; asked by senders before each round."""
        try:
            fd = os.open(self._path, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(fd)
        return False

    @contextmanager
    def take(self, *, within_s: float) -> Iterator[None]:
        """Holds the lock. Raises: Busy."""
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            until = clock.monotonic() + within_s
            while not _locked(fd):
                if clock.monotonic() > until:
                    raise Busy
                sleep(POLL_S)
            yield
        finally:
            os.close(fd)


def _locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
