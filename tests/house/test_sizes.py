# SPDX-License-Identifier: Apache-2.0
"""A file is one thought and a function is one step: the hard stops."""

from __future__ import annotations

import ast
from statistics import median
from typing import Final

from tests.house.source import HOUSE, SDK, Function, functions, python, where

FILE_MAX: Final = 400
FUNCTION_MAX: Final = 50
FUNCTION_MEDIAN: Final = 8
NESTING_MAX: Final = 3
PARAMETERS_MAX: Final = 5

# Verbs whose parameters are somebody else's list, named by keyword: an event's fields, a command's options.
SPOKEN_BY_NAME: Final = ("sdk/nadzor_sdk/", "src/nadzor/cli/")
_BLOCKS: Final = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


def test_no_file_outgrows_one_thought():
    """No Python file of ours is longer than the hard stop."""
    lengths = {where(path): len(path.read_text("utf-8").splitlines()) for path in python()}
    assert {name: length for name, length in lengths.items() if length > FILE_MAX} == {}


def test_no_function_outgrows_one_step():
    """No function, its decorators counted, is longer than the hard stop."""
    long = {where(path, node): length(node) for path in python() for node in functions(path)}
    assert {name: lines for name, lines in long.items() if lines > FUNCTION_MAX} == {}


def test_most_functions_are_short():
    """Taste shows in the middle, too: half of our functions have no more than a few lines of code."""
    bodies = [body_length(node) for path in python(HOUSE, SDK) for node in functions(path)]
    assert median(bodies) <= FUNCTION_MEDIAN


def test_nothing_is_nested_deeper_than_a_reader_can_hold():
    """Three blocks inside one another, no more."""
    deep = {where(path, node): depth(node.body) for path in python() for node in functions(path)}
    assert {name: levels for name, levels in deep.items() if levels > NESTING_MAX} == {}


def test_nobody_demands_more_than_a_caller_can_see():
    """Five parameters at most must be given; options, spoken by name and having a default, come on top."""
    many = {where(path, node): demanded(node) for path in python() for node in functions(path)}
    crowded = {place: found for place, found in many.items() if len(found) > PARAMETERS_MAX}
    assert {place: found for place, found in crowded.items() if not place.startswith(SPOKEN_BY_NAME)} == {}


def length(node: Function) -> int:
    """Lines from the first decorator to the last statement."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return (node.end_lineno or first) - first + 1


def body_length(node: Function) -> int:
    """Lines of code below the docstring."""
    code = node.body[1:] if ast.get_docstring(node) else node.body
    return (node.end_lineno or 0) - code[0].lineno + 1 if code else 0


def depth(body: list[ast.stmt]) -> int:
    """How many blocks the deepest statement stands in; an elif is not a new level."""
    return max((_levels(statement) for statement in body), default=0)


def demanded(node: Function) -> list[str]:
    """Parameters but for self, cls and options; in a fixture or a test they are requests, not arguments."""
    if node.name.startswith("test_") or any("fixture" in ast.unparse(item) for item in node.decorator_list):
        return []
    spec = node.args
    named = zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
    required = [*spec.posonlyargs, *spec.args, *(argument for argument, default in named if default is None)]
    return [argument.arg for argument in required if argument.arg not in {"self", "cls"}]


def _levels(statement: ast.stmt) -> int:
    if isinstance(statement, Function | ast.ClassDef):
        return 0
    inner = [depth(block) for block in _blocks(statement)]
    if (
        isinstance(statement, ast.If)
        and len(statement.orelse) == 1
        and isinstance(statement.orelse[0], ast.If)
    ):
        return max(1 + depth(statement.body), _levels(statement.orelse[0]))
    return max(inner, default=0) + isinstance(statement, _BLOCKS)


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    plain = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
    parts = [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]
    return [*plain, *(part.body for part in parts)]
