# SPDX-License-Identifier: Apache-2.0
"""The first floor of the guard: one cell, judged by how many organisations and studies stand behind it."""

from __future__ import annotations

from datetime import date
from typing import Literal, assert_never

import msgspec

from nadzor.base.problems import Text
from nadzor.law.load import norm

Reason = Literal["organisations", "studies", "dominance", "neighbours"]
HIDDEN_AS = Text(ru="скрыто", en="hidden")
BECAUSE: dict[Reason, Text] = {
    "organisations": Text(ru="меньше {floor} организаций", en="fewer than {floor} organisations"),
    "studies": Text(ru="меньше {floor} исследований", en="fewer than {floor} studies"),
    "dominance": Text(
        ru="одна организация вычисляется точнее {floor} %", en="one organisation within {floor} %"
    ),
    "neighbours": Text(ru="раскрыло бы соседнее число", en="would reveal a figure beside it"),
}


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that somebody wants to publish, and what it was counted over."""

    value: int
    organisations: int
    studies: int


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """The fewest organisations and studies a published figure may rest on, and the rule that says so."""

    organisations: int
    studies: int
    cite: str


class Shown(msgspec.Struct, frozen=True, tag="shown"):
    """A figure that may be seen; zero is a figure like any other."""

    value: int


class Hidden(msgspec.Struct, frozen=True, tag="hidden"):
    """A figure that may not be seen, and why; it carries no value at all."""

    reason: Reason
    floor: int


Figure = Shown | Hidden


def floor(on: date) -> Floor:
    """The floor in force on the day of publication.

    Raises: NormMissing when no rule is in force: then nothing is published.
    """
    organisations, studies = norm("disclosure.organisations", on), norm("disclosure.studies", on)
    return Floor(organisations=organisations.number, studies=studies.number, cite=organisations.cite)


def publishable(cell: Cell, floor: Floor) -> Figure:
    """The figure as the public may see it.

    Method: threshold rule; the organisations are judged first, since a clinic is the unit that is protected.
    """
    if cell.organisations < floor.organisations:
        return Hidden("organisations", floor.organisations)
    if cell.studies < floor.studies:
        return Hidden("studies", floor.studies)
    return Shown(cell.value)


def said(figure: Figure, language: str) -> str:
    """The figure in words for a page or a file: digits, or why there are none; never an empty place."""
    match figure:
        case Shown(value):
            return str(value)
        case Hidden(reason, floor):
            because = BECAUSE[reason].in_language(language).format(floor=floor)
            return f"{HIDDEN_AS.in_language(language)}: {because}"
        case _:
            assert_never(figure)
