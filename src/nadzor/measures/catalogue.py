# SPDX-License-Identifier: Apache-2.0
"""The list of measures, read from measures.yaml: what each one says and how it may be split."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

from nadzor.measures.bins import Edges

Level = Literal["installation", "version"]
DayOf = Literal["event", "study_day", "receipt"]


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence in both languages of the house."""

    ru: str
    en: str

    def in_language(self, language: str) -> str:
        """The sentence in a language; anything but Russian reads English."""
        return self.ru if language.startswith("ru") else self.en


class Dimension(Struct, frozen=True, forbid_unknown_fields=True):
    """A way to split a measure, with a name for each stratum that has one."""

    what: Text
    strata: dict[str, Text] = {}


class BinSet(Struct, frozen=True, forbid_unknown_fields=True):
    """Fixed bins: integer edges in a unit, and a label for each bin (one more than edges)."""

    what: Text
    unit: Text
    edges: list[int]
    labels: list[Text]


class Measure(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that is counted.

    `bins` is empty, the key of a fixed bin set, `registered` (edges of device and finding), or `score` (the
    bin is the integer score itself).  `level` version means that site and installation are not told apart;
    in the dimensions `unsited` they are not told apart either.
    """

    what: Text
    unit: Text
    dimensions: list[str]
    day: DayOf
    finding: bool = False
    bins: str = ""
    level: Level = "installation"
    unsited: list[str] = []

    def sited(self, dimension: str) -> bool:
        """Whether the rows of a dimension tell site and installation."""
        return self.level == "installation" and dimension not in self.unsited


class Catalogue(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that measures.yaml says."""

    edition: int
    dimensions: dict[str, Dimension]
    bins: dict[str, BinSet]
    measures: dict[str, Measure]

    def edges(self, bins: str) -> Edges:
        """The edges of a fixed bin set."""
        return self.bins[bins].edges

    def bin_label(self, measure: str, bin: int) -> Text | None:
        """What a bin of a measure is called; None when the measure has no fixed bins."""
        fixed = self.bins.get(self.measures[measure].bins)
        return fixed.labels[bin] if fixed and 0 <= bin < len(fixed.labels) else None

    def stratum_label(self, dimension: str, stratum: str) -> Text:
        """What a stratum is called; a code without a name is its own name."""
        return self.dimensions[dimension].strata.get(stratum, Text(stratum, stratum))


@cache
def catalogue() -> Catalogue:
    """The catalogue of measures.

    Raises: msgspec.ValidationError when measures.yaml is ill-formed, which no release can pass.
    """
    return msgspec.yaml.decode(files(__package__).joinpath("measures.yaml").read_bytes(), type=Catalogue)
