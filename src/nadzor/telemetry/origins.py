# SPDX-License-Identifier: Apache-2.0
"""Numbers for origins: who said it, running what.

Numbers are given in journal order, and within a batch in the order of their text, so that they depend on the
journal alone and not on how often it was loaded.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
from msgspec import Struct

from nadzor.telemetry.schema import ORIGIN, arrow_schema

Software = tuple[str, str]
"""Version and build; either may be unknown, then it is empty."""

NO_SOFTWARE: Software = ("", "")


class Source(Struct, frozen=True):
    """An installation as the signed key directory knew it when its batch was received."""

    device: str
    site: str
    code: str


class Origins:
    """All origins seen so far; grows as the journal is read."""

    def __init__(self, known: pa.Table | None = None) -> None:
        self._installations: dict[str, int] = {}
        self._numbers: dict[tuple[Source, Software], int] = {}
        for row in known.to_pylist() if known else ():
            source = Source(row["device"], row["site"], row["code"])
            self._installations[source.code] = row["installation"]
            self._numbers[source, (row["version"], row["build"])] = row["origin"]

    def installation(self, source: Source) -> int:
        """The number of an installation, given on first sight."""
        return self._installations.setdefault(source.code, len(self._installations))

    def enter(self, source: Source, software: Iterable[Software]) -> dict[Software, int]:
        """Numbers for everything one batch speaks of, new ones given in the order of their text."""
        self.installation(source)
        return {pair: self._number(source, pair) for pair in sorted({NO_SOFTWARE, *software})}

    def table(self) -> pa.Table:
        """What every number stands for."""
        rows = [
            {
                "origin": number, "installation": self._installations[source.code], "device": source.device,
                "version": version, "build": build, "site": source.site, "code": source.code,
            }
            for (source, (version, build)), number in self._numbers.items()
        ]  # fmt: skip
        return pa.Table.from_pylist(rows, schema=arrow_schema(ORIGIN))

    def _number(self, source: Source, software: Software) -> int:
        return self._numbers.setdefault((source, software), len(self._numbers))
