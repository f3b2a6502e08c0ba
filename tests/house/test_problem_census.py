# SPDX-License-Identifier: Apache-2.0
"""Every way of being refused has an entry, a reason to exist and a test."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Final

import yaml

from nadzor.base.problems import catalogue
from tests.house.source import HOUSE, TESTS, python, strings, tree, where

RAISERS: Final = {"Refusal", "Refused", "Rejected"}
CODE: Final = re.compile(r"[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z0-9]+)*)+")


def test_every_code_raised_is_catalogued():
    """Nobody is refused with a code that cannot be looked up."""
    assert [f"{place} {code}" for place, code in raised() if code not in catalogue()] == []


def test_every_catalogued_code_is_used():
    """The catalogue holds no code that nothing gives."""
    written = {text for path in python(HOUSE) for text in strings(path)}
    assert sorted(set(catalogue()) - written) == []


def test_every_catalogued_code_is_raised_by_some_test():
    """A refusal that was never seen is a rumour."""
    assert sorted(code for code in catalogue() if code not in words_of_tests()) == []


def test_codes_have_one_form():
    """Subject, dot, what is wrong: words in lower case, joined by hyphens."""
    assert [code for code in catalogue() if not CODE.fullmatch(code)] == []


def test_statuses_are_refusals():
    """A problem is never a success."""
    assert {code: entry.status for code, entry in catalogue().items() if not 400 <= entry.status <= 599} == {}


def test_catalogue_pages_are_named_after_rooms():
    """Each room keeps its own page, so that an owner finds it."""
    pages = {path.stem for path in (HOUSE / "base/problems").glob("*.yaml")}
    assert {page for page in pages if not (HOUSE / page).is_dir()} == set()


def test_no_page_writes_one_code_twice():
    """YAML keeps the last of two equal keys in silence; we do not."""
    for path in (HOUSE / "base/problems").glob("*.yaml"):
        codes = re.findall(r"^(\S+):", path.read_text("utf-8"), re.M)
        assert sorted(codes) == sorted(yaml.safe_load(path.read_text("utf-8")) or {}), path.name


def raised() -> Iterator[tuple[str, str]]:
    """Every literal code given to a refusal in the house."""
    for path in python(HOUSE):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in RAISERS:
                yield from ((where(path, node), text) for text in _codes(node))


def _codes(call: ast.Call) -> Iterator[str]:
    given = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "code")]
    for value in given:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


@cache
def words_of_tests() -> str:
    """All text constants of all tests, patterns unescaped."""
    pages = [path for path in python(TESTS) if "house" not in path.parts]
    return "\n".join(text.replace("\\.", ".").replace("\\-", "-") for path in pages for text in strings(path))
