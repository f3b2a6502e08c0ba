# SPDX-License-Identifier: Apache-2.0
"""docs/security/asvs.yaml as structs, and the page that is drawn of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, Literal

import msgspec
import yaml
from msgspec import Struct

from tests.house.source import ROOT

SHOWN: Final = ("met", "partly", "not_applicable", "not_met")
CHAPTERS: Final = (
    "Encoding", "Input and business rules", "Browser", "API", "Files", "Sign-in", "Sessions", "Who may what",
    "Self-contained tokens", "OAuth and OIDC", "Cryptography", "Transport", "Configuration", "Data",
    "Code and dependencies", "Logs and faults", "WebRTC",
)  # fmt: skip


class Told(Struct, frozen=True, forbid_unknown_fields=True):
    """How the house stands to one requirement."""

    level: Literal[1, 2, 3]
    state: Literal["met", "partly", "not_applicable", "not_met"]
    why: str
    by: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


@cache
def statement() -> Mapping[str, Told]:
    """Every answer by its number. Raises: ValueError for a number that stands there twice."""
    text = (ROOT / "docs/security/asvs.yaml").read_text("utf-8")
    numbers = [line[:-1] for line in text.splitlines() if line.startswith("V")]
    if len(numbers) != len(set(numbers)):
        raise ValueError("a number stands there twice")
    return msgspec.convert(yaml.safe_load(text), dict[str, Told], strict=True)


def drawn() -> str:
    """The page: totals, then a table a chapter."""
    return "\n".join([*_head(), *(line for chapter in range(1, 18) for line in _chapter(chapter)), ""])


def _head() -> Iterator[str]:
    states = Counter((told.state, told.level) for told in statement().values())
    yield "# How the house stands to OWASP ASVS 5.0.0"
    yield ""
    yield (
        "Drawn from [docs/security/asvs.yaml](../security/asvs.yaml), which also names code and tests; a test"
        " holds that they exist. Numbers are the standard's, words ours. All of levels 1 and 2; of level 3"
        " the chapters V4, V8, V11 and V16, and single ones elsewhere."
    )
    yield ""
    yield "| state | level 1 | level 2 | level 3 |"
    yield "|---|---|---|---|"
    for state in SHOWN:
        yield f"| {state} | " + " | ".join(str(states[state, level]) for level in (1, 2, 3)) + " |"


def _chapter(number: int) -> Iterator[str]:
    yield ""
    yield f"## V{number} {CHAPTERS[number - 1]}"
    yield ""
    yield "| | level | state | why | tests |"
    yield "|---|---|---|---|---|"
    for key, told in statement().items():
        if key.startswith(f"V{number}."):
            yield f"| {key} | {told.level} | {told.state} | {told.why} | {len(told.tests)} |"
