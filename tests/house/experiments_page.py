# SPDX-License-Identifier: Apache-2.0
"""The attackers' experiments read from their YAML and drawn; run as a module, this writes the page."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCE: Final = ROOT / "docs/security/experiments.yaml"
PAGE: Final = ROOT / "docs/reference/experiments.md"


class Experiment(Struct, frozen=True, forbid_unknown_fields=True):
    """One experiment, when it counts as passed, the tests that show it, and what is left; `::*` is a file."""

    what: str
    passes: str
    tests: tuple[str, ...]
    state: Literal["met", "partly"]
    lacks: str = ""


def experiments() -> dict[str, Experiment]:
    """All of them, by number; 26 has one for each way to game."""
    return msgspec.yaml.decode(SOURCE.read_bytes(), type=dict[str, Experiment])


def page() -> str:
    """The experiments as a page."""
    lines = [
        "<!-- SPDX-License-Identifier: Apache-2.0 -->",
        "<!-- Drawn from docs/security/experiments.yaml by tests/house/experiments_page.py. -->",
        "", "# Experiments of an attacker", "",
        "What is tried, when it counts as passed, and the tests that show it. `partly` says what is left.",
        "", "| experiment | what | state |", "|---|---|---|",
        *(f"| {key} | {one.what} | {one.state} |" for key, one in experiments().items()), "",
    ]  # fmt: skip
    for key, one in experiments().items():
        lines += [f"## {key} · {one.what}", "", one.passes, "", *(f"- `{test}`" for test in one.tests), ""]
        lines += [f"Left: {one.lacks}", ""] if one.lacks else []
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
