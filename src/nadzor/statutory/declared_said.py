# SPDX-License-Identifier: Apache-2.0
"""What every format of an uploaded month is read into, and what may be wrong with a cell of it."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from msgspec import Struct, field

FILE_MAX: Final = 2 * 1024 * 1024  # bytes of a file; a device at a thousand clinics needs a tenth of it
ROWS_MAX: Final = 20_000
CELLS_MAX: Final = 600  # of a row: eight columns for each of some sixty findings
TEXT_MAX: Final = 200  # characters of a cell that are looked at


class Unreadable(ValueError):
    """The file as a whole cannot be read; `code` is a problem code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Formula(Struct, frozen=True):
    """Stands for a cell that calculates: its result is nobody's declaration."""


Cell: TypeAlias = str | Formula


class RawRow(Struct, frozen=True):
    """One line of a file: its number as the sender sees it, and its cells."""

    number: int
    cells: tuple[Cell, ...]


class Wrong(Struct, frozen=True):
    """One thing wrong: line and column as the sender sees them, and a code; never the value."""

    line: int
    column: str
    code: str
    facts: dict[str, Any] = field(default_factory=dict)
