# SPDX-License-Identifier: Apache-2.0
"""The table of readings, from reading.yaml: whose data an address shows, and how an owner reads of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec
from msgspec import Struct

from nadzor.base.problems import Text

Of = Literal[
    "all", "own", "house", "none",
    "device", "signal", "event", "narrative", "filing", "warning", "dispute", "batch",
]  # fmt: skip
OTHER: Final = "other"


class Shown(Struct, frozen=True, forbid_unknown_fields=True):
    """One address: the kind of page and whose data it shows; or `nobodys`, the reason why nobody's."""

    shows: str = OTHER
    of: Of = "none"
    by: str = ""
    site: str = ""
    nobodys: str = ""

    @property
    def is_sensitive(self) -> bool:
        """Whether a reading of it is kept."""
        return not self.nobodys


class File(Struct, frozen=True, forbid_unknown_fields=True):
    """The file: kinds of pages in both languages, reasons, rows by the names of addresses."""

    kinds: dict[str, Text]
    reasons: dict[str, str]
    routes: dict[str, Shown]


UNKNOWN: Final = Shown(of="all")
"""What an address counts as that nobody has entered: nothing is read unrecorded."""


def shown(name: str) -> Shown:
    """What an address shows."""
    return table().routes.get(name, UNKNOWN)


def kind_of(name: str) -> str:
    """The kind of page behind an address, as owners are told it."""
    return shown(name).shows


def kinds() -> Mapping[str, Text]:
    """The kinds of pages with their words."""
    return table().kinds


@cache
def table() -> File:
    """The whole table."""
    return parsed(files("nadzor.records").joinpath("reading.yaml").read_bytes())


def parsed(text: bytes) -> File:
    """A table of this form.

    Raises: msgspec.ValidationError for another form, ValueError for a word that the file does not explain.
    """
    read = msgspec.yaml.decode(text, type=File)
    for name, row in read.routes.items():
        if row.nobodys and row.nobodys not in read.reasons:
            raise ValueError(f"reading.yaml: {name} gives no reason that is explained")
        if not row.nobodys and (row.shows not in read.kinds or row.of == "none"):
            raise ValueError(f"reading.yaml: {name} does not say whose data it shows")
    return read
