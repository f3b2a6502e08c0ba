# SPDX-License-Identifier: Apache-2.0
"""Where a batch belongs in its stream: new, stored before, overlapping, or somebody else's. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from nadzor_wire.batch import BatchHeader

from .entry import Conflict, Declared, Foreign

START = 1  # the first number of every stream


class Arrival(Struct, frozen=True):
    """What decides a batch's place: whose it is, what it says of itself, which bytes."""

    installation: str
    header: BatchHeader
    body_sha256: bytes


class Progress(Struct, frozen=True):
    """How far a stream has come."""

    installation: str
    opened: int  # index of its first batch
    next_seq: int
    tail: bytes  # body_sha256 of its batch stored last
    after: bytes | None = None
    after_last: int = 0
    restored: bool = False


class Held(Struct, frozen=True):
    """A stored batch that begins at the same number."""

    index: int
    first: int
    last: int
    body_sha256: bytes


class Gap(Struct, frozen=True):
    """Numbers that did not arrive in their turn."""

    first: int
    last: int
    found_by: int


class Fresh(Struct, frozen=True):
    """A new batch, with what it shows or mends."""

    gap: tuple[int, int] | None = None  # numbers it jumped over
    fills: Gap | None = None  # an open gap it lies in
    forks: bytes | None = None  # the predecessor it should have named


class Again(Struct, frozen=True):
    """The same bytes at the same place, stored before."""

    index: int


Place: TypeAlias = Fresh | Again | Conflict | Foreign


def place(arrival: Arrival, progress: Progress | None, *, held: Held | None, gaps: Iterable[Gap]) -> Place:
    """The one place of a batch in its stream.

    Why: a late fill is not asked for its predecessor: it was sealed when an older batch was the last one.
    """
    header = arrival.header
    if progress is None:  # (1) the first batch of a stream
        return _onward(arrival, START, bytes(32))
    if progress.installation != arrival.installation:  # (2) a stream has one owner for ever
        return Foreign()
    if held is not None and _same(arrival, held):  # (3) sent before, receipted before
        return Again(held.index)
    if header.first >= progress.next_seq:  # (4) onward, perhaps with a jump
        return _onward(arrival, progress.next_seq, progress.tail)
    for gap in gaps:  # (5) a late fill
        if gap.first <= header.first and header.last <= gap.last:
            return Fresh(fills=gap)
    return Conflict(progress.next_seq)  # (6) some numbers are taken by other bytes


def advanced(arrival: Arrival, progress: Progress | None, index: int) -> Progress:
    """The stream after this batch was stored at an index."""
    header = arrival.header
    if progress is None:
        return Progress(
            arrival.installation,
            index,
            header.last + 1,
            arrival.body_sha256,
            header.after,
            header.after_last,
            header.restored,
        )
    return Progress(
        progress.installation,
        progress.opened,
        max(progress.next_seq, header.last + 1),
        arrival.body_sha256,
        progress.after,
        progress.after_last,
        progress.restored,
    )


def progress_of(row: Sequence[Any]) -> Progress:
    """The progress in a row of the stream table."""
    _stream, installation, opened, next_seq, tail, after, after_last, restored = row
    return Progress(installation, opened, next_seq, tail, after, after_last, bool(restored))


def remains(gap: Gap, first: int, last: int) -> list[tuple[int, int]]:
    """What is left of a gap after [first, last] filled a part of it."""
    parts = [(gap.first, first - 1), (last + 1, gap.last)]
    return [part for part in parts if part[0] <= part[1]]


def covered_by(gap: Gap, told: Iterable[Declared]) -> str | None:
    """The code under which all of a gap was declared lost, by one declaration or several together."""
    reached, code = gap.first - 1, None
    for one in sorted(told, key=lambda one: (one.first, one.last)):
        if reached < gap.last and one.first <= reached + 1 <= one.last:
            reached, code = one.last, one.code
    return code if reached >= gap.last else None


def _onward(arrival: Arrival, expected: int, tail: bytes) -> Fresh:
    first = arrival.header.first
    return Fresh(
        gap=(expected, first - 1) if first > expected else None,
        forks=tail if arrival.header.prev != tail else None,
    )


def _same(arrival: Arrival, held: Held) -> bool:
    header = arrival.header
    return (header.first, header.last, arrival.body_sha256) == (held.first, held.last, held.body_sha256)
