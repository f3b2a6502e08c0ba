# SPDX-License-Identifier: Apache-2.0
"""The open sets, read from sets.yaml: what each holds, its columns, and what must be read beside it."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

from nadzor.base import yaml_pages
from nadzor.base.problems import Refusal, Text

Kind = Literal["code", "text", "day", "moment", "count", "flag", "codes"]
Value = str | int | bool | list[str] | None
Row = dict[str, Value]


class Column(Struct, frozen=True, forbid_unknown_fields=True):
    """One column: what kind of value it holds and what it says.  A value of None: not stated.

    Units: day YYYY-MM-DD; moment RFC 3339 in UTC; codes a list of codes.
    """

    kind: Kind
    says: Text


class OpenSet(Struct, frozen=True, forbid_unknown_fields=True):
    """One open set; `key` names a row, `found` are the columns where bare words are looked for.

    `deprecated`: since when another set is to be used; `sunset`: the first day without this one.
    """

    name: Text
    says: Text
    caveat: Text
    key: str
    found: tuple[str, ...]
    columns: dict[str, Column]
    deprecated: date | None = None
    sunset: date | None = None


class Shelf(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that sets.yaml says; `edition` counts changes of a column."""

    edition: int
    disclaimer: Text
    licence: str
    licence_url: str
    publisher: Text
    sets: dict[str, OpenSet]


@cache
def shelf() -> Shelf:
    """The list as it stands.

    Raises: ValueError for a set whose key or found columns are none of its own.
    """
    text = (files(__package__) / "sets.yaml").read_text(encoding="utf-8")
    found = msgspec.convert(yaml_pages.page(text), Shelf)
    wrong = [name for name, one in found.sets.items() if {one.key, *one.found} - one.columns.keys()]
    if wrong:
        raise ValueError(f"sets.yaml: columns named that are not there, in {wrong}")
    return found


def open_set(name: str) -> OpenSet:
    """One open set.

    Raises: Refusal open.set-unknown with the names there are.
    """
    if name not in shelf().sets:
        raise Refusal("open.set-unknown", names=", ".join(shelf().sets))
    return shelf().sets[name]


def column(one: OpenSet, name: str, at: str) -> Column:
    """One column of a set.

    Raises: Refusal open.column-unknown with the columns there are.
    """
    if name not in one.columns:
        raise Refusal("open.column-unknown", at=at, columns=", ".join(one.columns))
    return one.columns[name]


def ordered(one: OpenSet, content: Row) -> Row:
    """A row with every column of its set, in their order, and with no other."""
    return {name: content.get(name) for name in one.columns}
