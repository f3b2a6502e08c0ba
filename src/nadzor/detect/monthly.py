# SPDX-License-Identifier: Apache-2.0
"""Monthly looks: the counts of the last months, as they were known a week after the month closed.

A look at month M is taken on the eighth day of the next month, so that late events of its last days are in;
whatever became known later counts from the next look on, and never changes an earlier one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.series import Days, Floats, Ints, dense
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


class Tally:
    """Counts of one block by unit and month, from which those of any number of months follow.

    Method: a row counts from the look at which it was known until its month has left the window.
    """

    def __init__(self, block: Block, unit: Ints, *, units: int, at: Looks) -> None:
        self._at, self._units, self._width = at, units, at.count + 1
        self._counts = np.zeros((units, at.count))
        self._late = block.where(slice(0)), unit[:0]
        if units and at.count and len(block):
            low, month, due = _calendar(block.day)
            column = month - at.first
            column = np.where(column < 0, at.count, np.minimum(column, at.count)).astype(np.int64)
            late = _late(block, due, low)
            self._late = block.where(late), unit[late]
            self._counts = self._by_month(block, unit, column, low)
            self._counts -= self._by_month(*self._late, column, low)

    def trailing(self, months: int) -> Floats:
        """Counts of the last so many months: units (rows) by looks (columns)."""
        before = np.cumsum(np.pad(self._counts, ((0, 0), (months, 0))), axis=1)
        whole = before[:, months:] - np.pad(before, ((0, 0), (0, months)))[:, : self._at.count]
        return whole + self._of_late(months)

    def _by_month(self, block: Block, unit: Ints, column: Ints, low: int) -> Floats:
        cell = column[block.day - np.int64(low)]
        cell += unit * self._width
        counts = np.bincount(cell, block.n, minlength=self._units * self._width)
        return np.asarray(counts.reshape(self._units, self._width)[:, :-1], dtype=np.float64)

    def _of_late(self, months: int) -> Floats:
        """The same of rows that missed the look of their month: they count from a later one on."""
        block, unit = self._late
        if not len(block):
            return np.zeros((self._units, self._at.count))
        happened, known = _months_of(block.day), _months_of(block.known - GRACE_DAYS)
        start = np.maximum(np.maximum(happened, known) - self._at.first, 0)
        end = np.clip(happened + months - self._at.first, 0, self._at.count)
        kept = start < end
        row, n, size = unit[kept] * self._width, block.n[kept], self._units * self._width
        steps = np.bincount(row + start[kept], n, size) - np.bincount(row + end[kept], n, size)
        return np.asarray(np.cumsum(steps.reshape(-1, self._width), axis=1)[:, :-1], dtype=np.float64)


def trailing(block: Block, unit: Ints, *, units: int, at: Looks, months: int) -> Floats:
    """Counts of the last so many months: units (rows) by looks (columns)."""
    return Tally(block, unit, units=units, at=at).trailing(months)


def _late(block: Block, due: Ints, low: int) -> Ints:
    """The rows that became known after the look of their month."""
    waited = block.known - block.day
    some = np.flatnonzero(waited > int((due - np.arange(low, low + len(due))).min()))
    return np.asarray(some[block.known[some] > due[block.day[some] - low]], dtype=np.int64)


class Units:
    """Events and other trials by device, finding and site, or by stratum where the dimension is split.

    `others` are the trials without the event, or all trials where `whole` is asked.
    """

    def __init__(
        self, days: Days, *, events: Sequence[tuple[str, str]], others: Sequence[tuple[str, str]], at: Looks
    ) -> None:
        names = days.columns.names
        part: Literal["site", "stratum"] = "site" if events[0][1] == "all" else "stratum"
        self._parts, self._findings = len(names[part]), len(names["finding"])
        blocks = [days.block(*pair) for pair in (*events, *others)]
        self._known, rows = dense([self._key(block, getattr(block, part)) for block in blocks])
        tallies = [
            Tally(block, row, units=len(self._known), at=at) for block, row in zip(blocks, rows, strict=True)
        ]
        self._seen, self._rest = tallies[: len(events)], tallies[len(events) :]

    def _key(self, block: Block, part: Ints) -> Ints:
        key = block.device.astype(np.int64)
        if self._findings > 1:
            key = key * self._findings + block.finding
        key *= self._parts
        key += part
        return key

    def cells(self, months: int, *, whole: bool = False) -> Cells:
        """Events among the trials of the last so many months.

        A half-made correction may leave negative counts, or more events than trials: those are nothing.
        """
        known, parts, findings = self._known, self._parts, self._findings
        seen, rest = (
            np.maximum(sum(one.trailing(months) for one in some), 0.0) for some in (self._seen, self._rest)
        )
        _, (group,) = dense([known // parts])
        return Cells(
            known // parts // findings, known // parts % findings, known % parts, group,
            np.minimum(seen, rest) if whole else seen, rest if whole else seen + rest,
        )  # fmt: skip


def cells(
    days: Days, *, events: Sequence[tuple[str, str]], others: Sequence[tuple[str, str]], at: Looks,
    months: int, whole: bool = False,
) -> Cells:  # fmt: skip
    """Events among trials over one number of months; see `Units`."""
    return Units(days, events=events, others=others, at=at).cells(months, whole=whole)


def seal_of_look(days: Days, device: str, *, look: date, first: date | None = None) -> tuple[str, int]:
    """The digest of the rows of a device that a look could know, and how many there are."""
    names = days.columns.names["device"]
    code = names.index(device) if device in names else -1
    blocks = {}
    for pair, block in days.columns.blocks.items():
        mine = days.shelf.rows(pair, block, "device", span=(code, code + 1))
        chosen: NDArray[np.bool_] = mine.known <= look.toordinal()
        if first:
            chosen &= mine.day >= first.toordinal()
        blocks[pair] = mine.where(chosen)
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
