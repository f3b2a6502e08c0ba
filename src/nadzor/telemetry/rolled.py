# SPDX-License-Identifier: Apache-2.0
"""What became known in a span of dates, counted: a part of the rollup in memory, to be sealed and written."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from msgspec import Struct

from nadzor.measures.rollup import BLOCK, COLUMNS
from nadzor.telemetry.counting import Counted
from nadzor.telemetry.packing import FACES, Layout, Packing
from nadzor.telemetry.rollup_part import SCHEMA, PartWriter, RollupPart, coded, dates, month_of
from nadzor.telemetry.sealing import DayRows, DaySeals, Lines, Numbers, day_seal

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
        with ThreadPoolExecutor(1) as pool:
            sealing = {day: pool.submit(self.seal, day) for day in known}
            months = groupby(known, key=lambda day: (month_of(day), day == apart))
            return [part for _, days in months for part in self._part(folder, list(days), sealing)]

    def seal(self, known: date) -> Any:
        """The seal of one date."""
        found = [
            (number, family, family.find(*pair, known, known))
            for number, (pair, family) in enumerate(self._pairs)
        ]
        return day_seal(self._day_rows([one for one in found if len(one[2].n)]))

    def _part(
        self, folder: Path, known: list[date], sealing: dict[date, Future[Any]]
    ) -> Iterator[RollupPart]:
        with PartWriter(folder) as out:
            for (measure, dimension), family in self._pairs:
                counted = family.find(measure, dimension, known[0], known[-1])
                for start in range(0, len(counted.n), BLOCK):
                    out.add(
                        measure, dimension, self._rows(family.layout, (measure, dimension), counted, start)
                    )
            seals: DaySeals = {day: sealing[day].result() for day in known}
            told = {day: seal for day, seal in seals.items() if seal.rows}
            if told:
                yield out.finish(told)

    def _rows(self, layout: Layout, pair: tuple[str, str], counted: Counted, start: int) -> pa.Table:
        """A block of counts as rows of the rollup."""
        high, low, n = (half[start : start + BLOCK] for half in (counted.high, counted.low, counted.n))
        faces = layout.part(high, "face")
        same = np.zeros(len(n), np.int32)
        columns = {
            "day": dates(layout.days(low)), "known": dates(layout.known(high)),
            **{name: coded(codes[faces], texts) for name, (texts, codes) in self._faces.items()},
            "dimension": coded(same, [pair[1]]), "measure": coded(same, [pair[0]]),
            "stratum": coded(layout.part(high, "stratum"), self._pack.strata),
            "finding": coded(layout.part(high, "finding"), self._pack.findings),
            "bin": pa.array(layout.bins(low)), "n": pa.array(n),
        }  # fmt: skip
        return pa.table([columns[name] for name in COLUMNS], schema=SCHEMA)

    @cached_property
    def _faces(self) -> dict[str, tuple[list[str], Numbers]]:
        """Each column of a face: its texts in order, and the place of each face among them."""
        columns = zip(FACES, zip(*self._pack.faces, strict=True), strict=False)
        found: dict[str, tuple[list[str], Numbers]] = {}
        for name, texts in columns:
            names = sorted(set(texts))
            place = {text: number for number, text in enumerate(names)}
            found[name] = names, np.array([place[text] for text in texts], np.int32)
        return found

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
