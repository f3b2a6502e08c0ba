# SPDX-License-Identifier: Apache-2.0
"""The threat model read from its YAML and drawn as a page; `python -m tests.house.threat_page` writes it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCE: Final = ROOT / "docs/security/threat-model.yaml"
PAGE: Final = ROOT / "docs/security/threat-model.md"


class Asset(Struct, frozen=True, forbid_unknown_fields=True):
    """What is worth attacking, and what it costs when it is lost."""

    what: str
    harm: str


class Actor(Struct, frozen=True, forbid_unknown_fields=True):
    """Who attacks, and with what."""

    what: str
    can: str


class Flow(Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}):
    """A way across a boundary."""

    start: str
    end: str
    carries: str


class Control(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands against a threat, and the tests that show it; `::*` means all tests of a file."""

    what: str
    tests: tuple[str, ...]


class Threat(Struct, frozen=True, forbid_unknown_fields=True):
    """One threat, its controls, and what remains."""

    what: str
    kind: Literal["spoofing", "tampering", "repudiation", "disclosure", "denial", "elevation"]
    actors: tuple[str, ...]
    assets: tuple[str, ...]
    flows: tuple[str, ...]
    controls: tuple[Control, ...]
    residual: str


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole model."""

    edition: str
    scope: str
    assets: dict[str, Asset]
    actors: dict[str, Actor]
    flows: dict[str, Flow]
    threats: dict[str, Threat]


def model() -> Model:
    """The model as its file has it."""
    return msgspec.yaml.decode(SOURCE.read_bytes(), type=Model)


@cache
def tests_of(path: str) -> frozenset[str]:
    """The names of a file's test functions; none when there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(one.name for one in tree.body if isinstance(one, kinds) and one.name.startswith("test_"))


def exists(test: str) -> bool:
    """Whether a test is there."""
    path, _, name = test.partition("::")
    found = tests_of(path)
    return bool(found) and (name == "*" or name in found)


def page() -> str:
    """The model as a page."""
    told = model()
    lines = [
        "<!-- SPDX-License-Identifier: Apache-2.0 -->",
        "<!-- Drawn from threat-model.yaml by tests/house/threat_page.py; a test compares the two. -->",
        "", "# Threat model", "", f"Edition {told.edition}. {told.scope.strip()}", "", "## Assets", "",
        "| asset | what | harm |", "|---|---|---|",
        *(f"| `{key}` | {one.what} | {one.harm} |" for key, one in told.assets.items()),
        "", "## Actors", "", "| actor | who | can |", "|---|---|---|",
        *(f"| `{key}` | {one.what} | {one.can} |" for key, one in told.actors.items()),
        "", "## Data flows across a boundary", "", "| flow | from | to | carries |", "|---|---|---|---|",
        *(f"| `{key}` | {one.start} | {one.end} | {one.carries} |" for key, one in told.flows.items()),
        "", "## Threats, controls, what remains", "",
    ]  # fmt: skip
    for key, threat in told.threats.items():
        lines += _threat(key, threat)
    return "\n".join(lines)


def _threat(key: str, threat: Threat) -> list[str]:
    among = [("actors", threat.actors), ("assets", threat.assets), ("flows", threat.flows)]
    named = "; ".join(f"{label}: {', '.join(f'`{one}`' for one in ones)}" for label, ones in among)
    lines = [f"### {key} · {threat.what}", "", f"*{threat.kind}* · {named}", ""]
    for control in threat.controls:
        lines.append(f"- {control.what}")
        lines += [f"  - `{test}`" for test in control.tests]
    return [*lines, "", f"Remains: {threat.residual}.", ""]


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
