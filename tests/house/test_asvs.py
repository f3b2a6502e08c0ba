# SPDX-License-Identifier: Apache-2.0
"""The statement on OWASP ASVS 5.0.0: every number once, nothing claimed without code or tests that exist."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.house.asvs import SHOWN, drawn, statement
from tests.house.source import ROOT

PAGE: Final = ROOT / "docs" / "reference" / "asvs.md"
#: How many requirements each section has at levels 1 and 2 by the standard, so that none is left out.
LEVELS_1_AND_2: Final = (
    "1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 "
    "4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 "
    "6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 "
    "10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 "
    "12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 "
    "15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2"
)
LEVEL_3_OF: Final = ("V4.", "V8.", "V11.", "V16.")


def test_every_requirement_of_levels_one_and_two_is_answered_once():
    """Seventy and one hundred and eighty-three; each section has as many as the standard gives it."""
    levels = Counter(told.level for told in statement().values())
    assert (levels[1], levels[2]) == (70, 183)
    counted = Counter(
        number[1:].rpartition(".")[0] for number, told in statement().items() if told.level in (1, 2)
    )
    assert counted == {part.partition(":")[0]: int(part.partition(":")[2]) for part in LEVELS_1_AND_2.split()}


def test_level_three_of_four_chapters_is_answered():
    """API, authorisation, cryptography, logging: what stands at level 3 there is judged as well."""
    third = Counter(
        chapter for number, told in statement().items() for chapter in LEVEL_3_OF
        if number.startswith(chapter) and told.level == 3
    )  # fmt: skip
    assert third == {"V4.": 6, "V8.": 6, "V11.": 10, "V16.": 1}


def test_nothing_is_claimed_without_code_or_test():
    """What is met names what does it, or what would notice; every other state says why."""
    bare = [
        number for number, told in statement().items() if told.state == "met" and not told.by + told.tests
    ]
    silent = [number for number, told in statement().items() if len(told.why) < 15]
    assert (bare, silent) == ([], [])


@pytest.mark.parametrize("what", ["paths", "tests"])
def test_what_it_points_to_exists(what):
    """Files are there; tests are functions of their files, read as syntax."""
    if what == "paths":
        wrong = {path for told in statement().values() for path in told.by if not (ROOT / path).exists()}
    else:
        wrong = {test for told in statement().values() for test in told.tests if not _runs(test)}
    assert wrong == set()


def test_the_page_is_what_the_statement_says():
    """docs/reference/asvs.md is drawn; its totals are counted."""
    assert PAGE.read_text("utf-8") == drawn()
    assert all(f"| {state} |" in drawn() for state in SHOWN)


def _runs(test: str) -> bool:
    path, _colons, name = test.partition("::")
    return name in _functions(ROOT / path) if name else any(_functions(ROOT / path))


@cache
def _functions(path: Path) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    found = ast.walk(ast.parse(path.read_text("utf-8")))
    return frozenset(
        node.name for node in found if isinstance(node, ast.FunctionDef) and "test_" in node.name
    )
