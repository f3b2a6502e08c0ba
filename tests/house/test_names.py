# SPDX-License-Identifier: Apache-2.0
"""Names say what a thing is; files say whose they are; unfinished work does not stay in the tree."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path
from typing import Final

from tests.house.source import HOUSE, ROOT, SDK, Function, python, rooms, tree, where, words

BANNED: Final = frozenset(
    (
        "utils",
        "util",
        "helpers",
        "helper",
        "manager",
        "handler",
        "processor",
        "data",
        "info",
        "misc",
        "common",
    )
)
SPDX: Final = "SPDX-License-Identifier: Apache-2.0"
# Built in pieces, so that this file does not find itself.
_UNFINISHED: Final = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|NotImplemented" + r"Error")
_WORKSHOP: Final = re.compile(
    r"(?<![\w.])/(home|work|root|tmp)/\w|completion rep" + r"ort|\bsubag" + r"ent", re.IGNORECASE
)


def test_no_name_says_nothing():
    """No file, function or class is called after the fact that it was hard to name; tests are sentences."""
    named = [(where(path), path.stem) for path in python()]
    named += [
        (where(path, node), node.name)
        for path in python()
        for node in defined(path)
        if not node.name.startswith("test_")
    ]
    named += [(where(room), room.name) for room in rooms()]
    assert [f"{place} {name}" for place, name in named if BANNED & set(words(name))] == []


def test_every_file_carries_its_licence():
    """One SPDX line, the first of the file or the second under a shebang, and no licence slab."""
    files = [*python(migrations=False), *HOUSE.rglob("*.yaml"), *HOUSE.rglob("*.sql"), *HOUSE.rglob("*.css")]
    bare = [where(path) for path in files if path.stat().st_size and SPDX not in head(path)]
    assert bare == []


def test_nothing_unfinished_is_kept():
    """No note to self and no stub: finish it, or file an issue."""
    assert [where(path) for path in python() if _UNFINISHED.search(path.read_text("utf-8"))] == []


def test_the_tree_speaks_of_the_project_not_of_the_workshop():
    """No machine path and no talk about how the work was done in any tracked text."""
    texts = [
        path for path in tracked() if path.suffix in {".py", ".md", ".yaml", ".toml", ".sh", ".html", ".sql"}
    ]
    found = [(where(path), _WORKSHOP.search(path.read_text("utf-8"))) for path in texts]
    assert [f"{place}: {match.group()}" for place, match in found if match] == []


def test_the_sdk_and_the_house_share_no_name_on_disk():
    """Two distributions, no overlap: a maker can install one without the other."""
    assert not {path.name for path in SDK.iterdir() if path.is_dir()} & {room.name for room in rooms()}


def defined(path: Path) -> list[Function | ast.ClassDef]:
    """Functions and classes of a file, except those that implement a foreign interface."""
    found = [node for node in ast.walk(tree(path)) if isinstance(node, Function | ast.ClassDef)]
    return [
        node for node in found if not any("override" in ast.unparse(item) for item in node.decorator_list)
    ]


def head(path: Path) -> str:
    """The first two lines."""
    with path.open(encoding="utf-8") as file:
        return file.readline() + file.readline()


def tracked() -> list[Path]:
    """What git keeps; outside a checkout, nothing."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return [path for name in listed.splitlines() if (path := ROOT / name).is_file()]
