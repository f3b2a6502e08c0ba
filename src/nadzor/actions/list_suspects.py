# SPDX-License-Identifier: Apache-2.0
"""List the batches that came under a key after the moment from which a stranger may have had it."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from nadzor.base.home import Home
from nadzor.journal.opening import read_log
from nadzor.journal.reader import Reader
from nadzor.people.queries import Person
from nadzor.register.keys import HeldKey, held_key

OUT_OF_ORDER: Final = timedelta(
    minutes=10
)  # batches judged side by side stand in the log as they were written


class SuspectBatch(Struct, frozen=True):
    """One batch: where it stands in the log, what it holds. `stream` in hexadecimal."""

    index: int
    received_at: datetime
    stream: str
    first: int
    last: int
    accepted: int
    rejected: int


class Suspects(Struct, frozen=True):
    """The key, and what came under it since; empty while it was not marked as lost."""

    held: HeldKey
    batches: tuple[SuspectBatch, ...]

    @property
    def events(self) -> int:
        """How many accepted events may be a stranger's."""
        return sum(batch.accepted for batch in self.batches)


def list_suspects(home: Home, keyid: str, *, by: Person | None) -> Suspects:
    """Every batch accepted under a lost key since that moment, in the order of the log.

    Raises: Refusal enrol.key-unknown, also for who may not see it; journal.missing.
    """
    held = held_key(by, keyid)
    since = held.key.compromised_since
    if since is None:
        return Suspects(held, ())
    with closing(read_log(home.sandbox() if held.sandbox else home.log)) as reader:
        found = [
            SuspectBatch(
                record.index, record.received_at, record.stream.hex(), record.first, record.last,
                record.accepted, record.rejected,
            )
            for record in reader.batches(_start(reader, since - OUT_OF_ORDER))
            if record.keyid == keyid and record.received_at >= since
        ]  # fmt: skip
    return Suspects(held, tuple(found))


def _start(reader: Reader, moment: datetime) -> int:
    """Index of the first batch received at the moment or after it.

    Why: a long journal is not read from its beginning for the sake of one afternoon.
    """
    low, high = 0, reader.size()
    while low < high:
        middle = (low + high) // 2
        if reader.batch(middle).received_at < moment:
            low = middle + 1
        else:
            high = middle
    return low
