# SPDX-License-Identifier: Apache-2.0
"""What the census reads: every file of the house, parsed once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
HOUSE: Final = ROOT / "src" / "nadzor"
SDK: Final = ROOT / "sdk"
TESTS: Final = ROOT / "tests"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def python(*folders: Path, migrations: bool = False) -> tuple[Path, ...]:
    """Our own Python files under these folders; migrations are generated and measured by nobody."""
    found = (path for folder in folders or (HOUSE, SDK, TESTS) for path in sorted(folder.rglob("*.py")))
    return tuple(path for path in found if migrations or "migrations" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text("utf-8"), str(path))


def rooms() -> list[Path]:
    """The rooms that stand on disk."""
    return sorted(path for path in HOUSE.iterdir() if path.is_dir() and any(path.rglob("*.py")))


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a file."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def public_functions(path: Path) -> Iterator[Function]:
    """Functions that a reader from outside may call, methods of public classes included."""
    for node in tree(path).body:
        inside = node.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_") else [node]
        yield from (item for item in inside if isinstance(item, Function) and not item.name.startswith("_"))


def where(path: Path, node: ast.AST | None = None) -> str:
    """A place as a person would look for it."""
    line = f":{node.lineno}" if isinstance(node, ast.stmt | ast.expr) else ""
    return f"{path.relative_to(ROOT)}{line}"


def strings(path: Path) -> Iterator[str]:
    """Every text constant of a Python file, parts of f-strings included."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def words(name: str) -> list[str]:
    """`read_HTTPBody` is read, http, body."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]
