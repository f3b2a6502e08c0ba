# SPDX-License-Identifier: Apache-2.0
"""The closed list of public series, read from series.yaml: what is counted, over what, how often."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final, Literal

import msgspec
from msgspec import Struct

from nadzor.base import yaml_pages
from nadzor.base.interval import Interval, Month
from nadzor.base.problems import Refusal, Text
from nadzor.base.quarter import Quarter

Every = Literal["month", "quarter"]
Made = Literal["sum", "share", "organisations", "events"]
NATION: Final = "all"  # the one row of a series of the whole nation


class Measure(Struct, frozen=True, forbid_unknown_fields=True):
    """One public measure: how it is made of the rollup's, and what must be read beside it."""

    made: Made
    of: list[str]
    what: Text
    caveat: Text
    among: list[str] = []
    bands: str = ""


class Series(Struct, frozen=True, forbid_unknown_fields=True):
    """One public series."""

    what: Text
    every: Every
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]


class Grid(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that series.yaml says; `bands`: ladders of edges, the finest first."""

    edition: int
    bands: dict[str, list[list[int]]]
    measures: dict[str, Measure]
    series: dict[str, Series]

    def __post_init__(self) -> None:
        """Refuse a list that contradicts itself.

        Raises: ValueError naming what is unknown, or edges that do not rise.
        """
        unknown = {name for one in self.series.values() for name in one.measures} - set(self.measures)
        bandless = {one.bands for one in self.measures.values() if one.bands} - set(self.bands)
        falling = [
            name
            for name, ladder in self.bands.items()
            for edges in ladder
            if any(a >= b for a, b in pairwise(edges))
        ]
        if unknown or bandless or falling:
            raise ValueError(f"series.yaml: unknown {sorted(unknown | bandless)}, falling edges {falling}")


@cache
def grid() -> Grid:
    """The list as it stands."""
    text = (files(__package__) / "series.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml_pages.page(text), Grid)


def series(name: str) -> Series:
    """One series.

    Raises: Refusal release.series-unknown.
    """
    if name not in grid().series:
        raise Refusal("release.series-unknown")
    return grid().series[name]


def days_of(every: Every, period: str) -> Interval:
    """The days of a period, `2026-10` or `2026-Q3`.

    Raises: Refusal release.period for one that is not written so.
    """
    try:
        return Month.parse(period).days if every == "month" else Quarter.parse(period).days
    except ValueError as error:
        raise Refusal("release.period") from error


def period_of(every: Every, day: date) -> str:
    """The period a day lies in."""
    return str(Month.of(day) if every == "month" else Quarter.of(day))
