# SPDX-License-Identifier: Apache-2.0
"""What a place in a form takes: its fields, or the values of a list, so that a refusal can name them."""

from __future__ import annotations

import re
from typing import Any, Final

from msgspec import inspect

#: `$.components[...].purposes[0]`, step by step: names, and whatever stands in brackets.
_STEPS: Final = re.compile(r"\.(\w+)|\[[^\]]*\]")


def accepted(shape: Any, place: str, *, is_key: bool = False) -> tuple[str, ...]:
    """The fields of the form at a place, or the values it takes; nothing where anything of a kind will do.

    Law: none; our own forms.

    >>> from nadzor.procedures.rules.answers import Answers
    >>> accepted(Answers, "$.route")
    ('eaeu', 'national')
    """
    found = inspect.type_info(shape)
    for step in _STEPS.finditer(place):
        found = _inside(_known(found), step[1])
    if is_key and isinstance(found, inspect.DictType):
        found = found.key_type
    return _named(_known(found))


def _known(found: inspect.Type) -> inspect.Type:
    """A type without its "or nothing"."""
    if not isinstance(found, inspect.UnionType):
        return found
    kept = [each for each in found.types if not isinstance(each, inspect.NoneType)]
    return kept[0] if len(kept) == 1 else found


def _inside(found: inspect.Type, name: str | None) -> inspect.Type:
    if isinstance(found, inspect.StructType):
        return next((field.type for field in found.fields if field.encode_name == name), inspect.AnyType())
    if isinstance(found, inspect.DictType):
        return found.value_type
    return found.item_type if isinstance(found, inspect.VarTupleType) else inspect.AnyType()


def _named(found: inspect.Type) -> tuple[str, ...]:
    if isinstance(found, inspect.StructType):
        return tuple(field.encode_name for field in found.fields)
    return tuple(map(str, found.values)) if isinstance(found, inspect.LiteralType) else ()
