# SPDX-License-Identifier: Apache-2.0
"""A public table: a fixed grid of figures, each shown, in a band, or absent for a reason that is told."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import assert_never

import msgspec

from nadzor.base.problems import Text
from nadzor.disclosure.guard import Hidden, Shown
from nadzor.disclosure.guard import said as plainly

NOT_COLLECTED = Text(ru="не собирается", en="not collected")
NOT_YET = Text(ru="период не завершён", en="period not complete")


class Band(msgspec.Struct, frozen=True, tag="band"):
    """A figure between two edges, both inclusive; `high` None: no upper edge.  Never shown as a point.

    Units: those of the measure: a count, or hundredths of a percent for a share.
    """

    low: int
    high: int | None


class NotCollected(msgspec.Struct, frozen=True, tag="not_collected"):
    """Nobody sends what this figure would be made of: neither hidden nor zero."""


class NotYet(msgspec.Struct, frozen=True, tag="not_yet"):
    """The period has not been published: neither hidden, nor zero, nor missing."""


Figure = Shown | Band | Hidden | NotCollected | NotYet


class Cell(msgspec.Struct, frozen=True):
    """One figure of a table: the row it stands in (a text for each dimension), the measure, the figure."""

    row: tuple[str, ...]
    measure: str
    figure: Figure


class PublicTable(msgspec.Struct, frozen=True, kw_only=True):
    """What the public reads of one series in one period.

    `known_by` is the day by which a fact had to be known to stand here; what became known later changes
    nothing here, and nowhere else: the difference would point at the site that was late.
    """

    series: str
    period: str
    edition: int
    known_by: date
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    cells: tuple[Cell, ...]

    def figure(self, row: tuple[str, ...], measure: str) -> Figure | None:
        """The figure of a row and measure; None where the grid has no such place."""
        found = (cell.figure for cell in self.cells if cell.row == row and cell.measure == measure)
        return next(found, None)

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The rows, each once, in order."""
        return tuple(dict.fromkeys(cell.row for cell in self.cells))


_DECODER = msgspec.json.Decoder(PublicTable)


def canonical(table: PublicTable) -> bytes:
    """The bytes that are hashed and kept: JSON with sorted keys, cells in order of row and measure."""
    ordered = msgspec.structs.replace(table, cells=tuple(sorted(table.cells, key=_place)))
    return msgspec.json.encode(ordered, order="deterministic")


def digest(table: PublicTable) -> str:
    """The SHA-256 of a table's canonical bytes, in hex."""
    return hashlib.sha256(canonical(table)).hexdigest()


def read(content: bytes) -> PublicTable:
    """A table from its bytes.

    Raises: msgspec.DecodeError for what is no table.
    """
    return _DECODER.decode(content)


def said(figure: Figure, language: str, *, share: bool = False) -> str:
    """A figure in words, digits where there are any; `share`: hundredths of a percent.  Never empty."""
    match figure:
        case Shown(value):
            return _percent(value, language) if share else str(value)
        case Band(low, high):
            return _band(low, high, language, share=share)
        case Hidden():
            return plainly(figure, language)
        case NotCollected():
            return NOT_COLLECTED.in_language(language)
        case NotYet():
            return NOT_YET.in_language(language)
        case _:
            assert_never(figure)


def _band(low: int, high: int | None, language: str, *, share: bool) -> str:
    unit = " %" if share else ""
    ends = [_percent(end, language)[:-2] if share else str(end) for end in (low, high) if end is not None]
    if high is None:
        start = Text(ru="от {low}", en="{low} or more").in_language(language)
        return start.format(low=ends[0] + unit)
    return "–".join(ends) + unit


def _percent(hundredths: int, language: str) -> str:
    digits = f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")
    return (digits if language == "en" else digits.replace(".", ",")) + " %"


def _place(cell: Cell) -> tuple[tuple[str, ...], str]:
    return cell.row, cell.measure
