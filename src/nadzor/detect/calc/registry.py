# SPDX-License-Identifier: Apache-2.0
"""The statistics of all families by name."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any, Final

import msgspec

from nadzor.base.problems import Refusal
from nadzor.detect.calc.figures import Statistic

_NO_FAMILY: Final = ("__init__.py", "figures.py", "registry.py")


@cache
def statistics() -> dict[str, Statistic]:
    """What `nadzor calc` can compute, by name; every module of this package but two is a family."""
    pages = sorted(page.name for page in files(__package__).iterdir() if page.name.endswith(".py"))
    families = [import_module(f"{__package__}.{page[:-3]}") for page in pages if page not in _NO_FAMILY]
    told = [one for family in families for one in family.STATISTICS]
    return {one.name: one for one in sorted(told, key=lambda one: one.name)}


def calculate(name: str, raw: bytes) -> Any:
    """The statistic of this name on figures written as JSON.

    Raises: Refusal `calc.unknown` for a name nobody knows, `calc.malformed` for figures that do not fit it.
    """
    statistic = _named(name)
    try:
        return statistic.compute(msgspec.json.decode(raw, type=statistic.figures))
    except (msgspec.DecodeError, ValueError, ArithmeticError) as error:
        raise Refusal("calc.malformed", at=name, reason=str(error)) from error


def input_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a statistic's figures.

    Raises: Refusal `calc.unknown` for a name nobody knows.
    """
    return msgspec.json.schema(_named(name).figures)


def _named(name: str) -> Statistic:
    known = statistics()
    if name not in known:
        raise Refusal("calc.unknown", at=name, known=", ".join(known))
    return known[name]
