# SPDX-License-Identifier: Apache-2.0
"""A journal in memory: what telemetry reads, without keys, signatures or a disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from nadzor.journal.bodies import Shredded
from nadzor.journal.sheet import Verdicts
from nadzor_wire.batch import encode_event
from nadzor_wire.event import Event
from nadzor_wire.receipt import Verdict


class TwinBatch(Struct, frozen=True, kw_only=True):
    """One batch as the journal would give it."""

    index: int
    installation: str
    device: str
    site: str
    stream: bytes
    first: int
    last: int
    received_at: datetime
    verdicts: Verdicts
    cum_events: int
    lines: bytes
    shredded: bool = False

    def body(self) -> bytes:
        """The lines, unless their key is gone."""
        if self.shredded:
            raise Shredded(self.installation, "2026-10")
        return self.lines


class TwinJournal:
    """Grows by whole batches; the stream of an installation is its own name unless another is given."""

    def __init__(self) -> None:
        self._batches: list[TwinBatch] = []

    def size(self) -> int:
        """How many batches there are."""
        return len(self._batches)

    def batches(self, start: int = 0, stop: int | None = None) -> Iterator[TwinBatch]:
        """The batches in [start, stop)."""
        yield from self._batches[start:stop]

    def append(
        self,
        events: Sequence[Event | bytes],
        *,
        received_at: datetime,
        installation: str = "i-00000000000a",
        device: str = "ai-001",
        first: int | None = None,
        rejected: Sequence[tuple[int, str]] = (),
        shredded: bool = False,
    ) -> None:
        """A batch of events; `rejected` are offsets of lines and codes."""
        last = self._batches[-1] if self._batches else None
        stream = installation.encode()[-16:].rjust(16, b"-")
        turn = first or 1 + max((b.last for b in self._batches if b.stream == stream), default=0)
        lines = [event if isinstance(event, bytes) else encode_event(event) for event in events]
        batch = TwinBatch(
            index=len(self._batches),
            installation=installation,
            device=device,
            site=f"s-{installation[-4:]}",
            stream=stream,
            first=turn,
            last=turn + len(lines) - 1,
            received_at=received_at,
            verdicts=Verdicts(rejected=tuple(Verdict(turn + k, code) for k, code in rejected)),
            cum_events=last.cum_events + last.last - last.first + 1 if last else 0,
            lines=b"".join(line.rstrip(b"\n") + b"\n" for line in lines),
            shredded=shredded,
        )
        self._batches.append(batch)
