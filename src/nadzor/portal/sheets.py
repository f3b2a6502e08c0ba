# SPDX-License-Identifier: Apache-2.0
"""What components are made of: tables, facts, tallies, tabs.  Pages fill them, templates only print them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class Cell(Struct, frozen=True):
    """One cell: its words, where they come from or lead; `verbatim`: as recorded, whatever the language."""

    text: str
    href: str = ""
    state: str = ""
    note: str = ""
    mono: bool = False
    wraps: bool = False
    verbatim: bool = False


class Column(Struct, frozen=True):
    """One column; numbers stand to the right."""

    label: str
    is_number: bool = False


class Line(Struct, frozen=True):
    """One row of a table; the first cell heads it."""

    cells: Sequence[Cell]
    is_current: bool = False


class Table(Struct, frozen=True):
    """A table as it is printed."""

    caption: str
    columns: Sequence[Column]
    lines: Sequence[Line]
    note: str = ""
    caption_hidden: bool = True


class Fact(Struct, frozen=True):
    """One line of a summary list; `lang` where its text is of another language than the page."""

    label: str
    text: str
    href: str = ""
    note: str = ""
    mono: bool = False
    state: str = ""
    lang: str = ""


class Count(Struct, frozen=True):
    """One large figure of a tally, what it counts, and the page it comes from."""

    label: str
    value: str
    under: str = ""
    href: str = ""
    is_alarm: bool = False
    is_words: bool = False


class Tab(Struct, frozen=True):
    """One tab: a link to a sister page."""

    label: str
    href: str
    is_current: bool = False


class Chip(Struct, frozen=True):
    """A norm that something rests on; our own rules look unlike law."""

    text: str
    href: str
    is_internal: bool = False


class Crumb(Struct, frozen=True):
    """One step of the way to this page."""

    label: str
    href: str = ""


class State(Struct, frozen=True):
    """A state as a word and a tone: alarm, warn, good, calm or none."""

    label: str
    tone: str = ""


class Pages(Struct, frozen=True):
    """The neighbours of a keyset page."""

    shown: str
    next_href: str = ""
    first_href: str = ""


def columns(*labels: str, numbers: Sequence[int] = ()) -> list[Column]:
    """Columns by label; `numbers` names the positions of those that hold numbers."""
    return [Column(label, is_number=place in numbers) for place, label in enumerate(labels)]


def line(*cells: str | Cell, is_current: bool = False) -> Line:
    """A row of plain words or cells."""
    return Line([cell if isinstance(cell, Cell) else Cell(cell) for cell in cells], is_current=is_current)
