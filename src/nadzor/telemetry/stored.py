# SPDX-License-Identifier: Apache-2.0
"""What telemetry asks of the journal: batches in their order, and the verdicts stored with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol


class Rejection(Protocol):
    """Why one line does not count: its sequence number and a code."""

    @property
    def seq(self) -> int: ...
    @property
    def code(self) -> str: ...


class StoredVerdicts(Protocol):
    """What the gateway found at receipt; a line that is not rejected counts."""

    @property
    def rejected(self) -> Sequence[Rejection]: ...


class StoredBatch(Protocol):
    """One committed batch.  `cum_events` counts the lines of batches before it; `body` raises Shredded."""

    @property
    def index(self) -> int: ...
    @property
    def installation(self) -> str: ...
    @property
    def device(self) -> str: ...
    @property
    def site(self) -> str: ...
    @property
    def stream(self) -> bytes: ...
    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def received_at(self) -> datetime: ...
    @property
    def verdicts(self) -> StoredVerdicts: ...
    @property
    def cum_events(self) -> int: ...
    def body(self) -> bytes: ...


class Reader(Protocol):
    """The journal as a sequence of batches.

    Order: journal order, indexes without holes.  Concurrency: the journal may grow meanwhile; what was read
    stays.
    """

    def size(self) -> int:
        """How many batches are committed."""
        ...

    def batches(self, start: int, stop: int) -> Iterator[StoredBatch]:
        """The batches with index in [start, stop)."""
        ...


def rejections(batch: StoredBatch) -> dict[int, str]:
    """Rejected lines of a batch: offset of the line and code."""
    return {verdict.seq - batch.first: verdict.code for verdict in batch.verdicts.rejected}
