# SPDX-License-Identifier: Apache-2.0
"""Clients that die before a chosen step towards disk or network; run as a script by the test.

`python -m tests.faults.victim CREDENTIAL SPOOL NOTES LIVES SEED`: lives one after another, on one spool.
A write may also be torn: half of its bytes reach the file first.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import sys

REPORTS, STEPS_MAX = 10, 70
EVENT = {"study": "5" * 32, "version": "1.0", "build": "b" * 64, "outcome": "processed", "modality": "DX"}
STEPS = ("ftruncate", "fsync", "replace", "rename", "mkdir", "unlink", "rmdir")
write = os.write


class Fate:
    """Counts steps down to the fatal one."""

    def __init__(self, left):
        self._left = left

    def step(self, torn=None):
        """One step nearer; a torn write gets half of its bytes out."""
        if self._left == 0:
            if torn:
                write(torn[0], torn[1][: len(torn[1]) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1

    def before(self, deed):
        """The deed, with death perhaps before it."""

        def done(*arguments, **more):
            self.step()
            return deed(*arguments, **more)

        return done

    def hang_over(self, segments):
        """Over every way to the disk and to the network."""
        for name in STEPS:
            setattr(os, name, self.before(getattr(os, name)))
        segments.sync_bytes = self.before(segments.sync_bytes)
        http.client.HTTPConnection.send = self.before(http.client.HTTPConnection.send)
        http.client.HTTPConnection.getresponse = self.before(http.client.HTTPConnection.getresponse)
        os.write = lambda fd, content: (self.step((fd, content)), write(fd, content))[1]


def live(credential, spool, notes, fatal):
    """Report, note each id that was returned, deliver, close; die on the way."""
    from nadzor_sdk import Client, segments

    Fate(fatal).hang_over(segments)
    client = Client(credential, spool=spool, seal_events=4, flush_every_s=0.01, heartbeat_every_s=None)
    for _ in range(REPORTS):
        write(notes, client.study(**EVENT).encode() + b"\n")
    client.flush(5)
    client.close()
    os._exit(0)


def main(credential, spool, notes, lives, seed):
    """One child for each life; says how many did not reach their end."""
    import nadzor_sdk.sender  # noqa: F401  imported once, before the children

    died, noted = 0, os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    chance = random.Random(seed)
    for _ in range(lives):
        fatal = chance.randrange(STEPS_MAX)
        child = os.fork()
        if child == 0:
            live(credential, spool, noted, fatal)
        died += os.WIFSIGNALED(os.waitpid(child, 0)[1])
    os.write(1, str(died).encode())


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5]))
