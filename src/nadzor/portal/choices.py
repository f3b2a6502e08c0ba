# SPDX-License-Identifier: Apache-2.0
"""A choice among named values, as a filter shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct


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
