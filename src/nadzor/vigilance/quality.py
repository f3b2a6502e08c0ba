# SPDX-License-Identifier: Apache-2.0
"""How complete a report is: a number from 0 to 1, its parts, and what to add.

Complete is not true: the score says whether a report can be worked with, not whether it is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from math import prod
from typing import Any, Final, Protocol

import msgspec
from msgspec import Struct

from nadzor.base import yaml_pages
from nadzor.base.problems import Text
from nadzor.vigilance.lateness import CONTRADICTIONS

NAMELESS: Final = ("", "public", "house")  # nobody with an account of the reporter's own spoke
DEPTH: Final = {3: "problem_chapter", 5: "problem_group"}
"""A code of so many characters still has more exact ones under it; one of seven has none."""


class Core(Struct, frozen=True, kw_only=True):
    """What the score looks at: the coded core, and whether a narrative and an outcome are there."""

    event_on: date | None = None
    aware_on: date | None = None
    received_on: date | None = None
    contradicts: bool = False
    device: str = ""
    device_told: str = ""
    version: str = ""
    installation: str = ""
    study: str = ""
    event_type: str = ""
    problems: Sequence[str] = ()
    effects: Sequence[str] = ()
    narrative: bool = False
    outcome: bool = False
    reporter: bool = False


class Dimension(Struct, frozen=True, forbid_unknown_fields=True):
    """One dimension: how much its absence takes away, its name, what to add."""

    penalty: float
    label: Text
    add: Text


class Part(Struct, frozen=True):
    """One dimension of a report: the factor it leaves (1: nothing is missing) and, if less, what to add."""

    dimension: str
    factor: float
    label: Text
    add: Text | None


class Quality(Struct, frozen=True):
    """The product of the parts.  Units: 0..1."""

    value: float
    parts: tuple[Part, ...]

    @property
    def missing(self) -> tuple[Part, ...]:
        """The parts that took something away, the heaviest first."""
        return tuple(sorted((part for part in self.parts if part.add), key=lambda part: part.factor))


class CodedRow(Protocol):
    """A row of the table of events, as far as the score reads it."""

    event_on: Any
    aware_on: Any
    received_on: Any
    device: Any
    device_told: Any
    version: Any
    installation: Any
    study: Any
    event_type: Any
    problems: Any
    effects: Any
    doubts: Any
    reporter_role: Any


def score(core: Core) -> Quality:
    """How complete a report is.

    Method: vigiGrade (Bergvall, Noren, Lindquist 2014, Drug Safety 37): the product of 1 minus the penalty
    of each dimension that is missing.  Dimensions and penalties are ours, for reports about software.
    Why: days that contradict each other take away no more than one that is missing, so that whoever tells
    more never scores less.

    >>> score(Core()).value < 0.01
    True
    """
    lost = {name for name, missing in _MISSING.items() if missing(core)}
    parts = tuple(_part(name, each, name in lost) for name, each in dimensions().items())
    return Quality(round(prod(part.factor for part in parts), 4), parts)


def core_of(row: CodedRow, *, narrative: bool, outcome: bool = False) -> Core:
    """The core of a row of the table; who holds its documents says whether they hold text and an outcome."""
    return Core(
        event_on=row.event_on, aware_on=row.aware_on, received_on=row.received_on,
        contradicts=bool(set(row.doubts) & set(CONTRADICTIONS)),
        device=row.device, device_told=row.device_told, version=row.version, installation=row.installation,
        study=row.study, event_type=row.event_type, problems=[each["code"] for each in row.problems],
        effects=[each["code"] for each in row.effects], narrative=narrative, outcome=outcome,
        reporter=row.reporter_role not in NAMELESS,
    )  # fmt: skip


def rescored(row: CodedRow, *, narrative: bool, outcome: bool = False) -> float:
    """The score of a row after a document arrived, for its column `quality`."""
    return score(core_of(row, narrative=narrative, outcome=outcome)).value


@cache
def dimensions() -> Mapping[str, Dimension]:
    """The dimensions in the order in which they are shown.

    Raises: ValueError when the page and the code do not name the same ones.
    """
    page = files(__package__).joinpath("quality.yaml").read_text("utf-8")
    found = msgspec.convert(yaml_pages.page(page), dict[str, Dimension])
    if found.keys() != _MISSING.keys():
        raise ValueError(f"quality.yaml: {sorted(found.keys() ^ _MISSING.keys())}")
    return found


def _part(name: str, dimension: Dimension, lost: bool) -> Part:
    factor = 1.0 - dimension.penalty if lost else 1.0
    return Part(name, factor, dimension.label, dimension.add if lost else None)


def _depth(core: Core) -> int:
    return max(map(len, core.problems), default=0)


_MISSING: Final[Mapping[str, Callable[[Core], bool]]] = {
    "event_date": lambda core: core.event_on is None,
    "aware_date": lambda core: core.aware_on is None,
    "received_date": lambda core: core.received_on is None,
    "dates_agree": lambda core: core.contradicts,
    "device": lambda core: not core.device and not core.device_told,
    "device_linked": lambda core: not core.device and bool(core.device_told),
    "version": lambda core: not core.version,
    "installation": lambda core: not core.installation,
    "study": lambda core: not core.study,
    "event_type": lambda core: not core.event_type,
    "problem": lambda core: not core.problems,
    "problem_chapter": lambda core: DEPTH.get(_depth(core)) == "problem_chapter",
    "problem_group": lambda core: DEPTH.get(_depth(core)) == "problem_group",
    "effect": lambda core: not core.effects,
    "outcome": lambda core: not core.outcome,
    "narrative": lambda core: not core.narrative,
    "reporter": lambda core: not core.reporter,
}
