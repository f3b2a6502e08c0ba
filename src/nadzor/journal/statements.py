# SPDX-License-Identifier: Apache-2.0
"""The statements of `journal.sql` by name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

EDITION: Final = 1  # of the schema; a journal of another edition is refused, not guessed

_NAMED = re.compile(r"^-- name: ([a-z_]+)\n(.*?)(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)
_TEXT: Final = files(__package__).joinpath("journal.sql").read_text("utf-8")

STATEMENTS: Final[Mapping[str, str]] = {name: text.strip() for name, text in _NAMED.findall(_TEXT)}


def for_each(name: str, count: int) -> str:
    """A statement whose `?*` stands for a number of values."""
    return STATEMENTS[name].replace("?*", ",".join("?" * count))


def founding(origin: str) -> list[tuple[str, Sequence[Any]]]:
    """The statements that make the tables of a log, each safe to run again."""
    tables = [(statement, ()) for statement in STATEMENTS["schema"].split(";\n")]
    return [*tables, (STATEMENTS["found"], (EDITION, origin, b""))]
