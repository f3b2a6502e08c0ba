# SPDX-License-Identifier: Apache-2.0
"""Monthly looks: the counts of the last months, as they were known a week after the month closed.

A look at month M is taken on the eighth day of the next month, so that late events of its last days are in;
whatever became known later counts from the next look on, and never changes an earlier one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.series import Days, Floats, Ints
from nadzor.measures.columns import Block

GRACE_DAYS = 8
"""Days of the next month that a look waits for what is late."""
LOOKS_MAX = 240
"""Twenty years of looks: a date of another century does not fill the memory."""
_EPOCH = date(1970, 1, 1).toordinal()


class Looks(Struct, frozen=True):
    """Consecutive months, counted from January 1970, and how many of them."""

    first: int
    count: int

    def day(self, look: int) -> date:
        """The day on which a look is taken."""
        return date.fromordinal(self._start(look + 1) + GRACE_DAYS - 1)

    def window(self, look: int, months: int) -> tuple[date, date]:
        """The days [first, after) of the months that end with a look."""
        return date.fromordinal(self._start(look + 1 - months)), date.fromordinal(self._start(look + 1))

    def _start(self, look: int) -> int:
        month = np.datetime64(self.first + look, "M").astype("datetime64[D]")
        return int(month.astype(np.int64)) + _EPOCH


class Cells(Struct, frozen=True):
    """Events among trials of units (rows) at looks (columns); units of one group are compared.

    Units: device, finding and part are places in the names of the rows; part is a site or a stratum.
    """

    device: Ints
    finding: Ints
    part: Ints
    group: Ints
    events: Floats
    trials: Floats


def looks(days: Days, after: date | None) -> Looks:
    """The looks that rows and calendar allow: from the first month on, taken before `after`."""
    blocks = [block for block in days.columns.blocks.values() if len(block)]
    if not blocks:
        return Looks(0, 0)
    until = after.toordinal() if after else max(int(block.known.max()) for block in blocks) + 1
    first, last = int(_month(days.first)), int(_month(until - GRACE_DAYS))
    return Looks(max(first, last - LOOKS_MAX), max(0, min(last - first, LOOKS_MAX)))


def trailing(block: Block, unit: Ints, *, units: int, at: Looks, months: int) -> Floats:
    """Counts of the last so many months: units (rows) by looks (columns).

    Method: a row counts from the look at which it was known until its month has left the window.
    """
    if not units or not at.count or not len(block):
        return np.zeros((units, at.count))
    low, month, due = _calendar(block.day)
    index = block.day - low
    late = np.flatnonzero(block.known > due[index])
    n = block.n.astype(np.float64)
    n[late] = 0.0
    width = at.count + 1
    column = np.clip(month - at.first, -1, at.count).astype(np.int64)
    column[column < 0] = at.count
    cell = unit * width + column[index]
    counts = np.bincount(cell, n, minlength=units * width).reshape(units, width)[:, :-1]
    before = np.cumsum(np.pad(counts, ((0, 0), (months, 0))), axis=1)
    whole = before[:, months:] - np.pad(before, ((0, 0), (0, months)))[:, : at.count]
    return whole + _late(block.where(late), unit[late], units=units, at=at, months=months)


def _late(block: Block, unit: Ints, *, units: int, at: Looks, months: int) -> Floats:
    """The same of rows that missed the look of their month: they count from a later one on."""
    width = at.count + 1
    if not len(block):
        return np.zeros((units, at.count))
    happened, known = _months_of(block.day), _months_of(block.known - GRACE_DAYS)
    start = np.maximum(np.maximum(happened, known) - at.first, 0)
    end = np.clip(happened + months - at.first, 0, at.count)
    kept = start < end
    row, n = unit[kept] * width, block.n[kept]
    steps = np.zeros(units * width)
    np.add.at(steps, row + start[kept], n)
    np.subtract.at(steps, row + end[kept], n)
    return np.asarray(np.cumsum(steps.reshape(units, width), axis=1)[:, :-1], dtype=np.float64)


def cells(
    days: Days, *, events: Sequence[tuple[str, str]], others: Sequence[tuple[str, str]], at: Looks,
    months: int, whole: bool = False,
) -> Cells:  # fmt: skip
    """Events among trials by device, finding and site, or by stratum where the dimension is split.

    `others` are the trials without the event, or all trials where `whole` is said.  A half-made correction
    may leave negative counts, or more events than trials: those are nothing.
    """
    blocks = [days.block(*pair) for pair in (*events, *others)]
    by_site = events[0][1] == "all"
    part = [block.site if by_site else block.stratum for block in blocks]
    parts = len(days.columns.names["site" if by_site else "stratum"])
    findings = len(days.columns.names["finding"])
    keys = [
        (block.device.astype(np.int64) * findings + block.finding) * parts + some
        for block, some in zip(blocks, part, strict=True)
    ]
    known, of_row = dense(np.concatenate(keys) if keys else np.array([], np.int64))
    rows = np.split(of_row, np.cumsum([len(key) for key in keys])[:-1])
    counts = [
        trailing(block, row, units=len(known), at=at, months=months)
        for block, row in zip(blocks, rows, strict=True)
    ]
    seen = np.maximum(sum(counts[: len(events)]), 0.0)
    rest = np.maximum(sum(counts[len(events) :]), 0.0)
    group = dense(known // parts)[1]
    return Cells(
        known // parts // findings, known // parts % findings, known % parts, group,
        np.minimum(seen, rest) if whole else seen, rest if whole else seen + rest,
    )  # fmt: skip


def seal_of_look(days: Days, device: str, *, look: date, first: date | None = None) -> tuple[str, int]:
    """The digest of the rows of a device that a look could know, and how many there are."""
    names = days.columns.names["device"]
    code = names.index(device) if device in names else -1
    blocks = {}
    for pair, block in days.columns.blocks.items():
        chosen: NDArray[np.bool_] = (block.device == code) & (block.known <= look.toordinal())
        if first:
            chosen &= block.day >= first.toordinal()
        blocks[pair] = block.where(chosen)
    return Days(type(days.columns)(days.columns.names, blocks), blocks).seal()


def _month(ordinal: int) -> int:
    return int(np.datetime64(ordinal - _EPOCH, "D").astype("datetime64[M]").astype(np.int64))


def _calendar(ordinals: Ints) -> tuple[int, Ints, Ints]:
    """The first day that occurs, and for it and all days after it the month and the day of its first look."""
    low = int(ordinals.min())
    day = np.arange(low, int(ordinals.max()) + 1) - _EPOCH
    month = day.astype("datetime64[D]").astype("datetime64[M]")
    following = (month + 1).astype("datetime64[D]").astype(np.int64)
    return low, month.astype(np.int64), following + _EPOCH + GRACE_DAYS - 1


def _months_of(ordinals: Ints) -> Ints:
    """The month of each day."""
    low, month, _ = _calendar(ordinals)
    return np.asarray(month[ordinals - low], dtype=np.int64)


def dense(keys: Ints) -> tuple[Ints, Ints]:
    """The keys that occur, in order, and the place of each key among them."""
    if len(keys) and int(keys.max()) < 1 << 24:
        present = np.bincount(keys) > 0
        return np.flatnonzero(present), np.asarray((np.cumsum(present) - 1)[keys], dtype=np.int64)
    known, of_row = np.unique(keys, return_inverse=True)
    return known.astype(np.int64), of_row.astype(np.int64)
