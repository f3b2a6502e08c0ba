# SPDX-License-Identifier: Apache-2.0
"""A process that writes to a journal and dies before its n-th statement; run as a script by the test."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

ACKNOWLEDGED = "acknowledged"


class Deadly:
    """A connection that kills its process before a given statement."""

    def __init__(self, inner, fatal):
        self._inner, self._left = inner, fatal

    def _step(self):
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1

    def execute(self, *statement):
        """One statement nearer to death."""
        self._step()
        return self._inner.execute(*statement)

    def executemany(self, *statement):
        """One statement nearer to death."""
        self._step()
        return self._inner.executemany(*statement)


def place_of(folder, url):
    """A journal in a file of the folder, or on a server."""
    from tests.unit.journal.entries import Place, ServerPlace

    return ServerPlace(folder, url) if url else Place(folder)


def write(place, folder, fatal):
    """Append a group of batches, dying on the way; leave a mark once it is acknowledged."""
    from tests.unit.journal.entries import entry, rejecting

    journal = place.journal()
    journal.append([entry(1, 2)])
    journal._connection = Deadly(journal._connection, fatal)
    journal.append([entry(5, 6, prev=b"x" * 32), rejecting(1, stream=b"2" * 16), entry(stream=b"3" * 16)])
    (folder / ACKNOWLEDGED).touch()
    os._exit(0)


def main(root, deaths, urls):
    """One child for each place to die, each with a database of its own where servers are named."""
    for fatal in range(deaths):
        folder = root / str(fatal)
        folder.mkdir()
        child = os.fork()
        if child == 0:
            write(place_of(folder, urls[fatal] if urls else ""), folder, fatal)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
