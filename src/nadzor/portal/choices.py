# SPDX-License-Identifier: Apache-2.0
"""A choice among named values, as a filter shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

DIGITS_MAX = 19  # the database's integers have no more


class Option(Struct, frozen=True):
    """One value to choose."""

    value: str
    label: str
    is_chosen: bool


class Choice(Struct, frozen=True):
    """A named filter and its values."""

    name: str
    label: str
    options: Sequence[Option]


def choices(name: str, label: str, chosen: str, values: Mapping[str, str]) -> Choice:
    """A filter from a mapping of values to labels."""
    return Choice(
        name, label, [Option(value, text, is_chosen=value == chosen) for value, text in values.items()]
    )


def whole(text: str) -> int | None:
    """A number of an address; None for anything that no row could have."""
    return int(text) if text.isdecimal() and len(text) < DIGITS_MAX else None
