# SPDX-License-Identifier: Apache-2.0
"""What became known in a span of dates, counted: a part of the rollup in memory, to be sealed and written."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from msgspec import Struct

from nadzor.measures.rollup import BLOCK, COLUMNS, MeasureSeal
from nadzor.telemetry.counting import Counted
from nadzor.telemetry.packing import FACES, Layout, Packing
from nadzor.telemetry.rollup_part import SCHEMA, PartWriter, RollupPart, coded, dates, month_of
from nadzor.telemetry.sealing import DayRows, Lines, day_seal

Sealing = dict[date, Future[MeasureSeal]]
WAITING: Final = 4  # blocks between making and writing: 10 MB each
_ONE: Final = timedelta(days=1)


class Family(Struct, frozen=True):
    """The counts of a few measures; each measure and dimension lies in one of the blocks."""

    layout: Layout
    blocks: list[Counted]

    def find(self, measure: str, dimension: str, first: date, last: date) -> Counted:
        """The rows of a measure and dimension known on [first, last]."""
        pair = self.layout.measures.index(measure), self.layout.dimensions.index(dimension)
        since = self.layout.span.since
        bounds = [self.layout.base(*pair, (day - since).days) for day in (first, last + _ONE)]
        for block in self.blocks:
            start, stop = np.searchsorted(block.high, bounds)
            if start < stop:
                return Counted(*(half[start:stop] for half in (block.high, block.low, block.n)))
        nothing = np.array([], np.int64)
        return Counted(nothing, nothing, nothing)


class Rolled:
    """Every family of a span."""

    def __init__(self, pack: Packing, families: list[Family]) -> None:
        self._pack = pack
        self._pairs = sorted(
            ((measure, dimension), family)
            for family in families
            for measure in family.layout.measures
            for dimension in family.layout.dimensions
        )
        self._span = families[0].layout.span

    def write(self, folder: Path, known: list[date], *, apart: date) -> list[RollupPart]:
        """Write what became known on some dates: a part a month, and one of the date that is not over."""
        with ThreadPoolExecutor(1) as sealer, ThreadPoolExecutor(1) as scribe:
            sealing = {day: sealer.submit(self.seal, day) for day in known}
            months = groupby(known, key=lambda day: (month_of(day), day == apart))
            return [part for _, days in months for part in self._part(folder, list(days), sealing, scribe)]

    def seal(self, known: date) -> MeasureSeal:
        """The seal of one date."""
        found = [
            (number, family, family.find(*pair, known, known))
            for number, (pair, family) in enumerate(self._pairs)
        ]
        return day_seal(self._day_rows([one for one in found if len(one[2].n)]))

    def _part(
        self, folder: Path, known: list[date], sealing: Sealing, scribe: ThreadPoolExecutor
    ) -> Iterator[RollupPart]:
        """Rows are made here and written by the scribe; a few blocks wait between them, never all."""
        waiting: deque[Future[None]] = deque()
        with PartWriter(folder) as out:
            try:
                for pair, rows in self._blocks(known[0], known[-1]):
                    _queue(waiting, scribe.submit(out.add, *pair, rows))
            finally:
                wait(waiting)
            for job in waiting:
                job.result()
            told = {day: seal for day in known if (seal := sealing[day].result()).rows}
            if told:
                yield out.finish(told)

    def _blocks(self, first: date, last: date) -> Iterator[tuple[tuple[str, str], pa.Table]]:
        """The rows known on [first, last], measure by measure and split by split."""
        for pair, family in self._pairs:
            counted = family.find(*pair, first, last)
            for start in range(0, len(counted.n), BLOCK):
                yield pair, self._rows(family.layout, pair, counted, start)

    def _rows(self, layout: Layout, pair: tuple[str, str], counted: Counted, start: int) -> pa.Table:
        """A block of counts as rows of the rollup."""
        high, low, n = (half[start : start + BLOCK] for half in (counted.high, counted.low, counted.n))
        same = np.zeros(len(n), np.int32)
        columns = {
            "day": dates(layout.days(low)), "known": dates(layout.known(high)),
            **dict(zip(FACES, coded(layout.part(high, "face"), *self._faces), strict=True)),
            **dict(zip(("measure", "dimension"), coded(same, *([text] for text in pair)), strict=True)),
            "stratum": coded(layout.part(high, "stratum"), self._pack.strata)[0],
            "finding": coded(layout.part(high, "finding"), self._pack.findings)[0],
            "bin": pa.array(layout.bins(low)), "n": pa.array(n),
        }  # fmt: skip
        return pa.table([columns[name] for name in COLUMNS], schema=SCHEMA)

    @cached_property
    def _faces(self) -> list[tuple[str, ...]]:
        """Each column of a face."""
        return list(zip(*self._pack.faces, strict=True))

    @cached_property
    def _lines(self) -> tuple[list[str], ...]:
        """The texts of a seal, in order."""
        pairs = ["\t".join(pair) for pair, _ in self._pairs]
        return pairs, self._pack.strata, self._pack.findings, ["\t".join(face) for face in self._pack.faces]

    def _day_rows(self, found: list[tuple[int, Family, Counted]]) -> DayRows:
        places = [
            np.repeat(
                np.array([number for number, _, _ in found], np.int32), [len(c.n) for _, _, c in found]
            ),
            *(
                _joined([family.layout.part(c.high, name) for _, family, c in found])
                for name in self._pack.widths
            ),
        ]
        texts = tuple(Lines(names, place) for names, place in zip(self._lines, places, strict=True))
        days = _joined([family.layout.days(c.low) for _, family, c in found])
        bins = _joined([family.layout.bins(c.low) for _, family, c in found])
        return DayRows(texts, days, bins, _joined([c.n for _, _, c in found]))


def _joined(pieces: list[Any]) -> Any:
    return np.concatenate(pieces) if pieces else np.array([], np.int32)


def _queue(waiting: deque[Future[None]], job: Future[None]) -> None:
    """Let one more job wait, once the oldest of too many is done."""
    waiting.append(job)
    if len(waiting) > WAITING:
        waiting.popleft().result()
