# SPDX-License-Identifier: Apache-2.0
"""Docstrings carry their fields: law its law, a detector its method, a room its four lines."""

from __future__ import annotations

import ast
import re
from typing import Final

from tests.house.source import HOUSE, TESTS, functions, public_functions, python, rooms, tree, where

LABELS: Final = ("Keeps:", "Promises:", "Never:", "Read next:")
FIELDS: Final = {"Law", "Method", "Units", "Raises", "Why", *(label.rstrip(":") for label in LABELS)}
LAWFUL: Final = ("law", "procedures", "workdays")


def test_every_room_says_its_four_lines():
    """Keeps, Promises, Never, Read next, in that order, in the room's first file."""
    told = {room.name: ast.get_docstring(tree(room / "__init__.py")) or "" for room in rooms()}
    found = {
        name: re.findall(r"^(Keeps:|Promises:|Never:|Read next:)", text, re.M) for name, text in told.items()
    }
    assert {name: labels for name, labels in found.items() if labels != list(LABELS)} == {}


def test_every_module_says_what_it_is():
    """The module docstring is the first thing a newcomer reads."""
    silent = [
        where(path)
        for path in python()
        if path.read_text("utf-8").strip() and not ast.get_docstring(tree(path))
    ]
    assert silent == []


def test_law_is_cited_where_law_is_computed():
    """Every public function of law, procedures and workdays names its law."""
    pages = [path for room in LAWFUL if (HOUSE / room).is_dir() for path in python(HOUSE / room)]
    bare = [where(path, node) for path in pages for node in public_functions(path) if "Law:" not in doc(node)]
    assert bare == []


def test_every_detector_names_its_method():
    """A figure that may reach a court says where its formula comes from."""
    found = {
        where(path): [doc(node) for node in public_functions(path)]
        for path in HOUSE.glob("detect/*/detector.py")
    }
    assert {name for name, docs in found.items() if not any("Method:" in text for text in docs)} == set()


def test_every_detector_keeps_a_dossier():
    """A folder with a detector has a dossier beside it, and the other way round."""
    code = {path.parent.name for path in HOUSE.glob("detect/*/detector.py")}
    assert code == {path.parent.name for path in HOUSE.glob("detect/*/dossier.yaml")}


def test_every_test_says_what_it_proves():
    """One sentence each: the list of tests reads as a list of promises."""
    tests = [
        (path, node) for path in python(TESTS) for node in functions(path) if node.name.startswith("test_")
    ]
    assert [f"{where(path, node)} {node.name}" for path, node in tests if not doc(node)] == []


def test_labels_in_docstrings_come_from_the_house():
    """No private labels: a field that is not on the list would not be found by whoever searches for it."""
    lines = [
        (where(path), line) for path in python(HOUSE) for text in docs(path) for line in text.splitlines()
    ]
    labelled = [(place, found[1]) for place, line in lines if (found := re.match(r"([A-Z][a-z]+): ", line))]
    assert [
        f"{place} {label}" for place, label in labelled if label in {"Args", "Returns", "Note", "Example"}
    ] == []
    assert {label for _, label in labelled} >= {"Why"} & FIELDS


def docs(path) -> list[str]:
    """All docstrings of a file."""
    nodes = [
        tree(path),
        *(node for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)),
        *functions(path),
    ]
    return [text for node in nodes if (text := ast.get_docstring(node))]


def doc(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The docstring, or nothing."""
    return ast.get_docstring(node) or ""
