# SPDX-License-Identifier: Apache-2.0
"""A journal's writing process as the gateway runs it; each line that it says is an acknowledgement.

`python -m tests.faults.journal_writer HOME LIFE GROUPS`: so many groups of batches, one after another. A
group that is refused is handed in again, a few times; the process ends with 0 when all are acknowledged.
With one more word it is careless: it leaves out what makes a commit durable.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.opening import open_journal
from nadzor.journal.sqlite import SqliteStore
from nadzor_wire.base64text import b64
from tests.unit.journal.entries import entry

TRIES = 6


def group(life, number):
    """Two batches of known installations, and every fourth time one of another, new in the first life."""
    stream = life.to_bytes(8, "big") + bytes(8)
    made = [entry(number + 1, stream=stream)]
    made.append(entry(number + 1, stream=stream[:-1] + b"2", body=b"x\n" * 3000))
    if number % 4 == 0:
        other, stream = f"i-{number:012x}", stream[:8] + number.to_bytes(8, "little")
        made.append(entry(stream=stream[:-1] + b"3", installation=other))
    return made


def say(sent, outcome):
    """One acknowledgement; by writev, so that no write of the journal's is confused with it."""
    said = {"leaf": b64(outcome.leaf), "index": outcome.index, "checkpoint": outcome.checkpoint}
    line = msgspec.json.encode(said | {"proof": outcome.proof, "body": b64(sent.coded)})
    os.writev(1, [line, b"\n"])


def append(journal, entries):
    """Hand a group in until it is taken."""
    for left in reversed(range(TRIES)):
        try:
            return journal.append(entries)
        except Refusal as refused:
            os.writev(2, [refused.code.encode(), b"\n"])
            if left == 0:
                raise SystemExit(3) from refused
    raise AssertionError


def main(home, life, groups):
    """Open, append, close."""
    try:
        journal = open_journal(Home.open(home))
    except (Refusal, OSError) as refused:
        os.writev(2, [type(refused).__name__.encode(), b" at opening\n"])
        raise SystemExit(4) from refused
    for number in range(groups):
        entries = group(life, number)
        for sent, outcome in zip(entries, append(journal, entries), strict=True):
            say(sent, outcome)
    journal.close()


def forget_to_sync():
    """What the experiment must find out."""
    careful = SqliteStore.writing

    def writing(self):
        connection = careful(self)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    SqliteStore.writing = writing


if __name__ == "__main__":
    if len(sys.argv) > 4:
        forget_to_sync()
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
