# SPDX-License-Identifier: Apache-2.0
"""Writers of one directory take turns: a job and a person may both ask for a load."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def in_turn(directory: Path) -> Iterator[None]:
    """Wait until nobody else writes to a directory, then be the one.

    Why flock: the lock goes with its process, so a crash leaves none behind.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".turn").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
