# SPDX-License-Identifier: Apache-2.0
"""The newest batches of each installation, read from the end of a log and then kept up to date.

Concurrency: one picture a log and process; whoever asks brings it up to date first.
Why: a log is read in its own order, and a page about one device must not read all of it each time.
"""

from __future__ import annotations

from collections import deque
from contextlib import closing
from datetime import datetime
from threading import Lock
from typing import Final

from msgspec import Struct

from nadzor.base.home import Log
from nadzor.base.problems import Refusal
from nadzor.journal.opening import read_log
from nadzor.journal.reader import Reader
from nadzor.journal.record import BatchRecord

REACH: Final = 20_000  # headings looked through on the first look, and after a long time without one
KEPT: Final = 64  # batches of an installation: enough for its rhythm
LOGS_MAX: Final = 8  # pictures kept in one process: a house has two logs, tests have many houses


class Heading(Struct, frozen=True):
    """One batch without its body."""

    index: int
    installation: str
    keyid: str
    received_at: datetime
    first: int
    last: int
    accepted: int
    rejected: int


Newest = dict[str, tuple[Heading, ...]]
"""Headings of each installation, oldest first."""


class _Picture:
    """What is known of one log."""

    def __init__(self) -> None:
        self._start_anew()

    def _start_anew(self) -> None:
        self.size = 0
        self.tip = b""
        self.devices: dict[str, dict[str, deque[Heading]]] = {}

    def follow(self, reader: Reader) -> None:
        """Read what came since; begin anew when the log is not the one that was read."""
        size = reader.size()
        if self.size > size or (self.size and reader.batch(self.size - 1).body_sha256 != self.tip):
            self._start_anew()
        for record in reader.batches(max(self.size, size - REACH), size):
            self._take(record)

    def _take(self, record: BatchRecord) -> None:
        rooms = self.devices.setdefault(record.device, {})
        kept = rooms.setdefault(record.installation, deque(maxlen=KEPT))
        kept.append(_heading(record))
        self.size, self.tip = record.index + 1, record.body_sha256


_pictures: dict[tuple[str, str, str], _Picture] = {}
_alone = Lock()


def newest_batches(log: Log, device: str) -> Newest:
    """The newest batches of a device's installations; empty before the log has any."""
    try:
        reader = read_log(log)
    except Refusal as refusal:
        if refusal.code != "journal.missing":
            raise
        return {}
    with closing(reader), _alone:
        picture = _picture(log)
        picture.follow(reader)
        return {room: tuple(kept) for room, kept in sorted(picture.devices.get(device, {}).items())}


def _picture(log: Log) -> _Picture:
    name = (str(log.journal), log.journal_url, log.schema)
    if name not in _pictures:
        while len(_pictures) >= LOGS_MAX:
            _pictures.pop(next(iter(_pictures)))
        _pictures[name] = _Picture()
    return _pictures[name]


def _heading(record: BatchRecord) -> Heading:
    return Heading(
        record.index, record.installation, record.keyid, record.received_at, record.first, record.last,
        record.accepted, record.rejected,
    )  # fmt: skip
