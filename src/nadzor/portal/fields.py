# SPDX-License-Identifier: Apache-2.0
"""Radio buttons, tick boxes and the summary of errors, as components print them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from nadzor.portal.sheets import Chip


class Tick(Struct, frozen=True):
    """One radio button or tick box.  `is_apart`: set off from the others, as "none of these" is."""

    value: str
    label: str
    is_chosen: bool = False
    note: str = ""
    chip: Chip | None = None
    is_apart: bool = False


class Ticks(Struct, frozen=True, kw_only=True):
    """A question with its buttons or boxes: `name` in the form, the legend, a hint, what is wrong."""

    name: str
    legend: str
    ticks: Sequence[Tick]
    hint: str = ""
    error: str = ""
    is_many: bool = False

    @property
    def first(self) -> str:
        """The id of the first box: where a link of the error summary leads."""
        return f"{self.name}-1"


class Wrong(Struct, frozen=True):
    """One line of the error summary: what is wrong, and the place in the form."""

    text: str
    href: str


def ticks(values: Mapping[str, str], chosen: Collection[str]) -> list[Tick]:
    """Buttons or boxes from a mapping of values to labels."""
    return [Tick(value, label, is_chosen=value in chosen) for value, label in values.items()]


def wrongs(*fields: Ticks) -> list[Wrong]:
    """The error summary of a form, in the order of its fields."""
    return [Wrong(field.error, f"#{field.first}") for field in fields if field.error]
