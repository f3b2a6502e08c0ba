# SPDX-License-Identifier: Apache-2.0
"""The definition of the rollup: files of portable SQL, and what their first lines say.

The number of a file is its order.  Those below 50 are steps, named relations that later ones read; those from
50 on are families, each giving the facts of a few measures.  Facts of one cell are added up afterwards.
"""

from __future__ import annotations

import re
from datetime import date
from hashlib import sha256
from importlib.resources import files
from typing import Final

from msgspec import Struct

FIRST_FAMILY: Final = 50
_MEASURES: Final = re.compile(r"^-- ([a-z_]+(?:, [a-z_]+)*)(?::|$)")
_TOTAL: Final = re.compile(r"^-- total: ([a-z_]+)$", re.MULTILINE)


class Span(Struct, frozen=True):
    """Dates on which something became known: [since, until)."""

    since: date
    until: date

    @property
    def days(self) -> int:
        """How many dates."""
        return (self.until - self.since).days


class Query(Struct, frozen=True):
    """One file of sql/.

    `measures` are those that a family gives.  `total` is the dimension whose strata, added up, are the
    family's rows of the dimension `all`; empty where there is none.  Where `placed`, the column bin is a
    place of the relation score_bin, and the bin is what stands there.
    """

    number: int
    name: str
    text: str

    @property
    def measures(self) -> list[str]:
        """What the file gives facts of, as its second line says."""
        found = _MEASURES.match(self.text.splitlines()[1])
        return found[1].split(", ") if found else []

    @property
    def total(self) -> str:
        """The dimension to be added up."""
        found = _TOTAL.search(self.text)
        return found[1] if found else ""

    @property
    def placed(self) -> bool:
        """Whether bins are still to be looked up."""
        return "\n-- bin: score_bin" in self.text


def queries() -> list[Query]:
    """The definition of the rollup, in order."""
    pages = sorted(files(__package__).joinpath("sql").iterdir(), key=lambda page: page.name)
    found = [
        (page.name.removesuffix(".sql").partition("_"), page) for page in pages if page.name.endswith(".sql")
    ]
    return [Query(int(number), name, page.read_text("utf-8")) for (number, _, name), page in found]


def definition_digest() -> str:
    """SHA-256 of all of it: rows made by another definition are not added to."""
    return sha256(
        "".join(f"{query.number} {query.name}\n{query.text}" for query in queries()).encode()
    ).hexdigest()
