# SPDX-License-Identifier: Apache-2.0
"""The table of addresses, read from access.yaml: which roles may come in at all, and what others are told.

The rules of objects stand behind it; nothing that this table lets in has been allowed to see anything yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec
from msgspec import Struct

from nadzor.people.roles import Role

PUBLIC: Final = "public"
KNOWN: Final = frozenset({PUBLIC, *(role.value for role in Role)})


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    """One address as the file has it; `roles` are names of groups and roles between blanks."""

    roles: str
    object: str = "none"
    hidden: Literal[403, 404] = 404
    decides: bool = False
    refused: str = "people.desk-of-others"
    back: str = ""


class File(Struct, frozen=True, forbid_unknown_fields=True):
    """The file: groups of roles, and the rows by the names of their addresses."""

    groups: dict[str, str]
    routes: dict[str, Row]


class Entry(Struct, frozen=True):
    """What the table says of one address."""

    name: str
    roles: frozenset[str]
    object: str
    hidden: int
    decides: bool
    refused: str
    back: str

    @property
    def is_open(self) -> bool:
        """Whether nobody needs to sign in."""
        return PUBLIC in self.roles


def entry(name: str) -> Entry | None:
    """The row of an address, or None: such an address is shut."""
    return table().get(name)


def may_enter(role: Role | None, name: str) -> bool:
    """Whether a role, or the public, may come in at an address at all; at an unknown one nobody may."""
    found = entry(name)
    return found is not None and (role.value if role else PUBLIC) in found.roles


@cache
def table() -> Mapping[str, Entry]:
    """Every address by its name, in the order of the file."""
    text = files("nadzor.people").joinpath("access.yaml").read_bytes()
    return parsed(text)


def parsed(text: bytes) -> Mapping[str, Entry]:
    """The rows of a file of this form.

    Raises: msgspec.ValidationError for another form, ValueError for a word that is no role and no group.
    """
    read = msgspec.yaml.decode(text, type=File)
    return {name: _entry(name, row, read.groups) for name, row in read.routes.items()}


def groups() -> Mapping[str, frozenset[str]]:
    """Every group of the file with its roles."""
    text = files("nadzor.people").joinpath("access.yaml").read_bytes()
    read = msgspec.yaml.decode(text, type=File)
    return {name: members(words, read.groups) for name, words in read.groups.items()}


def members(words: str, known: Mapping[str, str]) -> frozenset[str]:
    """The roles that some words stand for, groups within groups.

    Raises: ValueError for a word that is no role and no group.
    """
    found: set[str] = set()
    for word in words.split():
        if word not in KNOWN and word not in known:
            raise ValueError(f"access.yaml: {word} is no role and no group")
        found |= {word} if word in KNOWN else members(known[word], known)
    return frozenset(found)


def _entry(name: str, row: Row, known: Mapping[str, str]) -> Entry:
    return Entry(
        name=name, roles=members(row.roles, known), object=row.object, hidden=row.hidden,
        decides=row.decides, refused=row.refused, back=row.back,
    )  # fmt: skip
