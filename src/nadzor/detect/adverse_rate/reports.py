# SPDX-License-Identifier: Apache-2.0
"""Reports and processed studies as they became known: streams, their reports, and running totals by week.

Days here are days of knowing, not of the event: what was said of a day never changes later.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from msgspec import Struct

from nadzor.detect.series import Days, Floats, Ints, Wanted
from nadzor.detect.window import Window
from nadzor.measures.columns import Block
from nadzor.measures.rollup import ALL

READS: Final[Wanted] = frozenset(
    {
        ("adverse_events", ALL),
        ("adverse_events", "event_type"),
        ("adverse_events", "problem"),
        ("processed", ALL),
    }
)
FAMILIES: Final = ("problem", "event_type", ALL)
WHOLE: Final = 2
"""The place of all reports among the families."""
WEEK: Final = 7
BASELINE_DAYS: Final = 90
NEVER: Final = 2**31


class Ledger(Struct, frozen=True):
    """Streams (a device and a problem, a type, or all its reports) and what was known of them by each week.

    Shapes: `device`, `family`, `stratum` by stream; `before` streams x weeks, reports known before a week;
    `studies` devices x (days + 1), processed before a day; `start` by device, the first week of watching.
    `report_*` are reports in order of stream and day, `rank` the number of that stream's reports so far.
    """

    first: int
    device: Ints
    family: Ints
    stratum: Ints
    before: Floats
    studies: Floats
    start: Ints
    baseline: tuple[Ints, Ints]
    report_stream: Ints
    report_day: Ints
    rank: Floats

    @property
    def weeks(self) -> int:
        """How many weeks there are."""
        return int(self.before.shape[1])


def ledger_of(days: Days, registered: Mapping[str, Window]) -> Ledger | None:
    """The ledger of all devices that processed anything; None where there is nothing to watch."""
    processed = days.block("processed")
    told = [days.block("adverse_events", family) for family in FAMILIES]
    if not len(processed) or not any(map(len, told)):
        return None
    last = max(int(block.known.max()) for block in (processed, *told) if len(block))
    first = min(int(block.known.min()) for block in (processed, *told) if len(block)) // WEEK * WEEK
    length = (last - first) // WEEK * WEEK + WEEK
    devices = len(days.names["device"])
    studies = _running(processed, devices, first, length)
    keys = [_stream_key(block, family, days) for family, block in enumerate(told)]
    streams, place = np.unique(np.concatenate(keys), return_inverse=True)
    known = np.concatenate([block.known for block in told]).astype(np.int64) - first
    cell, inverse = np.unique(place * length + known, return_inverse=True)
    added = np.bincount(inverse, np.concatenate([block.n for block in told]).astype(np.float64))
    stream, day = np.divmod(cell[added > 0], length)
    n = np.asarray(added[added > 0], np.float64)
    rank = np.cumsum(n) - _before_stream(stream, n)
    before = np.zeros((len(streams), length // WEEK))
    np.add.at(before, (stream, day // WEEK), n)
    before = np.cumsum(before, axis=1) - before
    device, rest = np.divmod(streams, len(FAMILIES) * len(days.names["stratum"]))
    family, stratum = np.divmod(rest, len(days.names["stratum"]))
    windows = _windows(studies, days.names["device"], first, registered)
    start = -(-windows[1] // WEEK)
    return Ledger(first, device, family, stratum, before, studies, start, windows, stream, day, rank)


def _stream_key(block: Block, family: int, days: Days) -> Ints:
    strata = len(days.names["stratum"])
    return np.asarray((block.device.astype(np.int64) * len(FAMILIES) + family) * strata + block.stratum)


def _running(block: Block, devices: int, first: int, length: int) -> Floats:
    """Studies known before each day, by device."""
    cell = block.device.astype(np.int64) * length + (block.known - first)
    daily = np.bincount(cell, block.n, minlength=devices * length).reshape(devices, length)
    return np.concatenate((np.zeros((devices, 1)), np.cumsum(np.maximum(daily, 0.0), axis=1)), axis=1)


def _before_stream(stream: Ints, n: Floats) -> Floats:
    """What all earlier streams hold, for each entry."""
    starts = np.flatnonzero(np.diff(stream, prepend=-1))
    size = np.diff(np.append(starts, len(stream)))
    return np.asarray(np.repeat((np.cumsum(n) - n)[starts], size))


def _windows(
    studies: Floats, names: list[str], first: int, registered: Mapping[str, Window]
) -> tuple[Ints, Ints]:
    """The days [from, to) of each device's baseline, counted from the first day of the ledger."""
    busy = np.diff(studies, axis=1) > 0
    begin = np.where(busy.any(axis=1), busy.argmax(axis=1), NEVER)
    end = np.minimum(begin + BASELINE_DAYS, NEVER)
    for device, name in enumerate(names):
        if name in registered and begin[device] < NEVER:
            window = registered[name]
            begin[device], end[device] = (
                max(0, day.toordinal() - first) for day in (window.first, window.after)
            )
    return begin, end
